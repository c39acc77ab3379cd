import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, formatMicroTime, formatTime, isConditionTrue } from "@k8ts/api";
import { leases } from "@k8ts/api/coordination/v1";
import { nodes, pods, type Node } from "@k8ts/api/core/v1";
import { pod, ready } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { nodeIpamController } from "./node-ipam.ts";
import { nodeLifecycleController } from "./node-lifecycle.ts";
import { taintEvictionController } from "./taint-eviction.ts";

class World extends TestCluster {
  readonly #silent = new Set<string>();

  /** Makes nodes that post their status and renew their Leases. */
  async join(...names: string[]): Promise<void> {
    for (const name of names) {
      const status = { conditions: this.#conditions("True") };
      await this.client.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name }, status });
      const metadata = { name, namespace: "kube-node-lease" };
      await this.client.create(leases, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: {} });
    }
    await this.beat(100);
  }

  #conditions(status: string): NonNullable<Node["status"]>["conditions"] {
    const time = formatTime(this.clock.now());
    return [{ type: "Ready", status, lastHeartbeatTime: time, lastTransitionTime: time }];
  }

  silence(...names: string[]): void {
    for (const name of names) this.#silent.add(name);
  }

  async revive(name: string): Promise<void> {
    this.#silent.delete(name);
    await this.change(nodes, name, (node) => void (node.status!.conditions = this.#conditions("True")), "status");
    await this.beat(100);
  }

  /** Time goes by, with a renewed Lease every ten seconds from all nodes that are not silent. */
  async beat(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 10_000) {
      for (const node of this.list(nodes)) {
        const name = node.metadata.name!;
        if (this.#silent.has(name)) continue;
        const lease = structuredClone(await this.get(leases, name, "kube-node-lease")) as Parameters<
          typeof this.client.update
        >[1] & { spec: object };
        lease.spec = { renewTime: formatMicroTime(this.clock.now()) };
        await this.client.update(leases, lease as never);
      }
      await this.settle(Math.min(left, 10_000));
    }
  }

  async taints(name: string): Promise<string[]> {
    const { spec } = await this.get(nodes, name);
    return (spec?.taints ?? []).map(({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`).sort();
  }

  async readiness(name: string): Promise<string | undefined> {
    return findCondition((await this.get(nodes, name)).status?.conditions, "Ready")?.status;
  }
}

async function world(...names: string[]): Promise<World> {
  const made = new World();
  await made.start(nodeLifecycleController, taintEvictionController);
  await made.join(...names);
  return made;
}

const running = (name: string, tolerationSeconds?: number) => {
  const key = "node.kubernetes.io/unreachable";
  const tolerations =
    tolerationSeconds === undefined ? [] : [{ key, operator: "Exists", effect: "NoExecute", tolerationSeconds }];
  return pod(name, { spec: { nodeName: "a", tolerations }, status: ready("10.0.0.1") });
};

test("a node that keeps telling stays as it is, and costs no write", async () => {
  const made = await world("a", "b");
  const before = made.api.calls.length;
  await made.beat(300_000);
  const others = made.api.calls.slice(before).filter(({ resource, verb }) => resource !== "leases" && verb !== "watch");
  assert.deepEqual(others, []);
  assert.deepEqual(
    made.events.map(({ reason, message }) => `${reason}: ${message}`),
    [
      "RegisteredNode: Node a event: Registered Node a in Controller",
      "RegisteredNode: Node b event: Registered Node b in Controller",
    ],
  );
  await made.stop();
});

test("a node that falls silent becomes Unknown after 50 seconds, is tainted, and its pods are not ready", async () => {
  const made = await world("a", "b", "c");
  await made.create(pods, running("p", 300));
  await made.beat(10_000);
  made.silence("a");
  await made.beat(40_000);
  assert.equal(await made.readiness("a"), "True");
  await made.beat(20_000);
  assert.equal(await made.readiness("a"), "Unknown");
  const memory = findCondition((await made.get(nodes, "a")).status?.conditions, "MemoryPressure");
  assert.equal(memory?.reason, "NodeStatusNeverUpdated");
  assert.deepEqual(await made.taints("a"), ["unreachable:NoExecute", "unreachable:NoSchedule"]);
  assert.equal(isConditionTrue((await made.get(pods, "p")).status?.conditions, "Ready"), false);
  assert.ok(made.events.some(({ about, reason }) => about === "Node/a" && reason === "NodeNotReady"));
  assert.ok(made.events.some(({ about, message }) => about === "Pod/p" && message === "Node is not ready"));
  await made.revive("a");
  assert.deepEqual(await made.taints("a"), []);
  await made.stop();
});

test("pods go when their toleration ends, at once without one, never with an endless one", async () => {
  const made = await world("a", "b", "c");
  await made.create(pods, running("soon"));
  await made.create(pods, running("later", 300));
  const endless = running("never");
  endless.spec!.tolerations = [{ operator: "Exists" }];
  await made.create(pods, endless);
  made.silence("a");
  await made.beat(70_000);
  const going = () =>
    made
      .list(pods)
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      .map(({ metadata }) => metadata.name);
  assert.deepEqual(going(), ["soon"]);
  const target = findCondition((await made.get(pods, "soon")).status?.conditions, "DisruptionTarget");
  assert.equal(target?.reason, "DeletionByTaintManager");
  await made.beat(270_000);
  assert.deepEqual(going(), ["soon"]);
  await made.beat(40_000);
  assert.deepEqual(going().sort(), ["later", "soon"]);
  const told = made.events.filter(({ reason }) => reason === "TaintManagerEviction").map(({ message }) => message);
  assert.deepEqual(told, ["Marking for deletion Pod default/soon", "Marking for deletion Pod default/later"]);
  await made.stop();
});

test("a node that is back in time keeps its pods", async () => {
  const made = await world("a", "b", "c");
  await made.create(pods, running("p", 300));
  made.silence("a");
  await made.beat(100_000);
  await made.revive("a");
  await made.beat(400_000);
  assert.equal((await made.get(pods, "p")).metadata.deletionTimestamp, undefined);
  assert.equal(made.events.at(-1)?.message, "Cancelling deletion of Pod default/p");
  await made.stop();
});

test("silent nodes lose their pods one after the other", async () => {
  const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
  const made = await world(...names);
  made.silence("n0", "n1", "n2");
  await made.beat(55_000);
  const evicting = async (): Promise<number> => {
    const taints = await Promise.all(["n0", "n1", "n2"].map((name) => made.taints(name)));
    return taints.filter((list) => list.includes("unreachable:NoExecute")).length;
  };
  assert.equal(await evicting(), 1);
  await made.beat(10_000);
  assert.equal(await evicting(), 2);
  await made.beat(10_000);
  assert.equal(await evicting(), 3);
  await made.stop();
});

test("when no node tells anything any more, nobody is evicted", async () => {
  const made = await world("a", "b");
  made.silence("a", "b");
  await made.beat(600_000);
  for (const name of ["a", "b"]) assert.deepEqual(await made.taints(name), ["unreachable:NoSchedule"]);
  await made.revive("b");
  await made.beat(70_000);
  assert.deepEqual(await made.taints("a"), ["unreachable:NoExecute", "unreachable:NoSchedule"]);
  await made.stop();
});

test("cordoning taints, at once", async () => {
  const made = await world("a", "b");
  await made.change(nodes, "a", (node) => void (node.spec = { unschedulable: true }));
  await made.beat(100);
  assert.deepEqual(await made.taints("a"), ["unschedulable:NoSchedule"]);
  await made.change(nodes, "a", (node) => void (node.spec = { taints: node.spec!.taints! }));
  await made.beat(100);
  assert.deepEqual(await made.taints("a"), []);
  await made.stop();
});

test("a node that never posts its status is given a minute", async () => {
  const made = await world("b");
  await made.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "a" } });
  made.silence("a");
  await made.beat(59_000);
  assert.equal(await made.readiness("a"), undefined);
  await made.beat(2000);
  assert.equal(await made.readiness("a"), "Unknown");
  await made.stop();
});

test("a removed node is forgotten", async () => {
  const made = await world("a", "b");
  await made.client.delete(nodes, { name: "a" });
  await made.beat(100);
  assert.equal(made.events.at(-1)?.message, "Node a event: Removing Node a from Controller");
  await made.stop();
});

test("nodes get blocks of addresses, keep those they have, and give them back", async () => {
  const made = new World();
  const spec = { podCIDR: "10.244.1.0/24", podCIDRs: ["10.244.1.0/24"] };
  await made.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "old" }, spec });
  await made.start(
    nodeIpamController({ clusterCidrs: ["10.244.0.0/22", "fd00::/56"], serviceCidrs: ["10.244.0.0/24"] }),
  );
  await made.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "a" } });
  await made.settle();
  assert.deepEqual((await made.get(nodes, "a")).spec, {
    podCIDR: "10.244.2.0/24",
    podCIDRs: ["10.244.2.0/24", "fd00::/64"],
  });
  await made.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "b" } });
  await made.settle();
  assert.equal((await made.get(nodes, "b")).spec?.podCIDR, "10.244.3.0/24");
  await made.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "c" } });
  await made.settle(1000);
  assert.equal((await made.get(nodes, "c")).spec?.podCIDR, undefined);
  assert.equal(made.events.at(-1)?.message, "Node c status is now: CIDRNotAvailable");
  await made.client.delete(nodes, { name: "old" });
  await made.settle(10_000);
  assert.equal((await made.get(nodes, "c")).spec?.podCIDR, "10.244.1.0/24");
  await made.stop();
});

test("nodes that come while caches lag behind get one block each", async () => {
  const made = new World();
  await made.start(nodeIpamController({ clusterCidrs: ["10.244.0.0/16"] }));
  made.lag(500);
  for (const name of ["a", "b", "c"]) {
    await made.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name } });
    for (const label of ["x", "y"]) {
      await made.settle(200);
      await made.change(nodes, name, (node) => void (node.metadata.labels = { label }));
    }
  }
  await made.settle(5000);
  const blocks = made.list(nodes).map((node) => node.spec?.podCIDRs?.join());
  assert.deepEqual(blocks.sort(), ["10.244.0.0/24", "10.244.1.0/24", "10.244.2.0/24"]);
  await made.stop();
});
