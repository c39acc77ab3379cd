import assert from "node:assert/strict";
import { test } from "node:test";
import { endpoints, nodes, pods, services } from "@k8ts/api/core/v1";
import { endpointSlices } from "@k8ts/api/discovery/v1";
import { node, pod, ready, service } from "../testing/objects.ts";
import { TestCluster } from "../testing/test-cluster.ts";
import { endpointsController } from "./endpoints.ts";
import { endpointSliceController } from "./endpointslice.ts";

async function cluster(): Promise<TestCluster> {
  const world = await new TestCluster().start(endpointSliceController, endpointsController);
  await world.create(nodes, node("n1", "z1"));
  return world;
}

const web = (name: string, ip: string) => pod(name, { spec: { nodeName: "n1" }, status: ready(ip) });

const addresses = (world: TestCluster): string[] =>
  world
    .list(endpointSlices)
    .flatMap((slice) => (slice.endpoints ?? []).flatMap((endpoint) => endpoint.addresses))
    .sort();

test("endpoints follow the pods that a Service selects", async () => {
  const world = await cluster();
  await world.create(services, service("web"));
  await world.create(pods, web("a", "10.0.0.1"));
  await world.settle();
  await world.create(pods, web("b", "10.0.0.2"));
  await world.settle();
  assert.deepEqual(addresses(world), ["10.0.0.1", "10.0.0.2"]);
  assert.equal(world.list(endpointSlices).length, 1);
  const legacy = await world.get(endpoints, "web");
  assert.deepEqual(
    legacy.subsets![0]!.addresses!.map(({ ip }) => ip),
    ["10.0.0.1", "10.0.0.2"],
  );
  assert.equal(legacy.metadata.labels!["endpoints.kubernetes.io/managed-by"], "endpoint-controller");
  await world.change(pods, "a", (next) => void (next.metadata.labels = { app: "other" }));
  await world.settle();
  assert.deepEqual(addresses(world), ["10.0.0.2"]);
  await world.client.delete(pods, { namespace: "default", name: "b" }, { gracePeriodSeconds: 0 });
  await world.settle();
  assert.deepEqual(addresses(world), []);
  assert.equal((await world.get(endpoints, "web")).subsets?.length ?? 0, 0);
  await world.stop();
});

test("the trigger time is the Service's creation, then the pod's readiness", async () => {
  const world = await cluster();
  await world.create(services, service("web"));
  await world.settle();
  const time = (): string | undefined =>
    world.list(endpointSlices)[0]!.metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"];
  assert.equal(time(), "2026-01-01T00:00:00Z");
  await world.create(pods, pod("a", { spec: { nodeName: "n1" }, status: ready("10.0.0.1", "2026-01-01T00:10:00Z") }));
  await world.settle();
  assert.equal(time(), "2026-01-01T00:10:00Z");
  await world.stop();
});

test("Services without selector and ExternalNames are left alone", async () => {
  const world = await cluster();
  await world.create(services, service("plain", { selector: undefined }));
  await world.create(services, service("outside", { type: "ExternalName" }));
  await world.settle();
  assert.deepEqual(world.list(endpointSlices), []);
  assert.deepEqual(world.list(endpoints), []);
  await world.stop();
});

test("a slice that somebody deleted or changed is put right", async () => {
  const world = await cluster();
  await world.create(services, service("web"));
  await world.create(pods, web("a", "10.0.0.1"));
  await world.settle();
  const name = world.list(endpointSlices)[0]!.metadata.name!;
  await world.change(endpointSlices, name, (slice) => void (slice.endpoints = []));
  await world.settle(2000);
  assert.deepEqual(addresses(world), ["10.0.0.1"]);
  await world.client.delete(endpointSlices, { namespace: "default", name });
  await world.settle(2000);
  assert.deepEqual(addresses(world), ["10.0.0.1"]);
  await world.stop();
});

test("a pod on a node that appears late is added then", async () => {
  const world = await new TestCluster().start(endpointSliceController);
  await world.create(services, service("web"));
  await world.create(pods, web("a", "10.0.0.1"));
  await world.settle(1);
  assert.deepEqual(addresses(world), []);
  assert.match(world.events[0]!.message, /Node n1 Not Found/);
  await world.create(nodes, node("n1"));
  await world.settle(1);
  assert.deepEqual(addresses(world), ["10.0.0.1"]);
  await world.stop();
});

test("Endpoints go with their Service, also when it went unseen", async () => {
  const world = new TestCluster();
  await world.create(endpoints, {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "left", namespace: "default" },
  });
  await world.start(endpointsController);
  assert.deepEqual(world.list(endpoints), []);
  await world.create(services, service("web"));
  await world.settle();
  assert.equal(world.list(endpoints).length, 1);
  await world.client.delete(services, { namespace: "default", name: "web" });
  await world.settle();
  assert.deepEqual(world.list(endpoints), []);
  await world.stop();
});

test("a pod that no Service selects costs no call", async () => {
  const world = await cluster();
  await world.create(services, service("web"));
  await world.settle();
  const before = world.api.calls.length;
  await world.create(pods, pod("x", { metadata: { name: "x", labels: { app: "other" } }, status: ready("10.0.0.9") }));
  await world.settle();
  assert.equal(world.api.calls.length, before + 1);
  await world.stop();
});

test("caches that lag behind make no slice twice", async () => {
  const world = await cluster();
  world.lag(50);
  await world.create(services, service("web"));
  for (let number = 0; number < 230; number++) {
    await world.create(pods, web(`p${number}`, `10.0.0.${number}`));
    await world.settle(7);
  }
  await world.settle(5000);
  assert.equal(new Set(addresses(world)).size, 230);
  assert.equal(addresses(world).length, 230);
  assert.equal(world.list(endpointSlices).length, 3);
  assert.deepEqual(world.events, []);
  await world.stop();
});
