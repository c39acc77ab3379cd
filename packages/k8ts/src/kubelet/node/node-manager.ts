/**
 * The node's own object: registered at start, its Lease renewed every ten seconds, its status patched when something in
 * it changes and every five minutes. A node whose object was deleted registers again.
 */
import {
  deepEqual,
  isAlreadyExists,
  type Clock,
  type DeepReadonly,
  type Logger,
  type Random,
  type Timer,
} from "@k8ts/api";
import { nodes, type Node, type NodeStatus } from "@k8ts/api/core/v1";
import type { Client, EventRecorder } from "@k8ts/client";
import type { KubeletConfig } from "../config.ts";
import type { ContainerRuntime, Image, RuntimeStatus, RuntimeVersion } from "../runtimes/runtime.ts";
import type { Machine } from "./machine.ts";
import { nodeConditions } from "./node-conditions.ts";
import { NodeLease } from "./node-lease.ts";
import { nodeAllocatable, nodeCapacity, withForeign, type Amounts } from "./node-resources.ts";
import { defaultNodeLabels, initialNode, nodeStatus } from "./node-status.ts";

/** How often a node that is not ready looks whether it is. */
const unreadyCheckMilliseconds = 500;
const retryMilliseconds = 1_000;

/** What the manager is made of. */
export interface NodeManagerOptions {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly runtime: ContainerRuntime;
  readonly machine: Machine;
  readonly config: KubeletConfig;
  readonly nodeName: string;
  /** Set on the node when it registers; undefined: a controller does. */
  readonly podCidr: string | undefined;
  readonly port: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** "MemoryPressure" …, as eviction sees it. */
  readonly pressures: () => readonly string[];
  /** Why the runtime's pods cannot be seen; undefined: they can. */
  readonly viewFault: () => string | undefined;
  /** Pods may have a network now. */
  readonly networkReady: () => void;
}

/** A node's object in the API. */
export class NodeManager {
  readonly #options: NodeManagerOptions;
  readonly #stop = new AbortController();
  readonly #lease: NodeLease;
  #node: DeepReadonly<Node> | undefined;
  #version: RuntimeVersion | undefined;
  #runtimeStatus: RuntimeStatus | undefined;
  #runtimeFault: string | undefined;
  #images: readonly Image[] = [];
  #imagesStale = true;
  #capacity: Amounts = {};
  #allocatable: Amounts = {};
  #reportedAt = 0;
  #reporting: Promise<void> | undefined;
  #heartbeat: Timer | undefined;
  #check: Timer | undefined;
  #cidr = "";

  constructor(options: NodeManagerOptions) {
    this.#options = options;
    const { client, clock, nodeName, config } = options;
    const { leaseDurationSeconds } = { leaseDurationSeconds: config.nodeLeaseDurationSeconds };
    this.#lease = new NodeLease({ client, clock, nodeName, leaseDurationSeconds, signal: this.#stop.signal });
  }

  /** The node as last seen. */
  get node(): DeepReadonly<Node> | undefined {
    return this.#node;
  }

  get allocatable(): Readonly<Amounts> {
    return this.#allocatable;
  }

  get runtimeVersion(): RuntimeVersion | undefined {
    return this.#version;
  }

  /** Why pods cannot have a network; undefined: they can. */
  get networkFault(): string | undefined {
    const status = this.#runtimeStatus;
    if (status === undefined || status.networkReady) return undefined;
    return `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:${status.message}`;
  }

