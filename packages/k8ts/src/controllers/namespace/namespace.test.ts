import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, forbidden } from "@k8ts/api";
import { configMaps, namespaces, pods, secrets, serviceAccounts, type Namespace } from "@k8ts/api/core/v1";
import { catalogOf } from "../testing/catalog.ts";
import { pod } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { namespaceController } from "./namespace.ts";
import { rootCaCertPublisher } from "./root-ca-cert-publisher.ts";
import { serviceAccountController } from "./serviceaccount.ts";

const namespace = (name: string): Namespace => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name },
  spec: { finalizers: ["kubernetes"] },
  status: { phase: "Active" },
});

async function cluster(): Promise<TestCluster> {
  const catalog = catalogOf(configMaps, pods, secrets, serviceAccounts, namespaces);
  const world = await new TestCluster().start(
    namespaceController(catalog),
    serviceAccountController,
    rootCaCertPublisher("PEM"),
  );
  await world.create(namespaces, namespace("default"));
  await world.settle();
  return world;
}

const remove = (world: TestCluster, name = "default"): Promise<void> => world.client.delete(namespaces, { name });
const condition = async (world: TestCluster, type: string) =>
  findCondition((await world.get(namespaces, "default")).status?.conditions, type);

test("a namespace has its ServiceAccount and the CA, and gets them back", async () => {
  const world = await cluster();
  const both = async (): Promise<void> => {
    assert.ok(await world.get(serviceAccounts, "default"));
    assert.deepEqual((await world.get(configMaps, "kube-root-ca.crt")).data, { "ca.crt": "PEM" });
  };
  await both();
  await world.client.delete(serviceAccounts, { namespace: "default", name: "default" });
  await world.client.delete(configMaps, { namespace: "default", name: "kube-root-ca.crt" });
  await world.settle();
  await both();
  await world.change(configMaps, "kube-root-ca.crt", (map) => void (map.data = { "ca.crt": "forged" }));
  await world.settle();
  await both();
  await world.stop();
});

test("a deleted namespace takes everything along", async () => {
  const world = await cluster();
  await world.create(secrets, { apiVersion: "v1", kind: "Secret", metadata: { name: "s", namespace: "default" } });
  await world.create(namespaces, namespace("other"));
  await world.settle();
  await remove(world);
  await world.settle(4000);
  assert.equal(world.list(secrets).length, 1, "not at once");
  await world.settle(2000);
  assert.deepEqual(world.list(secrets), []);
  assert.deepEqual(
    world.list(namespaces).map(({ metadata }) => metadata.name),
    ["other"],
  );
  assert.deepEqual(
    world.list(serviceAccounts).map(({ metadata }) => metadata.namespace),
    ["other"],
  );
  await world.stop();
});

test("pods go first, and the rest waits for them", async () => {
  const world = await cluster();
  await world.create(
    pods,
    pod("slow", { spec: { nodeName: "n1", terminationGracePeriodSeconds: 20 }, status: { phase: "Running" } }),
  );
  await remove(world);
  await world.settle(6000);
  assert.equal(world.list(serviceAccounts).length, 1);
  const remaining = await condition(world, "NamespaceContentRemaining");
  assert.equal(remaining?.message, "Some resources are remaining: pods. has 1 resource instances");
  await world.client.delete(pods, { namespace: "default", name: "slow" }, { gracePeriodSeconds: 0 });
  await world.settle(12_000);
  assert.deepEqual(world.list(namespaces), []);
  await world.stop();
});

test("finalizers are named until they are gone", async () => {
  const world = await cluster();
  const metadata = { name: "held", namespace: "default", finalizers: ["example.com/hold"] };
  await world.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata });
  await remove(world);
  await world.settle(6000);
  const held = await condition(world, "NamespaceFinalizersRemaining");
  assert.equal(held?.status, "True");
  assert.equal(
    held?.message,
    "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances",
  );
  await world.change(configMaps, "held", (map) => void (map.metadata.finalizers = []));
  await world.settle(10_000);
  assert.deepEqual(world.list(namespaces), []);
  await world.stop();
});

test("what cannot be deleted is told, and tried again", async () => {
  const world = await cluster();
  world.api.fault = (call) => {
    if (call.verb === "delete" && call.resource === "configmaps") throw forbidden(configMaps, "x", "no");
  };
  await remove(world);
  await world.settle(6000);
  const failure = await condition(world, "NamespaceDeletionContentFailure");
  assert.match(
    failure?.message ?? "",
    /^Failed to delete all resource types, 1 remaining: configmaps "x" is forbidden: no/,
  );
  assert.deepEqual(world.list(serviceAccounts), [], "other resources went");
  world.api.fault = undefined;
  await world.settle(60_000);
  assert.deepEqual(world.list(namespaces), []);
  await world.stop();
});

test("a server that does not tell its resources is told of", async () => {
  const world = new TestCluster();
  await world.start(namespaceController(() => Promise.reject(new Error("no discovery"))));
  await world.create(namespaces, namespace("default"));
  await remove(world);
  await world.settle(6000);
  const failure = await condition(world, "NamespaceDeletionDiscoveryFailure");
  assert.equal(failure?.message, "no discovery");
  assert.equal(failure?.reason, "DiscoveryFailed");
  await world.stop();
});

test("somebody else's finalizer keeps the namespace", async () => {
  const world = await cluster();
  const guarded = namespace("guarded");
  guarded.spec!.finalizers = ["kubernetes", "example.com/guard"];
  await world.create(namespaces, guarded);
  await remove(world, "guarded");
  await world.settle(10_000);
  const left = await world.get(namespaces, "guarded");
  assert.deepEqual(left.spec?.finalizers, ["example.com/guard"]);
  assert.equal(left.status?.phase, "Terminating");
  assert.equal(findCondition(left.status?.conditions, "NamespaceContentRemaining")?.status, "False");
  await world.stop();
});
