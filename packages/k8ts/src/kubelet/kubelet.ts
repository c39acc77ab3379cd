/** Puts the kubelet together and runs it. */
import type { Clock } from "@k8ts/api";
import { nodes, pods, services } from "@k8ts/api/core/v1";
import { runtimeClasses } from "@k8ts/api/node/v1";
import { createInformerFactory, startEventRecorder } from "@k8ts/client";
import type { EventRecorder } from "@k8ts/client";
import { noCgroups } from "./cgroups/cgroup-manager.ts";
import { defaultKubeletConfig, type KubeletConfig } from "./config.ts";
import { parseResolvConf } from "./containers/pod-dns.ts";
import { noFilesystem } from "./filesystem/no-filesystem.ts";
import type { NodeFilesystem } from "./filesystem/node-filesystem.ts";
import { EvictionMonitor } from "./garbage/eviction-monitor.ts";
import { GarbageCollector } from "./garbage/garbage-collector.ts";
import { startLogRotation } from "./garbage/start-log-rotation.ts";
import { ImageManager } from "./images/image-manager.ts";
import { PullRecords } from "./images/pull-records.ts";
import type { Kubelet, KubeletOptions } from "./kubelet-options.ts";
import { kubeletMetrics } from "./kubelet-metrics.ts";
import { NodeManager } from "./node/node-manager.ts";
import { Backoff } from "./pods/backoff.ts";
import { ContainerEvents } from "./pods/container-events.ts";
import type { NodeContext, PodDependencies } from "./pods/pod-dependencies.ts";
import type { DesiredPod } from "./pods/pod-spec.ts";
import { PodWorkers } from "./pods/pod-workers.ts";
import { relistThresholdMilliseconds, RuntimeView } from "./pods/runtime-view.ts";
import { ProbeManager } from "./probes/probe-manager.ts";
import { contentProber, createProber } from "./probes/prober.ts";
import type { KubeletServerSource } from "./server/source.ts";
import { StatusManager } from "./status/status-manager.ts";
import { watchReferencedObjects } from "./volumes/referenced-objects.ts";
import { ServiceAccountTokens } from "./volumes/service-account-tokens.ts";
import { VolumeManager } from "./volumes/volume-manager.ts";

/** Makes a kubelet; nothing happens before `start`. */
export function createKubelet(options: KubeletOptions): Kubelet {
  const kubelet = new NodeAgent(options);
  return {
    name: "kubelet",
    source: kubelet.source,
    start: () => kubelet.start(),
    stop: () => kubelet.stop(),
  };
}

