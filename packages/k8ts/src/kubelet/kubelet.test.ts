import assert from "node:assert/strict";
import { test } from "node:test";
import { nodes } from "@k8ts/api/core/v1";
import { leases } from "@k8ts/api/coordination/v1";
import { container, TestNode } from "./testing/test-node.ts";

test("a node registers, is ready and renews its lease", async () => {
  const node = new TestNode();
  await node.start();
  const [object] = node.api.objects(nodes);
  assert.equal(object?.metadata.labels?.["kubernetes.io/hostname"], "node-1");
  const ready = object?.status?.conditions?.find((condition) => condition.type === "Ready");
  assert.deepEqual([ready?.status, ready?.reason], ["True", "KubeletReady"]);
  assert.equal(object?.status?.allocatable?.["pods"], "110");
  const before = node.api.objects(leases)[0]?.spec?.renewTime;
  await node.advance(11_000);
  assert.notEqual(node.api.objects(leases)[0]?.spec?.renewTime, before);
  await node.kubelet.stop();
});

test("a pod with one container becomes Running and Ready, and its deletion removes everything", async () => {
  const node = new TestNode();
  await node.start();
  await node.create("web");
  const running = node.pod("web");
  assert.equal(running?.status?.phase, "Running");
  assert.deepEqual(
    running?.status?.conditions?.map((condition) => [condition.type, condition.status]),
    [
      ["PodReadyToStartContainers", "True"],
      ["Initialized", "True"],
      ["Ready", "True"],
      ["ContainersReady", "True"],
      ["PodScheduled", "True"],
    ],
  );
  assert.equal(running?.status?.qosClass, "BestEffort");
  assert.match(running?.status?.podIP ?? "", /^10\.244\./);
  assert.equal(running?.status?.hostIP, "10.0.0.1");
  assert.match(running?.status?.containerStatuses?.[0]?.containerID ?? "", /^simulated:\/\/.+/);
  assert.deepEqual(node.reasons("web"), ["Pulling", "Pulled", "Created", "Started"]);
  await node.delete("web");
  await node.advance(31_000);
  assert.equal(node.pod("web"), undefined);
  assert.equal((await node.runtime.listPodSandboxes()).length, 0);
  assert.equal((await node.runtime.listContainers()).length, 0);
  assert.ok(node.reasons("web").includes("Killing"));
  await node.kubelet.stop();
});

test("an idle pod costs no patches", async () => {
  const node = new TestNode();
  await node.start();
  await node.create("web", { containers: [container("main")] });
  const before = node.api.calls.length;
  await node.advance(120_000);
  const later = node.api.calls.slice(before).filter((call) => call.resource === "pods");
  assert.deepEqual(later, []);
  await node.kubelet.stop();
});
