import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, forbidden, isConditionTrue } from "@k8ts/api";
import { deployments, replicaSets, type Deployment } from "@k8ts/api/apps/v1";
import { pods } from "@k8ts/api/core/v1";
import { replicaSetController } from "../replicaset/replicaset.ts";
import { deployment, replicaSet, template } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { deploymentController } from "./deployment.ts";

const cluster = (): Promise<TestCluster> => new TestCluster().start(deploymentController, replicaSetController);

async function rolledOut(replicas: number, spec: Partial<Deployment["spec"]> = {}): Promise<TestCluster> {
  const world = await cluster();
  await world.create(deployments, deployment("web", replicas, spec));
  await world.settle();
  for (let round = 0; round < 3; round++) await world.runPods();
  return world;
}

const status = async (world: TestCluster) => (await world.get(deployments, "web")).status;
const progress = async (world: TestCluster) => findCondition((await status(world))?.conditions, "Progressing");
const scalings = (world: TestCluster): string[] =>
  world.events.filter(({ reason }) => reason === "ScalingReplicaSet").map(({ message }) => message);
const setImage = (world: TestCluster, image: string): Promise<void> =>
  world.change(deployments, "web", (next) => void (next.spec!.template = template(image)));

test("makes a ReplicaSet of its template and reports it", async () => {
  const world = await rolledOut(3);
  const [set] = world.list(replicaSets);
  const hash = set!.metadata.labels!["pod-template-hash"]!;
  assert.equal(set!.metadata.name, `web-${hash}`);
  assert.deepEqual(set!.spec!.selector.matchLabels, { app: "web", "pod-template-hash": hash });
  assert.deepEqual(set!.metadata.annotations, {
    "deployment.kubernetes.io/revision": "1",
    "deployment.kubernetes.io/desired-replicas": "3",
    "deployment.kubernetes.io/max-replicas": "4",
  });
  const made = await world.get(deployments, "web");
  assert.equal(made.metadata.annotations?.["deployment.kubernetes.io/revision"], "1");
  const { conditions, ...counts } = made.status!;
  assert.deepEqual(counts, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    terminatingReplicas: 0,
  });
  assert.deepEqual(
    conditions!.map(({ type, status, reason, message }) => `${type}=${status} ${reason}: ${message}`),
    [
      "Available=True MinimumReplicasAvailable: Deployment has minimum availability.",
      `Progressing=True NewReplicaSetAvailable: ReplicaSet "web-${hash}" has successfully progressed.`,
    ],
  );
  assert.deepEqual(scalings(world), [`Scaled up replica set web-${hash} from 0 to 3`]);
  await world.stop();
});

test("rolls to a new template within its limits", async () => {
  const world = await rolledOut(4);
  await setImage(world, "nginx:2");
  for (let round = 0; round < 12; round++) {
    await world.settle();
    const alive = world.list(pods).filter((pod) => pod.metadata.deletionTimestamp === undefined);
    assert.ok(alive.length <= 5, `${alive.length} pods`);
    const available = alive.filter((pod) => isConditionTrue(pod.status?.conditions, "Ready"));
    assert.ok(available.length >= 3, `${available.length} available`);
    await world.runPods();
  }
  const images = new Set(world.list(pods).map((pod) => pod.spec!.containers[0]!.image));
  assert.deepEqual([...images], ["nginx:2"]);
  const sizes = world
    .list(replicaSets)
    .map((set) => set.spec!.replicas)
    .sort();
  assert.deepEqual(sizes, [0, 4]);
  assert.equal((await progress(world))?.reason, "NewReplicaSetAvailable");
  await world.stop();
});

