/**
 * Controllers against the API server itself, in process, under a virtual clock: registry, strategies, admission and RBAC
 * are the real ones. A small kubelet of its own runs the pods.
 */
import {
  cloneJson,
  formatMicroTime,
  formatTime,
  isConflict,
  noMetrics,
  seededRandom,
  silentLogger,
  VirtualClock,
  type DeepReadonly,
  type KubernetesObject,
  type Logger,
  type Resource,
} from "@k8ts/api";
import { leases, type Lease } from "@k8ts/api/coordination/v1";
import { nodes, pods, type Node, type Pod } from "@k8ts/api/core/v1";
import { ControllerManager, createClient, createInformerFactory, type Client } from "@k8ts/client";
import { startServer, type ServerUnderTest } from "../../apiserver/server-under-test.ts";
import { createControllers } from "../index.ts";

const steps = 50;

/** A served cluster with all controllers. */
export class ServedCluster {
  readonly clock: VirtualClock;
  readonly client: Client;
  /** Reconciles that failed, but for conflicts. */
  readonly errors: string[] = [];
  readonly #manager: ControllerManager;
  readonly #stops: (() => Promise<void>)[] = [];

  private constructor(server: ServerUnderTest, clock: VirtualClock) {
    this.clock = clock;
    this.client = createClient(server.transport);
    const logger: Logger = {
      ...silentLogger,
      error: (message, fields) =>
        void (
          message.startsWith("reconcile") &&
          this.errors.push(`${message} ${String(fields?.key)}: ${String(fields?.error)}`)
        ),
      child: () => logger,
    };
    const shared = { clock, random: seededRandom(1), logger, metrics: noMetrics };
    const informers = createInformerFactory({ client: this.client, ...shared });
    this.#manager = new ControllerManager({
      ...shared,
      controllers: createControllers({ caPem: "PEM", podCidr: "10.244.0.0/16" }),
      clientFor: (name) => createClient(server.server.inProcess(controllerUser(name), name)),
      informers,
    });
    this.#stops.push(
      () => this.#manager.stop(),
      () => informers.stop(),
      () => server.stop(),
    );
  }

  static async start(): Promise<ServedCluster> {
    const clock = new VirtualClock();
    const cluster = new ServedCluster(await startServer({ clock }), clock);
    await cluster.client.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "n1" } });
    const started = cluster.#manager.start();
    await cluster.settle();
    await started;
    await cluster.settle();
    return cluster;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) {
      const done = stop();
      await this.clock.advance(10_000);
      await done;
    }
  }

  /** Lets time go by in steps, so that chains of calls, which take turns of the event loop but no time, end within it. */
  async settle(milliseconds = 200): Promise<void> {
    for (let step = 0; step < steps; step++) await this.clock.advance(milliseconds / steps);
  }

  async list<T>(resource: Resource<T>, namespace = "default"): Promise<readonly DeepReadonly<T>[]> {
    return (await this.client.list(resource, resource.namespaced ? { namespace } : {})).items;
  }

  async get<T>(resource: Resource<T>, name: string): Promise<DeepReadonly<T>> {
    return this.client.get(resource, { name, namespace: resource.namespaced ? "default" : "" });
  }

  /** Reads, changes and writes an object; again where a controller was faster. */
  async change<T extends KubernetesObject>(
    resource: Resource<T>,
    name: string,
    edit: (object: T) => void,
  ): Promise<void> {
    for (;;) {
      const object = cloneJson(await this.get(resource, name)) as T;
      edit(object);
      try {
        await this.client.update(resource, object);
        return;
      } catch (error) {
        if (!isConflict(error)) throw error;
      }
    }
  }

  /** Binds pods to a node, makes those on it ready, and removes those on it that are going. */
  async runPods(namespace = "default", node = "n1"): Promise<void> {
    for (const pod of await this.list(pods, namespace)) {
      const { name = "" } = pod.metadata;
      const target = { namespace, name };
      if (pod.spec?.nodeName !== undefined && pod.spec.nodeName !== node) continue;
      if (pod.metadata.deletionTimestamp !== undefined) {
        await this.client.delete(pods, target, { gracePeriodSeconds: 0 });
        continue;
      }
      if (!pod.spec?.nodeName) await this.#bind(target, node);
      if (pod.status?.phase !== "Running") await this.#ready(target);
    }
    await this.settle();
  }

  /** Makes nodes; they post a status and renew their Leases while `beat` lets them. */
  async join(...names: string[]): Promise<void> {
    for (const name of names) {
      const node = cloneJson(
        await this.client.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name } }),
      ) as Node;
      const time = formatTime(this.clock.now());
      node.status = {
        conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: time, lastTransitionTime: time }],
      };
      await this.client.updateStatus(nodes, node);
    }
  }

  /** Time goes by, with a Lease renewed every ten seconds by these nodes. */
  async beat(milliseconds: number, ...names: string[]): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 10_000) {
      for (const name of names) {
        const patch = {
          apiVersion: "coordination.k8s.io/v1",
          kind: "Lease",
          metadata: { name, namespace: "kube-node-lease" },
          spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(this.clock.now()) },
        };
        await this.client
          .patch(leases, patch.metadata, { spec: patch.spec }, { type: "application/merge-patch+json" })
          .catch(() => this.client.create(leases, patch as Lease));
      }
      await this.settle(Math.min(left, 10_000));
    }
  }

  async #bind({ namespace, name }: { namespace: string; name: string }, node: string): Promise<void> {
    const target = { apiVersion: "v1", kind: "Node", name: node };
    const body = { apiVersion: "v1", kind: "Binding", metadata: { namespace, name }, target };
    await this.client.createSubresource(pods, { namespace, name }, "binding", body);
  }

  #addresses = 0;

  async #ready(target: { namespace: string; name: string }): Promise<void> {
    const pod = cloneJson(await this.client.get(pods, target)) as Pod;
    const podIP = `10.244.0.${++this.#addresses}`;
    const condition = { type: "Ready", status: "True", lastTransitionTime: formatTime(this.clock.now()) };
    pod.status = { ...pod.status, phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [condition] };
    await this.client.updateStatus(pods, pod);
  }
}

/** The service account of a controller, as the server's RBAC knows it. */
const controllerUser = (name: string) => ({
  name: `system:serviceaccount:kube-system:${name}`,
  groups: ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
});
