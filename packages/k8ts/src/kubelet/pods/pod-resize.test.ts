/** Changing cpu and memory of running pods: allocated where there is room, in place or by a restart, told at each step. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { after, test } from "node:test";
import { nodes, pods, type Container, type ResourceRequirements } from "@k8ts/api/core/v1";
import { realFilesystem } from "../filesystem/real-filesystem.ts";
import { podOf } from "../testing/observed.ts";
import { container, TestNode } from "../testing/test-node.ts";
import { containerResize } from "./container-resize.ts";
import { widest } from "./pod-cgroup.ts";
import { ResourceAllocation } from "./resource-allocation.ts";

const amounts = (cpu: string, memory: string): ResourceRequirements => ({
  requests: { cpu, memory },
  limits: { cpu, memory },
});

async function resize(node: TestNode, name: string, resources: ResourceRequirements): Promise<void> {
  const generation = (node.pod(name)?.metadata.generation ?? 1) + 1;
  const [main] = node.pod(name)!.spec!.containers;
  const spec = { containers: [{ ...main, resources }] };
  await node.api.client.patch(pods, { namespace: "default", name }, { metadata: { generation }, spec });
  await node.settle();
}

async function running(resources: ResourceRequirements, fields: Partial<Container> = {}): Promise<TestNode> {
  const node = new TestNode();
  await node.start();
  await node.create("web", { containers: [container("main", { resources, ...fields })] }, { generation: 1 });
  return node;
}

const statusOf = (node: TestNode, name = "web") => node.pod(name)?.status?.containerStatuses?.[0];
const conditionOf = (node: TestNode, type: string, name = "web") =>
  node.pod(name)?.status?.conditions?.find((condition) => condition.type === type);
const resourcesInRuntime = async (node: TestNode) => {
  const [one] = await node.runtime.listContainers();
  return (await node.runtime.containerStatus(one!.id)).resources;
};

test("a running container is changed in place", async () => {
  const node = await running(amounts("100m", "100Mi"));
  await resize(node, "web", amounts("200m", "300Mi"));
  const { cpuQuota, cpuShares, memoryLimitInBytes } = (await resourcesInRuntime(node))!;
  assert.deepEqual([cpuQuota, cpuShares, memoryLimitInBytes], [20_000, 204, 300 * 2 ** 20]);
  assert.deepEqual(statusOf(node)?.resources, amounts("200m", "300Mi"));
  assert.deepEqual(statusOf(node)?.allocatedResources, { cpu: "200m", memory: "300Mi" });
  assert.equal(statusOf(node)?.restartCount, 0);
  assert.equal(node.pod("web")?.status?.observedGeneration, 2);
  assert.equal(conditionOf(node, "PodResizeInProgress"), undefined);
  const said = node.events.filter((event) => event.reason.startsWith("Resize"));
  assert.deepEqual(
    said.map((event) => event.reason),
    ["ResizeStarted", "ResizeCompleted"],
  );
  assert.match(said[0]!.message, /^Pod resize started: {"containers":\[{"name":"main","resources":.*"generation":2}$/);
  await node.kubelet.stop();
});

test("a resize policy asks for a restart", async () => {
  const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
  const node = await running(amounts("100m", "100Mi"), { resizePolicy });
  await resize(node, "web", amounts("200m", "100Mi"));
  assert.equal(statusOf(node)?.restartCount, 0);
  await resize(node, "web", amounts("200m", "200Mi"));
  await node.advance(3_000);
  assert.equal(statusOf(node)?.restartCount, 1);
  assert.deepEqual(statusOf(node)?.resources, amounts("200m", "200Mi"));
  const kill = node.events.find((event) => event.reason === "Killing");
  assert.equal(kill?.message, "Container main resize requires restart");
  await node.kubelet.stop();
});

test("a resize waits until there is room", async () => {
  const node = await running(amounts("100m", "100Mi"));
  const { status } = await node.api.client.get(nodes, { name: "node-1" });
  const whole = Number(status?.allocatable?.["cpu"]);
  const most = `${whole * 1000 - 200}m`;
  await node.create("big", { containers: [container("main", { resources: amounts(most, "1Mi") })] }, { generation: 1 });
  await resize(node, "web", amounts("300m", "100Mi"));
  const pending = conditionOf(node, "PodResizePending");
  assert.deepEqual([pending?.status, pending?.reason, pending?.observedGeneration], ["True", "Deferred", 2]);
  assert.match(pending?.message ?? "", /^Node didn't have enough resource: cpu, requested: 300, used: \d+, capacity: /);
  assert.deepEqual(statusOf(node)?.resources, amounts("100m", "100Mi"));
  assert.equal((await resourcesInRuntime(node))?.cpuQuota, 10_000);
  await node.delete("big", 0);
  await node.advance(3_000);
  assert.equal(conditionOf(node, "PodResizePending"), undefined);
  assert.deepEqual(statusOf(node)?.resources, amounts("300m", "100Mi"));
  await node.kubelet.stop();
});

test("a wish that is taken back is forgotten", async () => {
  const node = await running(amounts("100m", "100Mi"));
  await resize(node, "web", amounts("10000", "100Mi"));
  assert.equal(conditionOf(node, "PodResizePending")?.reason, "Deferred");
  await resize(node, "web", amounts("100m", "100Mi"));
  assert.equal(conditionOf(node, "PodResizePending"), undefined);
  assert.deepEqual(
    node.reasons("web").filter((reason) => reason.startsWith("Resize")),
    ["ResizeDeferred"],
  );
  await node.kubelet.stop();
});

test("a memory limit below what is used is refused, and tried again", async () => {
  const node = await running(amounts("100m", "100Mi"));
  const stats = node.runtime.containerStats.bind(node.runtime);
  node.runtime.containerStats = async (id) => ({ ...(await stats(id)), memoryUsageBytes: 50 * 2 ** 20 });
  await resize(node, "web", amounts("100m", "20Mi"));
  const condition = conditionOf(node, "PodResizeInProgress");
  assert.equal(condition?.reason, "Error");
  assert.equal(
    condition?.message,
    'cannot decrease memory limits: attempting to set container "main" memory limit (20971520) below current usage (52428800)',
  );
  assert.deepEqual(statusOf(node)?.resources, amounts("100m", "100Mi"));
  assert.deepEqual(statusOf(node)?.allocatedResources, { cpu: "100m", memory: "20Mi" });
  node.runtime.containerStats = stats;
  await node.advance(10_000);
  assert.equal(conditionOf(node, "PodResizeInProgress"), undefined);
  assert.deepEqual(statusOf(node)?.resources, amounts("100m", "20Mi"));
  await node.kubelet.stop();
});

test("what was allocated outlives the kubelet", async () => {
  const scratch = await mkdtemp("/tmp/k8ts-allocation-");
  after(() => rm(scratch, { recursive: true, force: true }));
  const path = `${scratch}/resources.json`;
  const before = podOf([{ name: "a", image: "i", resources: amounts("1", "1Mi") }]);
  const wanted = podOf([{ name: "a", image: "i", resources: amounts("2", "1Mi") }]);
  const first = new ResourceAllocation(realFilesystem, path);
  await first.load();
  assert.equal(first.known, false);
  first.allocate(before);
  first.setActuated("a", amounts("500m", "1Mi"));
  await first.save();
  const second = new ResourceAllocation(realFilesystem, path);
  await second.load();
  assert.equal(second.differs(wanted), true);
  assert.deepEqual(second.allocated(wanted).spec?.containers[0]?.resources, amounts("1", "1Mi"));
  assert.deepEqual(second.actual(wanted).spec?.containers[0]?.resources, amounts("500m", "1Mi"));
  assert.equal(second.allocated(before), before);
  // However it is written.
  assert.equal(second.differs(podOf([{ name: "a", image: "i", resources: amounts("1000m", "1024Ki") }])), false);
  await realFilesystem.writeFile(path, '{"alloc', 0o600);
  const third = new ResourceAllocation(realFilesystem, path);
  await third.load();
  assert.equal(third.known, false);
});

for (const [what, wanted, actual, expected] of [
  ["the same", amounts("1", "1Mi"), amounts("1000m", "1Mi"), "keep"],
  ["not known", amounts("1", "1Mi"), undefined, "keep"],
  ["cpu", amounts("2", "1Mi"), amounts("1", "1Mi"), "update"],
  ["memory", amounts("1", "2Mi"), amounts("1", "1Mi"), "restart"],
  ["a limit is added", amounts("1", "2Mi"), { requests: { cpu: "1", memory: "2Mi" } }, "restart"],
  ["a device", { limits: { "a/b": "1" } }, {}, "keep"],
] as const) {
  test(`resize: ${what}`, () => {
    const resizePolicy = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
    const pod = podOf([{ name: "a", resources: wanted, resizePolicy }]);
    const actuated = { actuated: () => actual, actuatedPod: undefined };
    assert.equal(containerResize(pod, pod.spec!.containers[0]!, actuated), expected);
  });
}

test("a container without limits follows its pod's", () => {
  const pod = podOf(["a", { name: "b", resources: { limits: { cpu: "1" } } }], { resources: { limits: { cpu: "2" } } });
  const actual = { actuated: (name: string) => (name === "b" ? { limits: { cpu: "1" } } : {}) };
  const [a, b] = pod.spec!.containers;
  assert.equal(containerResize(pod, a!, { ...actual, actuatedPod: { limits: { cpu: "3" } } }), "update");
  assert.equal(containerResize(pod, a!, { ...actual, actuatedPod: { limits: { cpu: "2000m" } } }), "keep");
  assert.equal(containerResize(pod, b!, { ...actual, actuatedPod: { limits: { cpu: "3" } } }), "keep");
});

test("a cgroup holds what is and what is to be", () => {
  const none = { cpuShares: 2, cpuQuota: undefined, memoryLimit: undefined };
  const small = { cpuShares: 10, cpuQuota: 5_000, memoryLimit: 100 };
  assert.deepEqual(widest(small, { cpuShares: 5, cpuQuota: 9_000, memoryLimit: 50 }), {
    cpuShares: 10,
    cpuQuota: 9_000,
    memoryLimit: 100,
  });
  assert.deepEqual(widest(small, none), { ...none, cpuShares: 10 });
});