test("goes back by taking the old template again, and keeps history", async () => {
  const world = await rolledOut(1);
  await setImage(world, "nginx:2");
  for (let round = 0; round < 4; round++) await world.runPods();
  await setImage(world, "nginx:1");
  for (let round = 0; round < 4; round++) await world.runPods();
  const sets = world.list(replicaSets);
  assert.equal(sets.length, 2);
  const current = sets.find((set) => set.spec!.replicas === 1)!;
  assert.equal(current.metadata.annotations!["deployment.kubernetes.io/revision"], "3");
  assert.equal(current.metadata.annotations!["deployment.kubernetes.io/revision-history"], "1");
  assert.equal((await world.get(deployments, "web")).metadata.annotations!["deployment.kubernetes.io/revision"], "3");
  await world.stop();
});

test("keeps as many old ReplicaSets as revisionHistoryLimit says", async () => {
  const world = await rolledOut(1, { revisionHistoryLimit: 1 });
  for (const image of ["nginx:2", "nginx:3", "nginx:4"]) {
    await setImage(world, image);
    for (let round = 0; round < 5; round++) await world.runPods();
  }
  const images = world.list(replicaSets).map((set) => set.spec!.template!.spec!.containers[0]!.image);
  assert.deepEqual(images.sort(), ["nginx:3", "nginx:4"]);
  await world.stop();
});

test("Recreate waits until the old pods are gone", async () => {
  const world = await rolledOut(2, { strategy: { type: "Recreate" } });
  await setImage(world, "nginx:2");
  await world.settle(1000);
  assert.deepEqual(
    world.list(pods).map((pod) => pod.metadata.deletionTimestamp !== undefined),
    [true, true],
  );
  await world.runPods();
  await world.settle();
  assert.deepEqual(
    world.list(pods).map((pod) => pod.spec!.containers[0]!.image),
    ["nginx:2", "nginx:2"],
  );
  await world.stop();
});

test("a paused Deployment scales but does not roll", async () => {
  const world = await rolledOut(2);
  await world.change(deployments, "web", (next) => {
    next.spec!.paused = true;
    next.spec!.replicas = 3;
    next.spec!.template = template("nginx:2");
  });
  await world.settle();
  assert.equal(world.list(replicaSets).length, 1);
  assert.equal(world.list(replicaSets)[0]!.spec!.replicas, 3);
  assert.equal((await progress(world))?.reason, "DeploymentPaused");
  await world.change(deployments, "web", (next) => void (next.spec!.paused = false));
  await world.settle();
  assert.equal(world.list(replicaSets).length, 2);
  await world.stop();
});

test("reports when nothing moves for progressDeadlineSeconds, and recovers", async () => {
  const world = await rolledOut(1, { progressDeadlineSeconds: 60 });
  await setImage(world, "nginx:broken");
  await world.settle(59_000);
  assert.equal((await progress(world))?.status, "True");
  await world.settle(4000);
  const late = await progress(world);
  assert.equal(late?.status, "False");
  assert.equal(late?.reason, "ProgressDeadlineExceeded");
  assert.match(late?.message ?? "", /^ReplicaSet "web-\w+" has timed out progressing\.$/);
  for (let round = 0; round < 3; round++) await world.runPods();
  assert.equal((await progress(world))?.reason, "NewReplicaSetAvailable");
  await world.stop();
});

test("progress moves lastUpdateTime only, and a pod that fails later is no failed rollout", async () => {
  const world = await rolledOut(2, { progressDeadlineSeconds: 60 });
  await setImage(world, "nginx:2");
  await world.settle(5000);
  const first = await progress(world);
  for (let round = 0; round < 6; round++) {
    await world.settle(3000);
    await world.runPods();
  }
  const last = await progress(world);
  assert.equal(last?.reason, "NewReplicaSetAvailable");
  assert.equal(last?.lastTransitionTime, first?.lastTransitionTime);
  assert.notEqual(last?.lastUpdateTime, first?.lastUpdateTime);
  const { name = "" } = world.list(pods)[0]!.metadata;
  await world.setReady(name, false);
  await world.settle(120_000);
  assert.equal(isConditionTrue((await status(world))?.conditions, "Available"), false);
  assert.deepEqual(await progress(world), last);
  await world.setReady(name, true);
  await world.settle();
  assert.deepEqual(await progress(world), last);
  await world.stop();
});

