/** A kubelet on the simulated runtime under a virtual clock, for tests. */
import { noMetrics, seededRandom, silentLogger, VirtualClock, type DeepReadonly } from "@k8ts/api";
import { pods, type Container, type Pod, type PodSpec } from "@k8ts/api/core/v1";
import type { EventRecorder } from "@k8ts/client";
import { createKubelet } from "../kubelet.ts";
import type { Kubelet, KubeletOptions } from "../kubelet-options.ts";
import { simulatedMachine } from "../node/machine.ts";
import { contentProber } from "../probes/prober.ts";
import { SimulatedRuntime } from "../runtimes/simulated.ts";
import { NodeApi } from "./node-api.ts";

/** An event that was written. */
export interface WrittenEvent {
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly fieldPath: string | undefined;
}

/** A node under test. */
export class TestNode {
  readonly clock = new VirtualClock();
  readonly api = new NodeApi(this.clock);
  readonly events: WrittenEvent[] = [];
  runtime: SimulatedRuntime;
  kubelet: Kubelet;
  readonly #options: Partial<KubeletOptions>;

  constructor(options: Partial<KubeletOptions> & { readonly pullTime?: number } = {}) {
    this.#options = options;
    this.runtime = new SimulatedRuntime({ clock: this.clock, random: seededRandom(2), pullTime: options.pullTime });
    this.kubelet = this.#make();
  }

  /** A new kubelet on the same runtime: the old one was killed. */
  async restart(): Promise<void> {
    await this.kubelet.stop();
    this.kubelet = this.#make();
    await this.kubelet.start();
    await this.settle();
  }

  /** The machine starts again with nothing running. */
  async reboot(runtime: SimulatedRuntime): Promise<void> {
    this.runtime = runtime;
    await this.clock.advance(1_000);
    await this.restart();
  }

  #make(): Kubelet {
    const recorder: EventRecorder = {
      event: (about, type, reason, message, fieldPath) =>
        void this.events.push({ about: about.metadata.name ?? "", type, reason, message, fieldPath }),
    };
    return createKubelet({
      client: this.api.client,
      runtime: this.runtime,
      nodeName: "node-1",
      machine: simulatedMachine({ hostname: "node-1", address: "10.0.0.1", now: () => this.clock.now() }),
      directories: { root: "/var/lib/kubelet", podLogs: "/var/log/pods" },
      prober: contentProber,
      clusterDNS: ["10.96.0.10"],
      clock: this.clock,
      random: seededRandom(1),
      logger: silentLogger,
      metrics: noMetrics,
      recorder,
      ...this.#options,
    });
  }

  async start(): Promise<void> {
    await this.kubelet.start();
    await this.settle();
  }

  /** Lets everything that is due now happen. */
  async settle(): Promise<void> {
    await this.clock.advance(0);
    for (let round = 0; round < 20; round++) await new Promise((resolve) => setImmediate(resolve));
    await this.clock.advance(0);
  }

  async advance(milliseconds: number): Promise<void> {
    await this.clock.advance(milliseconds);
    await this.settle();
  }

  /** Creates a pod that is bound to this node. */
  async create(
    name: string,
    spec: Partial<PodSpec> = {},
    metadata: Partial<Pod["metadata"]> = {},
  ): Promise<DeepReadonly<Pod>> {
    const pod = await this.api.client.create(pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "default", ...metadata },
      spec: {
        nodeName: "node-1",
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        enableServiceLinks: true,
        containers: [container("main")],
        ...spec,
      },
      status: { phase: "Pending" },
    });
    await this.settle();
    return pod;
  }

  async delete(name: string, gracePeriodSeconds?: number): Promise<void> {
    await this.api.client.delete(pods, { namespace: "default", name }, { gracePeriodSeconds });
    await this.settle();
  }

  pod(name: string): DeepReadonly<Pod> | undefined {
    return this.api.pod(name);
  }

  /** Reasons of events about an object, in order. */
  reasons(name: string): string[] {
    return this.events.filter((event) => event.about === name).map((event) => event.reason);
  }
}

/** A container's spec. */
export function container(name: string, fields: Partial<Container> = {}): Container {
  return { name, image: "nginx:1.7.9", imagePullPolicy: "IfNotPresent", ...fields };
}
