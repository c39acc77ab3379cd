/** Testing against a whole cluster in the test's own process: a Deployment that becomes available, and rolls. */
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import type { DeepReadonly } from "@k8ts/api";
import { deployments, type Deployment } from "@k8ts/api/apps/v1";
import { pods } from "@k8ts/api/core/v1";
import { startTestCluster, type TestCluster } from "k8ts/testing";

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
});
after(() => cluster.stop());

const web = (image: string): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
  },
});

/** Resolves when the Deployment's newest generation is rolled out. */
function rolledOut(generation: number): Promise<void> {
  return new Promise((resolve) => {
    const remove = cluster.informers.of(deployments).addHandler({
      add: (deployment) => look(deployment.status),
      update: (deployment) => look(deployment.status),
    });
    function look(status: DeepReadonly<Deployment>["status"]): void {
      if (status?.observedGeneration !== generation || status.updatedReplicas !== 3) return;
      if (status.availableReplicas !== 3 || status.replicas !== 3) return;
      resolve();
      queueMicrotask(() => remove());
    }
  });
}

it("rolls a Deployment out, and on to another image", async () => {
  await cluster.client.create(deployments, web("nginx:1.7.9"));
  await rolledOut(1);
  await cluster.client.patch(deployments, { namespace: "default", name: "web" }, { spec: web("nginx:1.16.1").spec });
  await rolledOut(2);
  const list = await cluster.client.list(pods, { namespace: "default", labelSelector: "app=web" });
  const images = list.items
    .filter((pod) => !pod.metadata.deletionTimestamp)
    .map((pod) => pod.spec?.containers[0]?.image);
  assert.deepEqual(images, ["nginx:1.16.1", "nginx:1.16.1", "nginx:1.16.1"]);
});