test("passes on why pods cannot be made", async () => {
  const world = await cluster();
  world.api.fault = (call) => {
    if (call.verb === "create" && call.resource === "pods") throw forbidden(pods, "x", "exceeded quota: q");
  };
  await world.create(deployments, deployment("web", 1));
  await world.settle();
  const failure = findCondition((await status(world))?.conditions, "ReplicaFailure");
  assert.equal(failure?.reason, "FailedCreate");
  assert.equal(failure?.message, 'pods "x" is forbidden: exceeded quota: q');
  await world.stop();
});

test("says that a ReplicaSet cannot be made", async () => {
  const world = await cluster();
  world.api.fault = (call) => {
    if (call.verb === "create" && call.resource === "replicasets") throw forbidden(replicaSets, "x", "no");
  };
  await world.create(deployments, deployment("web", 1));
  await world.settle();
  const condition = await progress(world);
  assert.equal(condition?.reason, "ReplicaSetCreateError");
  assert.match(
    condition?.message ?? "",
    /^Failed to create new replica set "web-\w+": replicasets\.apps "x" is forbidden: no$/,
  );
  await world.stop();
});

test("a name that another template took makes it hash again", async () => {
  const first = await rolledOut(1);
  const taken = first.list(replicaSets)[0]!.metadata.name!;
  await first.stop();
  const world = await cluster();
  const foreign = replicaSet(taken, 0, {
    selector: { matchLabels: { app: "other" } },
    template: template("x", "other"),
  });
  await world.create(replicaSets, foreign);
  await world.create(deployments, deployment("web", 1));
  await world.settle(1000);
  assert.equal((await status(world))?.collisionCount, 1);
  const made = world.list(replicaSets).filter((set) => set.metadata.name !== taken);
  assert.equal(made.length, 1);
  assert.equal(made[0]!.spec!.replicas, 1);
  await world.stop();
});

test("adopts a ReplicaSet that it selects", async () => {
  const world = await cluster();
  const orphan = replicaSet("web-orphan", 2);
  orphan.metadata.labels = { app: "web" };
  await world.create(replicaSets, orphan);
  await world.create(deployments, deployment("web", 2));
  await world.settle();
  const [set, ...more] = world.list(replicaSets);
  assert.equal(more.length, 0);
  assert.equal(set!.metadata.ownerReferences?.[0]?.kind, "Deployment");
  assert.equal((await progress(world))?.reason, "ReplicaSetUpdated");
  await world.stop();
});

test("scaling up a running Deployment is not a rollout", async () => {
  const world = await rolledOut(2);
  const before = scalings(world).length;
  await world.change(deployments, "web", (next) => void (next.spec!.replicas = 5));
  await world.settle();
  const [set] = world.list(replicaSets);
  assert.deepEqual(scalings(world).slice(before), [`Scaled up replica set ${set!.metadata.name} from 2 to 5`]);
  assert.equal(set!.metadata.annotations!["deployment.kubernetes.io/desired-replicas"], "5");
  assert.equal(world.list(pods).length, 5);
  await world.stop();
});

test("an empty selector is refused", async () => {
  const world = await cluster();
  await world.create(deployments, deployment("web", 1, { selector: {} }));
  await world.settle();
  assert.equal(world.list(replicaSets).length, 0);
  assert.equal(world.events[0]?.reason, "SelectingAll");
  assert.equal((await status(world))?.observedGeneration, 1);
  await world.stop();
});

test("is idle when nothing changes", async () => {
  const world = await rolledOut(3);
  await world.settle(3_600_000);
  const before = world.api.calls.length;
  await world.settle(3_600_000);
  const calls = world.api.calls.slice(before).filter((call) => call.verb !== "watch" && call.verb !== "list");
  assert.deepEqual(calls, []);
  await world.stop();
});