class NodeAgent {
  readonly #options: KubeletOptions;
  readonly #config: KubeletConfig;
  readonly #files: NodeFilesystem;
  readonly #stopping = new AbortController();
  readonly #workers = new PodWorkers();
  readonly #ends: (() => void | Promise<void>)[] = [];
  #nodeManager: NodeManager | undefined;
  #eviction: EvictionMonitor | undefined;
  #view: RuntimeView | undefined;
  #deps: PodDependencies | undefined;
  #stopped: Promise<void> | undefined;
  readonly source: KubeletServerSource;

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#config = { ...defaultKubeletConfig, ...options.config };
    this.#files = options.files ?? noFilesystem;
    this.source = this.#makeSource();
  }

  async start(): Promise<void> {
    try {
      await this.#begin();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    return (this.#stopped ??= this.#end());
  }

  async #end(): Promise<void> {
    this.#stopping.abort();
    await this.#workers.stop();
    // The last that was started is the first that others may still use.
    for (const end of this.#ends.reverse()) await end();
  }

  async #begin(): Promise<void> {
    const { client, clock, random, logger, nodeName, runtime, directories } = this.#options;
    const { signal } = this.#stopping;
    const informers = this.#options.informers ?? createInformerFactory({ client, clock, random, logger });
    if (this.#options.informers === undefined) this.#ends.push(() => informers.stop());
    const podInformer = informers.of(pods, { fieldSelector: `spec.nodeName=${nodeName}` });
    const nodeInformer = informers.of(nodes, { fieldSelector: `metadata.name=${nodeName}` });
    const serviceInformer = informers.of(services);
    const classInformer = informers.of(runtimeClasses);
    informers.start();

    if (this.#files.real) {
      await this.#files.makeDirectory(`${directories.root}/pods`, 0o750);
      await this.#files.makeDirectory(directories.podLogs, 0o755);
    }
    await this.#options.cgroups?.start();
    const recorder = this.#recorder();
    const view = new RuntimeView({
      runtime,
      files: this.#files,
      clock,
      logger,
      changed: (uids) => this.#workers.observed(uids),
    });
    this.#view = view;
    const node = this.#makeNode(recorder, view);
    await node.prepare();
    const context = await this.#context(node, {
      services: () => {
        if (!serviceInformer.hasSynced())
          throw new Error("services have not yet been read at least once, cannot construct envvars");
        return serviceInformer.lister.list();
      },
      runtimeHandler: (name) => {
        if (!name) return "";
        const found = classInformer.lister.get("", name);
        if (found === undefined)
          throw new Error(`failed to get RuntimeClass "${name}": runtimeclass.node.k8s.io "${name}" not found`);
        return found.handler;
      },
    });
    const deps = this.#connect(recorder, view, context);
    this.#deps = deps;
    this.#workers.attach(deps);
    const collector = this.#makeGarbage(deps, node, recorder);

    const registered = node.start();
    // Awaited below; a failure before that is the one to tell.
    registered.catch(() => undefined);
    this.#ends.push(() => node.stop());
    await podInformer.synced(signal);
    this.#ends.push(
      podInformer.addHandler({
        add: (pod) => this.#workers.update(pod),
        update: (pod, old) => {
          if (pod.metadata.uid !== old.metadata.uid) this.#workers.removed(old.metadata.uid ?? "");
          this.#workers.update(pod);
        },
        delete: (pod) => this.#workers.removed(pod.metadata.uid ?? ""),
      }),
    );
    this.#ends.push(() => view.stop());
    await view.start();
    this.#workers.open();
    this.#startGarbage(collector);
    this.#ends.push(
      nodeInformer.addHandler({
        add: (object) => node.observe(object),
        update: (object) => node.observe(object),
        delete: () => node.observe(undefined),
      }),
    );
    await registered;
  }

  #recorder(): EventRecorder {
    const { recorder, client, clock, random, logger, nodeName: host } = this.#options;
    if (recorder !== undefined) return recorder;
    const own = startEventRecorder({ client, component: "kubelet", host, clock, random, logger });
    this.#ends.push(() => own.stop());
    return own;
  }

  #makeNode(recorder: EventRecorder, view: RuntimeView): NodeManager {
    const { client, runtime, machine, nodeName, podCidr, port = 10250, clock, random, logger } = this.#options;
    const node = new NodeManager({
      client,
      recorder,
      runtime,
      machine,
      config: this.#config,
      nodeName,
      podCidr,
      port,
      clock,
      random,
      logger,
      pressures: () => this.#eviction?.pressures() ?? [],
      viewFault: () => viewFault(clock, view),
      networkReady: () => this.#workers.triggerAll(),
    });
    this.#nodeManager = node;
    return node;
  }

  async #context(node: NodeManager, reads: Pick<NodeContext, "services" | "runtimeHandler">): Promise<NodeContext> {
    const { nodeName, machine, clusterDNS = [], clusterDomain = "cluster.local", resolvConf } = this.#options;
    const text = resolvConf === undefined ? "" : new TextDecoder().decode(await this.#files.readFile(resolvConf));
    return {
      ...reads,
      nodeName,
      runtimeName: node.runtimeVersion?.name ?? "containerd",
      hostIPs: machine.info.addresses,
      clusterDNS,
      clusterDomain,
      dns: parseResolvConf(text),
      memoryCapacity: machine.info.memoryBytes,
      profiles: {
        seccompRoot: `${this.#options.directories.root}/seccomp`,
        seccompDefault: this.#config.seccompDefault,
      },
      allowedUnsafeSysctls: this.#config.allowedUnsafeSysctls,
      allocatable: () => node.allocatable,
      node: () => node.node,
      networkFault: () => node.networkFault,
      pressures: () => this.#eviction?.pressures() ?? [],
      activePods: () => this.#workers.admitted(),
    };
  }

  #connect(recorder: EventRecorder, view: RuntimeView, context: NodeContext): PodDependencies {
    const { client, clock, random, logger, runtime, directories, cgroups = noCgroups, metrics } = this.#options;
    const { signal } = this.#stopping;
    const events = new ContainerEvents(recorder);
    const files = this.#files;
    const objects = this.#options.objects ?? watchReferencedObjects({ client, clock, logger });
    if (this.#options.objects === undefined) this.#ends.push(() => objects.stop());
    const volumes = new VolumeManager({
      client,
      files,
      objects,
      tokens: new ServiceAccountTokens(client, clock, random),
      clock,
      random,
      logger,
      events,
      podsDirectory: `${directories.root}/pods`,
      facts: (pod) => ({
        podIPs: (pod.status?.podIPs ?? []).map((one) => one.ip ?? ""),
        hostIPs: context.hostIPs,
        allocatable: context.allocatable(),
      }),
    });
    this.#ends.push(() => volumes.stop());
    const probes = new ProbeManager({
      prober: this.#options.prober ?? (files.real ? createProber(runtime, clock) : contentProber),
      clock,
      random,
      events,
      startedAt: clock.now(),
      changed: (uid) => this.#workers.trigger(uid),
      probed: kubeletMetrics(metrics).probed,
    });
    this.#ends.push(() => probes.stop());
    const { maxParallelImagePulls: maxParallelPulls, shutdownDrainTime: drainTime } = this.#config;
    return {
      runtime,
      clock,
      random,
      logger,
      events,
      files,
      directories,
      node: context,
      view,
      images: new ImageManager({
        runtime,
        clock,
        maxParallelPulls,
        records: new PullRecords(files, `${directories.root}/pulled-images.json`, logger),
        pulled: () => this.#nodeManager?.imagesChanged(),
      }),
      volumes,
      cgroups,
      probes,
      status: new StatusManager({ client, clock, logger, signal }),
      drainTime,
      crashes: new Backoff(clock, firstCrashWait, lastCrashWait),
    };
  }

  #makeGarbage(deps: PodDependencies, node: NodeManager, recorder: EventRecorder): GarbageCollector {
    const { machine, nodeName } = this.#options;
    const collector = new GarbageCollector({
      deps,
      machine,
      config: this.#config,
      recorder,
      nodeName,
      isWanted: (uid) => !this.#workers.isOrphan(uid),
      imagesChanged: () => node.imagesChanged(),
    });
    this.#eviction = new EvictionMonitor({
      deps,
      machine,
      config: this.#config,
      recorder,
      nodeName,
      activePods: () => this.#workers.active(),
      evict: (uid, verdict) => this.#workers.end(uid, verdict),
      reclaim: () => collector.removeUnusedImages(),
      changed: () => void node.refresh(),
    });
    return collector;
  }

  /** Only once it is known which pods are wanted. */
  #startGarbage(collector: GarbageCollector): void {
    const { clock } = this.#options;
    const eviction = this.#eviction!;
    this.#ends.push(
      () => collector.stop(),
      () => eviction.stop(),
    );
    collector.start(clock);
    // A simulated machine is never short of anything.
    if (!this.#files.real) return;
    eviction.start(clock);
    const { runtime, logger } = this.#options;
    const rotation = startLogRotation({ runtime, view: this.#view!, config: this.#config, clock, logger });
    this.#ends.push(() => rotation.stop());
  }

  #makeSource(): KubeletServerSource {
    const { nodeName, machine, clock } = this.#options;
    const withStatus = (pod: DesiredPod): DesiredPod => {
      const status = this.#deps?.status.get(pod.metadata.uid ?? "");
      return status === undefined ? pod : { ...pod, status };
    };
    return {
      nodeName,
      pods: () => this.#workers.pods().map(withStatus),
      pod: (namespace, name) => {
        const found = this.#workers
          .pods()
          .filter(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
        // A successor of the same name is what people mean.
        const pod = found.find(({ metadata }) => metadata.deletionTimestamp === undefined) ?? found[0];
        return pod && withStatus(pod);
      },
      usage: () => machine.usage(),
      unhealthy: () => (this.#view === undefined ? "the kubelet is starting" : viewFault(clock, this.#view)),
    };
  }
}

/** Waits before a container that keeps ending starts again: upstream's first and longest. */
const firstCrashWait = 10_000;
const lastCrashWait = 300_000;

function viewFault(clock: Clock, view: RuntimeView): string | undefined {
  const age = clock.now() - view.lastListed;
  if (age < relistThresholdMilliseconds) return undefined;
  const seconds = Math.floor(age / 1000);
  return `PLEG is not healthy: pleg was last seen active ${Math.floor(seconds / 60)}m${seconds % 60}s ago; threshold is 3m0s`;
}
