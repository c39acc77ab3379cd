import assert from "node:assert/strict";
import { test } from "node:test";
import { isNotFound } from "@k8ts/api";
import { deployments, replicaSets } from "@k8ts/api/apps/v1";
import { configMaps, endpoints, namespaces, nodes, pods, serviceAccounts, services } from "@k8ts/api/core/v1";
import { endpointSlices } from "@k8ts/api/discovery/v1";
import type { Deployment } from "@k8ts/api/apps/v1";
import { ServedCluster } from "./testing/served-cluster.ts";

const nginx = (replicas: number, image = "nginx:1.7.9"): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "nginx-deployment", namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: "nginx" } },
    template: {
      metadata: { labels: { app: "nginx" } },
      spec: { containers: [{ name: "nginx", image, ports: [{ containerPort: 80 }] }] },
    },
  },
});

test("a Deployment's life on the API server itself", async () => {
  const world = await ServedCluster.start();
  assert.ok(await world.get(serviceAccounts, "default"));
  assert.deepEqual((await world.get(configMaps, "kube-root-ca.crt")).data, { "ca.crt": "PEM" });
  assert.equal((await world.get(nodes, "n1")).spec?.podCIDR, "10.244.0.0/24");

  await world.client.create(services, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "nginx", namespace: "default" },
    spec: { selector: { app: "nginx" }, ports: [{ port: 80 }] },
  });
  await world.client.create(deployments, nginx(3));
  await world.settle();
  for (let round = 0; round < 3; round++) await world.runPods();
  const { status } = await world.get(deployments, "nginx-deployment");
  assert.equal(status?.readyReplicas, 3);
  assert.equal(status?.availableReplicas, 3);
  const addresses = async (): Promise<number> =>
    (await world.list(endpointSlices)).flatMap((slice) => slice.endpoints ?? []).length;
  assert.equal(await addresses(), 3);
  assert.equal((await world.get(endpoints, "nginx")).subsets?.[0]?.addresses?.length, 3);

  await world.change(
    deployments,
    "nginx-deployment",
    (next) => void (next.spec!.template = nginx(3, "nginx:1.9.1").spec!.template),
  );
  for (let round = 0; round < 8; round++) {
    await world.settle();
    await world.runPods();
  }
  assert.deepEqual(
    new Set((await world.list(pods)).map((pod) => pod.spec!.containers[0]!.image)),
    new Set(["nginx:1.9.1"]),
  );
  assert.equal(
    (await world.get(deployments, "nginx-deployment")).metadata.annotations?.["deployment.kubernetes.io/revision"],
    "2",
  );
  assert.equal((await world.list(replicaSets)).length, 2);

  await world.change(deployments, "nginx-deployment", (next) => void (next.spec!.replicas = 1));
  await world.settle();
  await world.runPods();
  assert.equal((await world.list(pods)).length, 1);

  await world.client.delete(
    deployments,
    { namespace: "default", name: "nginx-deployment" },
    { propagationPolicy: "Background" },
  );
  await world.settle(1000);
  await world.runPods();
  await world.settle(1000);
  assert.deepEqual(await world.list(replicaSets), []);
  assert.deepEqual(await world.list(pods), []);
  assert.equal(await addresses(), 0);
  assert.deepEqual(world.errors, []);
  await world.stop();
});

test("a foreground deletion leaves nothing, an orphaning one everything below", async () => {
  const world = await ServedCluster.start();
  await world.client.create(deployments, nginx(2));
  await world.settle();
  await world.runPods();
  const target = { namespace: "default", name: "nginx-deployment" };
  await world.client.delete(deployments, target, { propagationPolicy: "Orphan" });
  await world.settle(1000);
  assert.equal((await world.list(replicaSets)).length, 1);
  assert.equal((await world.list(pods)).length, 2);
  await world.client.create(deployments, nginx(2));
  await world.settle(1000);
  const [set] = await world.list(replicaSets);
  assert.equal(set!.metadata.ownerReferences?.length, 1, "adopted again");
  await world.client.delete(deployments, target, { propagationPolicy: "Foreground" });
  await world.settle(1000);
  assert.ok((await world.get(deployments, "nginx-deployment")).metadata.deletionTimestamp, "waits for its pods");
  await world.runPods();
  await world.settle(1000);
  await assert.rejects(world.get(deployments, "nginx-deployment"), isNotFound);
  assert.deepEqual(world.errors, []);
  await world.stop();
});

test("a namespace goes with all that is in it", async () => {
  const world = await ServedCluster.start();
  await world.client.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "team" } });
  await world.settle();
  const made = nginx(2);
  made.metadata.namespace = "team";
  await world.client.create(deployments, made);
  await world.settle();
  await world.runPods("team");
  assert.equal((await world.list(pods, "team")).length, 2);
  await world.client.delete(namespaces, { name: "team" });
  for (let round = 0; round < 10; round++) {
    await world.settle(10_000);
    await world.runPods("team");
  }
  await assert.rejects(world.client.get(namespaces, { name: "team" }), isNotFound);
  assert.deepEqual(await world.list(pods, "team"), []);
  assert.deepEqual(world.errors, []);
  await world.stop();
});

test("pods leave a node that fell silent, and one that was removed", async () => {
  const world = await ServedCluster.start();
  await world.client.delete(nodes, { name: "n1" });
  await world.join("a", "b", "c");
  await world.beat(1000, "a", "b", "c");
  await world.client.create(deployments, nginx(2));
  await world.settle();
  await world.runPods("default", "a");
  await world.beat(60_000, "b", "c");
  const node = await world.get(nodes, "a");
  const taints = node.spec!.taints!.map(({ key, effect }) => `${key}:${effect}`);
  assert.deepEqual(taints, ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"]);
  assert.equal((await world.get(deployments, "nginx-deployment")).status?.readyReplicas ?? 0, 0);
  await world.beat(310_000, "b", "c");
  await world.runPods("default", "b");
  const placed = (await world.list(pods)).map(
    (pod) => `${pod.spec!.nodeName} ${pod.metadata.deletionTimestamp !== undefined}`,
  );
  assert.deepEqual(placed.sort(), ["a true", "a true", "b false", "b false"]);
  await world.client.delete(nodes, { name: "a" });
  await world.beat(50_000, "b", "c");
  assert.deepEqual(
    (await world.list(pods)).map((pod) => pod.spec!.nodeName),
    ["b", "b"],
  );
  assert.equal((await world.get(deployments, "nginx-deployment")).status?.readyReplicas, 2);
  assert.deepEqual(world.errors, []);
  await world.stop();
});