  /** Reads machine and runtime; throws where the runtime does not answer. */
  async prepare(): Promise<void> {
    const { runtime, machine, config, podCidr } = this.#options;
    const { nodeFs } = await machine.usage();
    this.#capacity = nodeCapacity(machine.info, nodeFs.capacityBytes, config);
    this.#allocatable = nodeAllocatable(this.#capacity, config);
    if (podCidr !== undefined) await this.#useCidr(podCidr);
    [this.#version] = await Promise.all([runtime.version(), this.#readRuntime()]);
  }

  /** Registers and begins the heartbeats. Tries until it succeeds or is stopped. */
  async start(): Promise<void> {
    const { recorder, clock, logger, nodeName } = this.#options;
    const { signal } = this.#stop;
    recorder.event(nodeReference(nodeName), "Normal", "Starting", "Starting kubelet.");
    for (;;) {
      try {
        await this.#register();
        break;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn("Cannot register the node; will try again", { node: nodeName, error });
        await clock.sleep(retryMilliseconds, signal);
      }
    }
    await this.#beat();
  }

  /** No more heartbeats: the node is left to its Lease. */
  stop(): void {
    this.#stop.abort();
    this.#heartbeat?.cancel();
    this.#check?.cancel();
  }

  /** The API's newest word on the node; undefined: it was deleted. */
  observe(node: DeepReadonly<Node> | undefined): void {
    const known = this.#node !== undefined;
    if (node === undefined) {
      if (!known || this.#stop.signal.aborted) return;
      this.#node = undefined;
      void this.#register().catch((error: unknown) => this.#options.logger.warn("Cannot register the node", { error }));
      return;
    }
    this.#node = node;
    const cidr = node.spec?.podCIDR ?? "";
    if (cidr !== "" && cidr !== this.#cidr)
      void this.#useCidr(cidr).then(
        () => this.refresh(),
        (error: unknown) => this.#options.logger.warn("Cannot set the pod network's addresses", { cidr, error }),
      );
  }

  /** An image has come or gone. */
  imagesChanged(): void {
    this.#imagesStale = true;
    // Several may come at once; the status is not urgent.
    this.#check ??= this.#options.clock.setTimer(retryMilliseconds, () => void this.refresh());
  }

  /** Looks at everything again, and reports what has changed. Never throws. */
  async refresh(): Promise<void> {
    this.#check?.cancel();
    this.#check = undefined;
    await this.#readRuntime();
    if (!this.#stop.signal.aborted) await this.#report();
  }

  async #useCidr(cidr: string): Promise<void> {
    this.#cidr = cidr;
    await this.#options.runtime.updateRuntimeConfig(cidr);
  }

  async #readRuntime(): Promise<void> {
    const { runtime } = this.#options;
    const blocked = this.networkFault !== undefined;
    try {
      this.#runtimeStatus = await runtime.status();
      this.#runtimeFault = undefined;
      if (this.#version === undefined || this.#runtimeStatus.runtimeReady !== true)
        this.#version = await runtime.version();
    } catch (error) {
      this.#runtimeFault = `container runtime is down: ${(error as Error).message}`;
    }
    if (this.#imagesStale) {
      const images = await runtime.listImages().catch(() => undefined);
      if (images !== undefined) this.#imagesStale = false;
      this.#images = images ?? this.#images;
    }
    if (blocked && this.networkFault === undefined) this.#options.networkReady();
  }

  #faults(): string[] {
    const faults: string[] = [];
    const { viewFault } = this.#options;
    const view = viewFault();
    if (this.#runtimeFault !== undefined) faults.push(this.#runtimeFault);
    else if (this.#runtimeStatus?.runtimeReady === false)
      faults.push(`container runtime status check may not have completed yet: ${this.#runtimeStatus.message}`);
    if (view !== undefined) faults.push(view);
    if (this.networkFault !== undefined) faults.push(this.networkFault);
    return faults;
  }

  /** The status as it is now, and the events to go with it. */
  #status(): { status: NodeStatus; events: string[] } {
    const { machine, config, port, clock, pressures } = this.#options;
    const present = new Set(pressures());
    const health = {
      faults: this.#faults(),
      memoryPressure: present.has("MemoryPressure"),
      diskPressure: present.has("DiskPressure"),
      pidPressure: present.has("PIDPressure"),
    };
    const reported = this.#node?.status?.capacity;
    const { conditions, events } = nodeConditions(health, this.#node?.status?.conditions ?? [], clock.now());
    const status = nodeStatus({
      machine: machine.info,
      config,
      capacity: withForeign(this.#capacity, reported),
      allocatable: withForeign(this.#allocatable, reported),
      version: this.#version,
      runtime: this.#runtimeStatus,
      images: this.#images,
      conditions,
      port,
    });
    return { status, events };
  }

  async #register(): Promise<void> {
    const { client, machine, config, podCidr, nodeName: name, clock } = this.#options;
    const { signal } = this.#stop;
    const { status, events } = this.#status();
    try {
      this.#node = await client.create(nodes, initialNode(name, machine.info, config, podCidr, status), { signal });
      this.#reportedAt = clock.now();
      this.#tell(events);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      await this.#adopt();
    }
    const cidr = this.#node?.spec?.podCIDR ?? "";
    if (cidr !== "" && cidr !== this.#cidr) await this.#useCidr(cidr);
  }

  /** The node is known: it has restarted. Its labels are set right, and its status. */
  async #adopt(): Promise<void> {
    const { client, machine, nodeName: name, recorder } = this.#options;
    const { signal } = this.#stop;
    this.#node = await client.get(nodes, { name }, { signal });
    const boot = this.#node.status?.nodeInfo?.bootID;
    if (boot && boot !== machine.info.bootID) {
      const message = `Node ${name} has been rebooted, boot id: ${machine.info.bootID}`;
      recorder.event(nodeReference(name), "Warning", "Rebooted", message);
    }
    const labels = Object.entries(defaultNodeLabels(machine.info));
    const wrong = labels.filter(([key, value]) => this.#node?.metadata.labels?.[key] !== value);
    if (wrong.length > 0)
      this.#node = await client.patch(nodes, { name }, { metadata: { labels: Object.fromEntries(wrong) } }, { signal });
    this.#reportedAt = 0;
    await this.#report();
  }

  async #beat(): Promise<void> {
    const { clock, config, random, logger } = this.#options;
    if (this.#stop.signal.aborted) return;
    // Spread, so that thousands of nodes that started together do not stay together.
    const wait = config.nodeStatusUpdateFrequency * (0.96 + 0.08 * random.next());
    this.#heartbeat = clock.setTimer(wait, () => void this.#beat());
    const renewed = this.#lease.renew(this.#node?.metadata.uid).catch((error: unknown) => {
      if (!this.#stop.signal.aborted) logger.warn("Cannot renew the node's lease", { error });
    });
    await Promise.all([renewed, this.refresh()]);
  }

  #report(): Promise<void> {
    const again = (this.#reporting ?? Promise.resolve()).then(() => this.#reportOnce());
    this.#reporting = again;
    return again;
  }

  async #reportOnce(): Promise<void> {
    const { client, clock, config, logger, nodeName: name, random } = this.#options;
    const { signal } = this.#stop;
    if (this.#node === undefined || signal.aborted) return;
    const { status, events } = this.#status();
    if (this.networkFault !== undefined || this.#runtimeFault !== undefined)
      this.#check ??= clock.setTimer(unreadyCheckMilliseconds, () => void this.refresh());
    const due = clock.now() - this.#reportedAt >= config.nodeStatusReportFrequency * (1 + 0.1 * random.next());
    const patch = statusPatch(this.#node.status ?? {}, status, due);
    if (patch === undefined) return;
    try {
      this.#node = await client.patch(nodes, { name }, { status: patch }, { subresource: "status", signal });
      this.#reportedAt = clock.now();
      this.#tell(events);
    } catch (error) {
      if (signal.aborted) return;
      logger.warn("Cannot report the node's status", { error });
      this.#check ??= clock.setTimer(retryMilliseconds, () => void this.refresh());
    }
  }

  #tell(events: readonly string[]): void {
    const { recorder, nodeName } = this.#options;
    for (const event of events)
      recorder.event(nodeReference(nodeName), "Normal", event, `Node ${nodeName} status is now: ${event}`);
  }
}

/** What events about a node name; by custom its uid is its name. */
export function nodeReference(name: string): Node {
  return { apiVersion: "v1", kind: "Node", metadata: { name, uid: name } };
}

/** What differs; with `heartbeat`, the conditions in any case. Undefined: nothing. */
function statusPatch(
  from: DeepReadonly<NodeStatus>,
  to: NodeStatus,
  heartbeat: boolean,
): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(to)) {
    if (field === "conditions") continue;
    const old = from[field as keyof NodeStatus];
    if (deepEqual(old, value)) continue;
    // Addresses merge by type: replaced as a whole, or an old one stays.
    if (field === "addresses") patch[field] = [...(value as unknown[]), { $patch: "replace" }];
    else if (field === "allocatable") patch[field] = { ...absent(old as Amounts, value as Amounts), ...value };
    else patch[field] = value;
  }
  const changed = to.conditions!.filter((condition) => {
    const old = from.conditions?.find((one) => one.type === condition.type);
    return old?.status !== condition.status || old.reason !== condition.reason || old.message !== condition.message;
  });
  if (heartbeat || changed.length > 0) patch["conditions"] = to.conditions;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** The names that are no more, as a patch says so. */
function absent(old: Readonly<Amounts> = {}, now: Readonly<Amounts>): Record<string, null> {
  const gone = Object.keys(old).filter((name) => !(name in now));
  return Object.fromEntries(gone.map((name) => [name, null]));
}
