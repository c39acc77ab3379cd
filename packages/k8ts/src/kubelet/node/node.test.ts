/** The node's own object: registration, heartbeats, pressure, faults. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { leases } from "@k8ts/api/coordination/v1";
import { nodes } from "@k8ts/api/core/v1";
import { noFilesystem } from "../filesystem/no-filesystem.ts";
import { RuntimeError } from "../runtimes/runtime.ts";
import { container, TestNode } from "../testing/test-node.ts";
import { simulatedMachine, type Machine, type MachineUsage } from "./machine.ts";
import { linuxMachine } from "./linux-machine.ts";

const nodeOf = (node: TestNode) => node.api.objects(nodes)[0];
const condition = (node: TestNode, type: string) => nodeOf(node)?.status?.conditions?.find((one) => one.type === type);

test("an unchanged node patches its status every five minutes, not more", async () => {
  const node = new TestNode();
  await node.start();
  await node.advance(20_000);
  const before = node.api.calls.length;
  await node.advance(270_000);
  const patches = () =>
    node.api.calls.slice(before).filter((call) => call.resource === "nodes" && call.verb === "patch").length;
  assert.equal(patches(), 0);
  await node.advance(120_000);
  assert.equal(patches(), 1);
  const renewals = node.api.calls.slice(before).filter((call) => call.resource === "leases" && call.verb === "update");
  assert.ok(renewals.length >= 37 && renewals.length <= 41, String(renewals.length));
  await node.kubelet.stop();
});

test("extended resources that somebody writes into the capacity stay, and are allocatable", async () => {
  const node = new TestNode();
  await node.start();
  const write = async (amount: string | null) => {
    const capacity = { "example.com/dongle": amount };
    await node.api.client.patch(nodes, { name: "node-1" }, { status: { capacity } });
    await node.advance(20_000);
    const { capacity: has, allocatable } = nodeOf(node)!.status!;
    return [has?.["example.com/dongle"], allocatable?.["example.com/dongle"]];
  };
  assert.deepEqual(await write("5"), ["5", "5"]);
  assert.deepEqual(await write("3"), ["3", "3"]);
  assert.deepEqual(await write(null), [undefined, undefined]);
  assert.notEqual(nodeOf(node)?.status?.allocatable?.["cpu"], undefined);
  await node.kubelet.stop();
});

test("a deleted node registers again; a lost lease is made again", async () => {
  const node = new TestNode();
  await node.start();
  await node.api.client.delete(nodes, { name: "node-1" });
  await node.api.client.delete(leases, { namespace: "kube-node-lease", name: "node-1" });
  await node.advance(11_000);
  assert.equal(condition(node, "Ready")?.status, "True");
  assert.equal(node.api.objects(leases)[0]?.spec?.holderIdentity, "node-1");
  await node.kubelet.stop();
});

test("a kubelet that starts before the API server answers waits for it", async () => {
  const node = new TestNode();
  node.api.fault = () => Promise.reject(new Error("connection refused"));
  const starting = node.kubelet.start();
  await node.advance(5_000);
  assert.equal(nodeOf(node), undefined);
  node.api.fault = undefined;
  await node.advance(60_000);
  await starting;
  assert.equal(condition(node, "Ready")?.status, "True");
  await node.kubelet.stop();
});

test("labels, taints and pod addresses at registration; labels of others are kept", async () => {
  const taint = { key: "dedicated", value: "x", effect: "NoSchedule" };
  const node = new TestNode({
    podCidr: "10.9.0.0/24",
    config: { registerWithTaints: [taint], nodeLabels: { zone: "a" } },
  });
  await node.start();
  assert.deepEqual(nodeOf(node)?.spec, { taints: [taint], podCIDR: "10.9.0.0/24", podCIDRs: ["10.9.0.0/24"] });
  assert.equal(nodeOf(node)?.metadata.labels?.["zone"], "a");
  await node.create("web", { tolerations: [{ operator: "Exists" }] });
  assert.match(node.pod("web")?.status?.podIP ?? "", /^10\.9\.0\./);
  await node.api.client.patch(
    nodes,
    { name: "node-1" },
    { metadata: { labels: { team: "b", "kubernetes.io/os": "beos" } } },
  );
  await node.restart();
  assert.equal(nodeOf(node)?.metadata.labels?.["team"], "b");
  assert.equal(nodeOf(node)?.metadata.labels?.["kubernetes.io/os"], "linux");
  await node.kubelet.stop();
});

test("a runtime without a network makes the node not ready, and pods wait for it", async () => {
  const node = new TestNode();
  let networkReady = false;
  node.runtime.status = async () => ({
    runtimeReady: true,
    networkReady,
    message: "cni plugin not initialized",
    handlers: [],
  });
  await node.start();
  assert.equal(condition(node, "Ready")?.status, "False");
  assert.equal(
    condition(node, "Ready")?.message,
    "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:cni plugin not initialized",
  );
  await node.create("web");
  await node.create("host", { hostNetwork: true });
  assert.equal(node.pod("web")?.status?.phase, "Pending");
  assert.equal(node.pod("host")?.status?.phase, "Running");
  assert.ok(node.reasons("web").includes("NetworkNotReady"));
  networkReady = true;
  await node.advance(1_000);
  assert.equal(condition(node, "Ready")?.status, "True");
  assert.equal(node.pod("web")?.status?.phase, "Running");
  assert.ok(node.reasons("node-1").includes("NodeReady"));
  await node.kubelet.stop();
});

test("a runtime that stops answering makes the node not ready, and loses no pod", async () => {
  const node = new TestNode();
  await node.start();
  await node.create("web");
  const { status, listContainers } = node.runtime;
  const down = async (): Promise<never> => Promise.reject(new RuntimeError("UNAVAILABLE", "connection refused"));
  node.runtime.status = down;
  node.runtime.listContainers = down;
  await node.advance(15_000);
  assert.equal(condition(node, "Ready")?.status, "False");
  assert.equal(condition(node, "Ready")?.message, "container runtime is down: connection refused");
  assert.equal(node.pod("web")?.status?.phase, "Running");
  node.runtime.status = status;
  node.runtime.listContainers = listContainers;
  await node.advance(15_000);
  assert.equal(condition(node, "Ready")?.status, "True");
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.restartCount, 0);
  await node.kubelet.stop();
});

test("a node short of memory says so, evicts who takes too much, and refuses new pods of no guarantee", async () => {
  let available = 8 * 2 ** 30;
  const clock = { now: 0 };
  const base = simulatedMachine({ hostname: "node-1", address: "10.0.0.1", now: () => clock.now });
  const machine: Machine = {
    info: base.info,
    usage: async (): Promise<MachineUsage> => ({ ...(await base.usage()), memoryAvailableBytes: available }),
  };
  const node = new TestNode({ machine, files: { ...noFilesystem, real: true } });
  await node.start();
  const requests = { memory: "1Gi" };
  await node.create("modest", { containers: [container("main", { resources: { requests } })] });
  await node.create("greedy");
  available = 50 * 2 ** 20;
  await node.advance(10_000);
  assert.equal(condition(node, "MemoryPressure")?.status, "True");
  await node.advance(5_000);
  const greedy = node.pod("greedy")?.status;
  assert.deepEqual([greedy?.phase, greedy?.reason], ["Failed", "Evicted"]);
  assert.match(
    greedy?.message ?? "",
    /^The node was low on resource: memory\. Threshold quantity: 100Mi, available: 50Mi\. /,
  );
  assert.equal(greedy?.conditions?.find((one) => one.type === "DisruptionTarget")?.reason, "TerminationByKubelet");
  assert.equal(node.pod("modest")?.status?.phase, "Running");
  available = 8 * 2 ** 30;
  await node.create("late");
  assert.equal(node.pod("late")?.status?.message, "Pod was rejected: The node had condition: [MemoryPressure]. ");
  await node.advance(320_000);
  assert.equal(condition(node, "MemoryPressure")?.status, "False");
  await node.kubelet.stop();
});

test("this machine", { skip: process.platform !== "linux" }, async () => {
  const machine = linuxMachine({ hostname: "here", nodeFsPath: "/", now: () => Date.now() });
  assert.ok(machine.info.cpus > 0 && machine.info.memoryBytes > 0);
  const usage = await machine.usage();
  assert.ok(usage.memoryAvailableBytes > 0 && usage.memoryAvailableBytes <= machine.info.memoryBytes);
  assert.ok(usage.cpuUsageCoreNanoSeconds > 0n && usage.nodeFs.capacityBytes > 0);
  assert.ok((usage.pids?.running ?? 0) > 0);
});
