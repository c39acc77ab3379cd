/** How pods end: grace, deletion, deadlines, refusal by the node. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { container, TestNode } from "../testing/test-node.ts";

async function started(options: ConstructorParameters<typeof TestNode>[0] = {}): Promise<TestNode> {
  const node = new TestNode(options);
  await node.start();
  return node;
}

test("preStop takes its time out of the grace period, and no more", async () => {
  const node = await started();
  const lifecycle = { preStop: { sleep: { seconds: 8 } } };
  await node.create("stop", { terminationGracePeriodSeconds: 10, containers: [container("main", { lifecycle })] });
  const stops: number[] = [];
  const original = node.runtime.stopContainer.bind(node.runtime);
  node.runtime.stopContainer = async (id, seconds) => {
    stops.push(seconds);
    await original(id, seconds);
  };
  await node.delete("stop");
  await node.advance(7_000);
  assert.deepEqual(stops, []);
  await node.advance(1_000);
  assert.deepEqual(stops, [2]);
  await node.advance(5_000);
  assert.equal(node.pod("stop"), undefined);
  await node.kubelet.stop();
});

test("a deletion with less grace cuts a slow one short", async () => {
  const node = await started();
  const lifecycle = { preStop: { sleep: { seconds: 500 } } };
  await node.create("slow", { terminationGracePeriodSeconds: 600, containers: [container("main", { lifecycle })] });
  await node.delete("slow");
  await node.advance(5_000);
  assert.equal(node.pod("slow")?.status?.phase, "Running");
  await node.delete("slow", 3);
  await node.advance(10_000);
  assert.equal(node.pod("slow"), undefined);
  assert.equal((await node.runtime.listContainers()).length, 0);
  await node.kubelet.stop();
});

test("a pod whose object vanishes is ended and removed", async () => {
  const node = await started();
  await node.create("force", { terminationGracePeriodSeconds: 5 });
  await node.delete("force", 0);
  assert.equal(node.pod("force"), undefined);
  await node.advance(10_000);
  assert.equal((await node.runtime.listContainers()).length, 0);
  assert.equal((await node.runtime.listPodSandboxes()).length, 0);
  await node.kubelet.stop();
});

test("a pod that is deleted while its image is pulled goes without waiting for it", async () => {
  const node = await started({ pullTime: 600_000 });
  await node.create("pulling");
  assert.equal(node.pod("pulling")?.status?.phase, "Pending");
  await node.delete("pulling");
  await node.advance(5_000);
  assert.equal(node.pod("pulling"), undefined);
  assert.equal((await node.runtime.listPodSandboxes()).length, 0);
  await node.kubelet.stop();
});

test("activeDeadlineSeconds ends a pod", async () => {
  const node = await started();
  await node.create("deadline", { activeDeadlineSeconds: 60 });
  await node.advance(59_000);
  assert.equal(node.pod("deadline")?.status?.phase, "Running");
  await node.advance(40_000);
  const status = node.pod("deadline")?.status;
  assert.deepEqual([status?.phase, status?.reason], ["Failed", "DeadlineExceeded"]);
  assert.equal(status?.message, "Pod was active on the node longer than the specified deadline");
  await node.kubelet.stop();
});

test("a pod that does not fit is refused with upstream's reason", async () => {
  const node = await started();
  const big = { requests: { cpu: "5" } };
  await node.create("first", { containers: [container("main", { resources: big })] });
  await node.create("second", { containers: [container("main", { resources: big })] });
  const status = node.pod("second")?.status;
  assert.deepEqual([status?.phase, status?.reason], ["Failed", "OutOfcpu"]);
  assert.equal(
    status?.message,
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 5000, used: 5000, capacity: 8000",
  );
  const ports = [{ containerPort: 80, hostPort: 8080 }];
  await node.create("port-a", { containers: [container("main", { ports })] });
  await node.create("port-b", { containers: [container("main", { ports })] });
  assert.equal(node.pod("port-b")?.status?.reason, "NodePorts");
  await node.create("selector", { nodeSelector: { disk: "ssd" } });
  assert.equal(node.pod("selector")?.status?.reason, "NodeAffinity");
  await node.kubelet.stop();
});
