import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container } from "@k8ts/api/core/v1";
import { simulatedMachine, type MachineUsage } from "../node/machine.ts";
import { observedOf, podOf } from "../testing/observed.ts";
import { evictionMessage, rankForEviction } from "./eviction-ranking.ts";
import { shortages } from "./eviction-signals.ts";
import { superfluousContainers, superfluousSandboxes } from "./garbage-collector.ts";
import { exceededStorageLimit } from "./storage-limits.ts";

test("one dead container of each is kept", () => {
  const pod = podOf(["a", "b"]);
  const observed = observedOf(pod, "a:running a:exited(1) a:exited(2) b:exited(0) b:exited(1)");
  const named = { ...observed, containers: observed.containers.map((one, index) => ({ ...one, id: `${index}` })) };
  assert.deepEqual(superfluousContainers(named), ["2", "4"]);
});

test("old sandboxes go when nothing of them is shown any more", () => {
  const pod = podOf(["a"]);
  const observed = observedOf(pod, "a:exited(1)");
  const old = { ...observed.sandboxes[0]!, id: "old", state: "NOTREADY" as const };
  assert.deepEqual(superfluousSandboxes({ ...observed, sandboxes: [observed.sandboxes[0]!, old] }), ["old"]);
  const shown = { ...observed, containers: [{ ...observed.containers[0]!, sandboxId: "old" }] };
  assert.deepEqual(superfluousSandboxes({ ...shown, sandboxes: [observed.sandboxes[0]!, old] }), []);
});

const gibi = 2 ** 30;
const usage = await simulatedMachine({
  hostname: "n",
  address: "1",
  memoryBytes: 8 * gibi,
  diskBytes: 100 * gibi,
  now: () => 0,
}).usage();
const thresholds = { "memory.available": "100Mi", "nodefs.available": "10%", "nodefs.inodesFree": "5%" };

test("shortages by bytes and by per cent", () => {
  const conditions = (fields: Partial<MachineUsage>) =>
    shortages({ ...usage, ...fields }, thresholds).map((one) => one.condition);
  assert.deepEqual(conditions({}), []);
  assert.deepEqual(conditions({ memoryAvailableBytes: 50 * 2 ** 20 }), ["MemoryPressure"]);
  assert.deepEqual(conditions({ nodeFs: { ...usage.nodeFs, availableBytes: 9 * gibi } }), ["DiskPressure"]);
  assert.deepEqual(conditions({ nodeFs: { ...usage.nodeFs, inodes: 0, inodesFree: 0 } }), []);
});

test("who goes first: above request, then low priority, then most above", () => {
  const make = (name: string, request: string | undefined, priority = 0) => {
    const pod = podOf([{ name: "c", resources: request === undefined ? {} : { requests: { memory: request } } }], {
      priority,
    });
    return { ...pod, metadata: { ...pod.metadata, name, uid: name } };
  };
  const pods = [
    make("within", "4Gi"),
    make("above", "1Gi"),
    make("most", undefined),
    make("important", undefined, 1000),
  ];
  const used = (gib: number) => ({ total: gib * gibi, containers: new Map([["c", gib * gibi]]) });
  const usages = new Map([
    ["within", used(3)],
    ["above", used(2)],
    ["most", used(2)],
    ["important", used(5)],
  ]);
  const order = rankForEviction(pods, "memory", usages);
  assert.deepEqual(
    order.map(({ metadata }) => metadata.name),
    ["most", "above", "important", "within"],
  );
  const [shortage] = shortages({ ...usage, memoryAvailableBytes: 50 * 2 ** 20 }, thresholds);
  assert.equal(
    evictionMessage(pods[1]!, shortage!, usages.get("above")),
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container c was using 2Gi, request is 1Gi, has larger consumption of memory. ",
  );
});

test("local storage limits", () => {
  const limited: Container = { name: "c", resources: { limits: { "ephemeral-storage": "10Mi" } } };
  const pod = podOf([limited], { volumes: [{ name: "v", emptyDir: { sizeLimit: "5Mi" } }] });
  const mebi = 2 ** 20;
  const check = (volume: number, container: number) =>
    exceededStorageLimit(pod, new Map([["v", volume * mebi]]), {
      total: container * mebi,
      containers: new Map([["c", container * mebi]]),
    });
  assert.equal(check(5, 5), undefined);
  assert.equal(check(6, 0), 'Usage of EmptyDir volume "v" exceeds the limit "5Mi". ');
  assert.equal(check(0, 11), 'Container c exceeded its local ephemeral storage limit "10Mi". ');
  assert.equal(check(4, 7), "Pod ephemeral local storage usage exceeds the total limit of containers 10Mi. ");
});
