import assert from "node:assert/strict";
import { test } from "node:test";
import { deployments, replicaSets } from "@k8ts/api/apps/v1";
import { nodes, pods, services } from "@k8ts/api/core/v1";
import { endpointSlices } from "@k8ts/api/discovery/v1";
import { createControllers } from "./index.ts";
import { catalogOf } from "./testing/catalog.ts";
import { deployment, node, service, template } from "./testing/objects.ts";
import { TestCluster } from "./testing/test-cluster.ts";

/** Every call of a rollout, a scaling and a deletion under all controllers. */
async function history(): Promise<string[]> {
  const catalog = catalogOf(deployments, replicaSets, pods, services, endpointSlices, nodes);
  const world = await new TestCluster().start(
    ...createControllers({ caPem: "PEM", podCidr: "10.244.0.0/16", catalog }),
  );
  await world.create(nodes, node("node-1"));
  await world.create(services, service("web"));
  await world.create(deployments, deployment("web", 5));
  await world.settle();
  for (let round = 0; round < 3; round++) await world.runPods();
  await world.change(deployments, "web", (next) => void (next.spec!.template = template("nginx:2")));
  for (let round = 0; round < 6; round++) await world.runPods();
  await world.change(deployments, "web", (next) => void (next.spec!.replicas = 2));
  await world.runPods();
  await world.client.delete(deployments, { namespace: "default", name: "web" });
  for (let round = 0; round < 3; round++) await world.runPods();
  assert.deepEqual(world.list(pods), []);
  assert.deepEqual(world.list(replicaSets), []);
  await world.stop();
  return world.api.calls.map(({ verb, resource, name, body }) => `${verb} ${resource} ${name} ${JSON.stringify(body)}`);
}

test("the same seed gives the same run, call for call", async () => {
  const first = await history();
  assert.ok(first.length > 100);
  assert.deepEqual(await history(), first);
});
