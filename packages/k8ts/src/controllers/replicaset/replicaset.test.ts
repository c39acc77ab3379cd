import assert from "node:assert/strict";
import { test } from "node:test";
import { forbidden, StatusError } from "@k8ts/api";
import { replicaSets } from "@k8ts/api/apps/v1";
import { pods, replicationControllers, type ReplicationController } from "@k8ts/api/core/v1";
import { pod, replicaSet, template } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { replicaSetController } from "./replicaset.ts";
import { replicationController } from "./replicationcontroller.ts";

async function cluster(): Promise<TestCluster> {
  return new TestCluster().start(replicaSetController, replicationController);
}

test("makes the pods it lacks, with owner, labels and events, and counts them", async () => {
  const world = await cluster();
  await world.create(replicaSets, replicaSet("web", 3));
  await world.settle();
  const made = world.list(pods);
  assert.equal(made.length, 3);
  const set = await world.get(replicaSets, "web");
  for (const { metadata } of made) {
    assert.match(metadata.name!, /^web-\w{5}$/);
    assert.deepEqual(metadata.labels, { app: "web" });
    const { uid } = set.metadata;
    const owner = {
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      name: "web",
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    assert.deepEqual(metadata.ownerReferences, [owner]);
  }
  assert.deepEqual(
    world.events.map(({ reason, message }) => `${reason} ${message}`).sort(),
    made.map(({ metadata }) => `SuccessfulCreate Created pod: ${metadata.name}`).sort(),
  );
  assert.deepEqual(set.status, { replicas: 3, fullyLabeledReplicas: 3, terminatingReplicas: 0, observedGeneration: 1 });
  await world.runPods();
  const { status } = await world.get(replicaSets, "web");
  assert.equal(status?.readyReplicas, 3);
  assert.equal(status?.availableReplicas, 3);
  await world.stop();
});

test("does not make a pod twice while the cache lags behind", async () => {
  const world = await cluster();
  world.lag(1000);
  await world.create(replicaSets, replicaSet("web", 20));
  // Changes while the pods are not in the cache yet reconcile again and again.
  for (let round = 0; round < 5; round++) {
    await world.settle(300);
    await world.change(replicaSets, "web", (set) => void (set.metadata.annotations = { round: String(round) }));
  }
  await world.settle(5000);
  const creates = world.api.calls.filter((call) => call.verb === "create" && call.resource === "pods");
  assert.equal(creates.length, 20);
  await world.stop();
});

test("does not delete a pod twice while the cache lags behind", async () => {
  const world = await cluster();
  await world.create(replicaSets, replicaSet("web", 10));
  await world.settle();
  await world.runPods();
  world.lag(1000);
  await world.change(replicaSets, "web", (set) => void (set.spec!.replicas = 6));
  for (let round = 0; round < 5; round++) {
    await world.settle(500);
    await world.change(replicaSets, "web", (set) => void (set.metadata.annotations = { round: String(round) }));
  }
  await world.settle(5000);
  assert.equal(world.list(pods).filter(({ metadata }) => metadata.deletionTimestamp !== undefined).length, 4);
  assert.equal(world.events.filter(({ reason }) => reason === "SuccessfulDelete").length, 4);
  await world.stop();
});

test("replaces a deleted pod at once and counts the old one as terminating", async () => {
  const world = await cluster();
  await world.create(replicaSets, replicaSet("web", 2));
  await world.settle();
  await world.runPods();
  const victim = world.list(pods)[0]!.metadata.name!;
  await world.client.delete(pods, { namespace: "default", name: victim });
  await world.settle();
  assert.equal(world.list(pods).length, 3);
  const { status } = await world.get(replicaSets, "web");
  assert.equal(status?.replicas, 2);
  assert.equal(status?.terminatingReplicas, 1);
  await world.stop();
});

test("scales down the pods that are worth least", async () => {
  const world = await cluster();
  await world.create(replicaSets, replicaSet("web", 4));
  await world.settle();
  await world.runPods();
  const unready = world.list(pods)[2]!.metadata.name!;
  await world.setReady(unready, false);
  await world.change(replicaSets, "web", (set) => void (set.spec!.replicas = 3));
  await world.settle();
  const going = world.list(pods).filter(({ metadata }) => metadata.deletionTimestamp !== undefined);
  assert.deepEqual(
    going.map(({ metadata }) => metadata.name),
    [unready],
  );
  assert.deepEqual(world.events.at(-1), {
    about: "ReplicaSet/web",
    type: "Normal",
    reason: "SuccessfulDelete",
    message: `Deleted pod: ${unready}`,
  });
  await world.stop();
});

test("adopts orphans that it selects and lets go of pods that it no longer does", async () => {
  const world = await cluster();
  await world.create(pods, pod("orphan"));
  await world.create(replicaSets, replicaSet("web", 2));
  await world.settle();
  const set = await world.get(replicaSets, "web");
  assert.equal(world.list(pods).length, 2);
  const adopted = await world.get(pods, "orphan");
  assert.equal(adopted.metadata.ownerReferences?.[0]?.uid, set.metadata.uid);
  await world.change(pods, "orphan", (next) => void (next.metadata.labels = { app: "debug" }));
  await world.settle();
  assert.deepEqual((await world.get(pods, "orphan")).metadata.ownerReferences, []);
  assert.equal(world.list(pods).length, 3);
  await world.stop();
});

test("never adopts for a set that is being deleted, whatever the cache says", async () => {
  const world = await cluster();
  const set = replicaSet("web", 1);
  set.metadata.finalizers = ["example.com/keep"];
  await world.create(replicaSets, set);
  await world.settle();
  await world.client.delete(replicaSets, { namespace: "default", name: "web" });
  await world.create(pods, pod("orphan"));
  await world.settle();
  assert.deepEqual((await world.get(pods, "orphan")).metadata.ownerReferences ?? [], []);
  await world.stop();
});

test("says why pods cannot be made, goes slowly, and recovers", async () => {
  const world = await cluster();
  let refused = 0;
  world.api.fault = (call) => {
    if (call.verb !== "create" || call.resource !== "pods") return;
    refused++;
    throw forbidden(pods, "web-x", "exceeded quota: q");
  };
  await world.create(replicaSets, replicaSet("web", 50));
  await world.settle(4);
  // One more than the first: the new condition is a change that is looked at.
  assert.equal(refused, 2);
  const { status } = await world.get(replicaSets, "web");
  const condition = status?.conditions?.[0];
  assert.equal(condition?.reason, "FailedCreate");
  assert.match(condition?.message ?? "", /exceeded quota/);
  assert.match(world.events[0]!.message, /^Error creating: pods "web-x" is forbidden: exceeded quota/);
  world.api.fault = undefined;
  await world.settle(60_000);
  assert.equal(world.list(pods).length, 50);
  assert.equal((await world.get(replicaSets, "web")).status?.conditions, undefined);
  await world.stop();
});

test("is silent in a namespace that is going away", async () => {
  const world = await cluster();
  world.api.fault = (call) => {
    if (call.verb !== "create" || call.resource !== "pods") return;
    const details = { causes: [{ reason: "NamespaceTerminating", message: "being terminated" }] };
    throw new StatusError({
      apiVersion: "v1",
      kind: "Status",
      metadata: {},
      status: "Failure",
      code: 403,
      reason: "Forbidden",
      details,
    });
  };
  await world.create(replicaSets, replicaSet("web", 2));
  await world.settle(5000);
  assert.deepEqual(world.events, []);
  assert.equal((await world.get(replicaSets, "web")).status?.conditions, undefined);
  await world.stop();
});

test("counts a pod as available minReadySeconds after it became ready", async () => {
  const world = await cluster();
  await world.create(replicaSets, replicaSet("web", 1, { minReadySeconds: 10 }));
  await world.settle();
  await world.runPods();
  const available = async (): Promise<number | undefined> =>
    (await world.get(replicaSets, "web")).status?.availableReplicas;
  assert.equal(await available(), undefined);
  await world.settle(9000);
  assert.equal(await available(), undefined);
  await world.settle(2000);
  assert.equal(await available(), 1);
  await world.stop();
});

test("writes the status again on a fresh object after a conflict", async () => {
  const world = await cluster();
  let conflicts = 0;
  world.api.fault = async (call) => {
    if (call.verb !== "update" || call.resource !== "replicasets" || conflicts++ > 0) return;
    throw new StatusError({
      apiVersion: "v1",
      kind: "Status",
      metadata: {},
      status: "Failure",
      code: 409,
      reason: "Conflict",
    });
  };
  await world.create(replicaSets, replicaSet("web", 1));
  await world.settle(1);
  assert.equal((await world.get(replicaSets, "web")).status?.replicas, 1);
  await world.stop();
});

test("a ReplicationController works alike", async () => {
  const world = await cluster();
  const controller: ReplicationController = {
    apiVersion: "v1",
    kind: "ReplicationController",
    metadata: { name: "old", namespace: "default" },
    spec: { replicas: 2, selector: { app: "old" }, template: template("nginx", "old") },
  };
  await world.create(replicationControllers, controller);
  await world.settle();
  assert.equal(world.list(pods).length, 2);
  assert.equal(world.list(pods)[0]!.metadata.ownerReferences?.[0]?.kind, "ReplicationController");
  const { status } = await world.get(replicationControllers, "old");
  assert.deepEqual(status, { replicas: 2, fullyLabeledReplicas: 2, observedGeneration: 1 });
  await world.stop();
});
