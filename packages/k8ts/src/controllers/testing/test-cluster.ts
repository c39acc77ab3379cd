/** Controllers on an API server in memory, under a virtual clock: for tests of this room only. */
import {
  cloneJson,
  isConflict,
  noMetrics,
  seededRandom,
  silentLogger,
  VirtualClock,
  type DeepReadonly,
  type KubernetesObject,
  type Resource,
} from "@k8ts/api";
import { pods } from "@k8ts/api/core/v1";
import {
  createClient,
  createInformerFactory,
  startController,
  type Client,
  type Controller,
  type InformerFactory,
  type RunningController,
} from "@k8ts/client";
import { MemoryApi } from "@k8ts/client/testing";
import { ObjectRules } from "./object-rules.ts";

/** An event as a controller told it. */
export interface ToldEvent {
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** A cluster of one API server and some controllers. */
export class TestCluster {
  readonly clock = new VirtualClock();
  readonly api = new MemoryApi();
  readonly transport: ObjectRules = new ObjectRules(this.api, this.clock);
  readonly client: Client = createClient(this.transport);
  /** What controllers told, in order: "Normal SuccessfulCreate Created pod: a-x". */
  readonly events: ToldEvent[] = [];
  readonly informers: InformerFactory;
  #running: RunningController[] = [];

  constructor() {
    const { client, clock } = this;
    this.informers = createInformerFactory({ client, clock, random: seededRandom(7), logger: silentLogger });
  }

  // A list of controllers of several kinds has no one type for their objects.
  // oxlint-disable-next-line typescript/no-explicit-any
  async start(...controllers: Controller<any>[]): Promise<this> {
    const recorder = {
      event: (about: DeepReadonly<KubernetesObject>, type: string, reason: string, message: string) => {
        this.events.push({ about: `${about.kind}/${about.metadata.name}`, type, reason, message });
      },
    };
    const { client, informers, clock } = this;
    const shared = { client, informers, clock, random: seededRandom(1), logger: silentLogger, metrics: noMetrics };
    this.#running = controllers.map((controller) => startController(controller, { ...shared, recorder }));
    informers.start();
    await Promise.all(this.#running.map((controller) => controller.started));
    await this.settle();
    return this;
  }

  /** Makes caches lag behind the server by so many milliseconds, from now on. */
  lag(milliseconds: number): void {
    this.transport.lag = milliseconds;
  }

  async stop(): Promise<void> {
    this.lag(0);
    await Promise.all(this.#running.map((controller) => controller.stop()));
    await this.informers.stop();
  }

  /** Lets everything that is due happen, and what comes within `milliseconds`. */
  async settle(milliseconds = 100): Promise<void> {
    await this.clock.advance(milliseconds);
  }

  async create<T extends KubernetesObject>(resource: Resource<T>, object: T): Promise<DeepReadonly<T>> {
    return this.client.create(resource, object);
  }

  async get<T>(resource: Resource<T>, name: string, namespace = "default"): Promise<DeepReadonly<T>> {
    return this.client.get(resource, { name, namespace: resource.namespaced ? namespace : "" });
  }

  list<T>(resource: Resource<T>): DeepReadonly<T>[] {
    return this.api.objects(resource);
  }

  /** Reads, changes and writes an object; again where a controller was faster. */
  async change<T extends KubernetesObject>(
    resource: Resource<T>,
    name: string,
    edit: (object: T) => void,
    subresource?: "status",
  ): Promise<void> {
    for (let tries = 0; ; tries++) {
      const object = cloneJson(await this.get(resource, name)) as T;
      edit(object);
      try {
        await (subresource ? this.client.updateStatus(resource, object) : this.client.update(resource, object));
        return;
      } catch (error) {
        if (!isConflict(error) || tries > 10) throw error;
      }
    }
  }

  /** A kubelet's part: binds pods that have no node, makes them ready, and removes those that are being deleted. */
  async runPods(node = "node-1", ready = true): Promise<void> {
    for (const pod of this.list(pods)) {
      const { name = "", deletionTimestamp } = pod.metadata;
      if (deletionTimestamp !== undefined) {
        await this.client.delete(pods, { namespace: pod.metadata.namespace ?? "", name }, { gracePeriodSeconds: 0 });
        continue;
      }
      if (!pod.spec?.nodeName) await this.change(pods, name, (next) => void (next.spec!.nodeName = node));
      if (pod.status?.phase !== "Running" || !ready) await this.setReady(name, ready);
    }
    await this.settle();
  }

  /** Sets a pod's phase and readiness. */
  async setReady(name: string, ready: boolean): Promise<void> {
    const lastTransitionTime = new Date(this.clock.now()).toISOString().replace(/\.\d+/, "");
    const condition = { type: "Ready", status: ready ? "True" : "False", lastTransitionTime };
    const number = (this.#addresses.get(name) ?? this.#addresses.set(name, this.#addresses.size + 1).size) % 250;
    const podIP = `10.0.0.${number}`;
    await this.change(
      pods,
      name,
      (pod) => void (pod.status = { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [condition] }),
      "status",
    );
  }

  readonly #addresses = new Map<string, number>();
}
