import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition } from "@k8ts/api";
import { nodes, pods } from "@k8ts/api/core/v1";
import { node, pod, ready } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { podGarbageCollector } from "./pod-garbage-collector.ts";

const names = (world: TestCluster): string[] =>
  world
    .list(pods)
    .map(({ metadata }) => metadata.name!)
    .sort();
const on = (name: string, nodeName: string) => pod(name, { spec: { nodeName }, status: ready("10.0.0.1") });

test("pods of a node that is gone go after a quarantine, marked as failed", async () => {
  const world = await new TestCluster().start(podGarbageCollector());
  await world.create(nodes, node("n1"));
  await world.create(nodes, node("n2"));
  await world.create(pods, on("a", "n1"));
  await world.create(pods, on("b", "n2"));
  await world.settle();
  await world.client.delete(nodes, { name: "n1" });
  const patches: unknown[] = [];
  world.api.fault = (call) => {
    if (call.resource === "pods" && call.verb === "update") patches.push(call.body);
  };
  await world.settle(39_000);
  assert.deepEqual(names(world), ["a", "b"]);
  await world.settle(2000);
  assert.deepEqual(names(world), ["b"]);
  const { status } = patches[0] as {
    status: { phase: string; conditions: { type: string; status: string; reason: string }[] };
  };
  assert.equal(status.phase, "Failed");
  assert.equal(findCondition(status.conditions, "DisruptionTarget")?.reason, "DeletionByPodGC");
  await world.stop();
});

test("a node that comes back in time keeps its pods; a pod on a node that never was goes", async () => {
  const world = await new TestCluster().start(podGarbageCollector());
  await world.create(pods, on("a", "late"));
  await world.create(pods, on("b", "never"));
  await world.settle(30_000);
  await world.create(nodes, node("late"));
  await world.settle(60_000);
  assert.deepEqual(names(world), ["a"]);
  await world.stop();
});

test("a node that only the cache misses keeps its pods", async () => {
  const world = await new TestCluster().start(podGarbageCollector());
  await world.create(nodes, node("n1"));
  await world.create(pods, on("a", "n1"));
  await world.settle();
  world.lag(200_000);
  await world.create(nodes, node("n2"));
  world.lag(0);
  await world.create(pods, on("b", "n2"));
  await world.settle(150_000);
  assert.deepEqual(names(world), ["a", "b"]);
  await world.stop();
});

test("a pod that is deleted before it got to a node goes at once", async () => {
  const world = await new TestCluster().start(podGarbageCollector());
  const stuck = pod("a");
  stuck.metadata.deletionTimestamp = "2026-01-01T00:00:00Z";
  await world.create(pods, stuck);
  await world.settle();
  assert.deepEqual(names(world), []);
  await world.stop();
});

test("terminating pods go from a node that is out of service", async () => {
  const world = await new TestCluster().start(podGarbageCollector());
  await world.create(nodes, node("n1"));
  await world.create(pods, on("going", "n1"));
  await world.create(pods, on("staying", "n1"));
  await world.client.delete(pods, { namespace: "default", name: "going" });
  await world.settle(60_000);
  assert.deepEqual(names(world), ["going", "staying"]);
  const taint = { key: "node.kubernetes.io/out-of-service", value: "nodeshutdown", effect: "NoExecute" };
  await world.change(nodes, "n1", (next) => void (next.spec = { taints: [taint] }));
  await world.settle();
  assert.deepEqual(names(world), ["staying"]);
  await world.stop();
});

test("of finished pods so many are kept; evicted ones go first, then the oldest", async () => {
  const world = await new TestCluster().start(podGarbageCollector(2));
  for (const [name, phase, reason] of [
    ["old", "Succeeded"],
    ["evicted", "Failed", "Evicted"],
    ["new", "Failed"],
    ["run", "Running"],
  ] as const) {
    await world.create(pods, pod(name, { status: { phase, ...(reason && { reason }) } }));
    await world.settle(1000);
  }
  await world.settle(30_000);
  assert.deepEqual(names(world), ["new", "old", "run"]);
  await world.create(pods, pod("newest", { status: { phase: "Succeeded" } }));
  await world.settle(30_000);
  assert.deepEqual(names(world), ["new", "newest", "run"]);
  await world.stop();
});
