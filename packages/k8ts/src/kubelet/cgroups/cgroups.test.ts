import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { after, test } from "node:test";
import { podOf } from "../testing/observed.ts";
import { BurstableShares } from "./burstable-shares.ts";
import { noCgroups } from "./cgroup-manager.ts";
import { podAmount, podCgroupResources } from "./pod-resources.ts";
import { cgroupsV2, sharesToWeight } from "./v2.ts";

test("what a pod needs at any time", () => {
  const requests = (cpu: string) => ({ requests: { cpu } });
  const pod = podOf(
    [
      { name: "a", resources: requests("100m") },
      { name: "b", resources: requests("100m") },
    ],
    {
      initContainers: [
        { name: "big", resources: requests("500m") },
        { name: "side", restartPolicy: "Always", resources: requests("50m") },
        { name: "after", resources: requests("300m") },
      ],
      overhead: { cpu: "10m" },
    },
  );
  assert.equal(podAmount(pod, "requests", "cpu"), 510);
  assert.equal(podAmount(podOf([{ name: "a", resources: requests("1") }]), "requests", "cpu"), 1000);
  assert.equal(podAmount(podOf(["a"], { resources: requests("2") }), "requests", "cpu"), 2000);
});

test("a pod is limited only where all its containers are", () => {
  const limits = { cpu: "250m", memory: "64Mi" };
  const all = podOf([
    { name: "a", resources: { limits, requests: limits } },
    { name: "b", resources: { limits, requests: limits } },
  ]);
  assert.deepEqual(podCgroupResources(all), { cpuShares: 512, cpuQuota: 50_000, memoryLimit: 128 * 2 ** 20 });
  const some = podOf([{ name: "a", resources: { limits, requests: limits } }, "b"]);
  assert.deepEqual(podCgroupResources(some), { cpuShares: 256, cpuQuota: undefined, memoryLimit: undefined });
  assert.deepEqual(podCgroupResources(podOf(["a"])), { cpuShares: 2, cpuQuota: undefined, memoryLimit: undefined });
});

test("shares and weights", () => assert.deepEqual([2, 1024, 262_144].map(sharesToWeight), [1, 39, 10_000]));

test("Burstable pods weigh as much as they ask for together", async () => {
  const written: number[] = [];
  const shares = new BurstableShares(async (value) => void written.push(value));
  const asks = (cpuShares: number) => ({ cpuShares, cpuQuota: undefined, memoryLimit: undefined });
  await shares.add("a", "Burstable", asks(100));
  await shares.add("b", "Burstable", asks(200));
  await shares.add("b", "Burstable", asks(200));
  await shares.add("c", "Guaranteed", asks(5000));
  await shares.remove("a");
  await shares.remove("b");
  assert.deepEqual(written, [100, 300, 200, 2]);
});

test("none is none", async () => {
  await noCgroups.ensurePod("u", "Burstable", { cpuShares: 2, cpuQuota: undefined, memoryLimit: undefined });
  assert.deepEqual([noCgroups.podPath("u", "Burstable"), await noCgroups.pods()], ["", []]);
});

const root = await mkdtemp("/tmp/k8ts-cgroup2-");
after(() => rm(root, { recursive: true, force: true }));

/** A directory as the kernel would show a cgroup, for what is written there to be read back. */
async function kernel(path: string): Promise<void> {
  await mkdir(root + path, { recursive: true });
  for (const [file, text] of [
    ["cgroup.controllers", "cpu memory misc\n"],
    ["cgroup.subtree_control", "\n"],
    ["cpu.weight", "100\n"],
    ["cpu.max", "max 100000\n"],
    ["memory.max", "max\n"],
  ])
    await writeFile(`${root}${path}/${file}`, text!);
}

test("v2: controllers are handed down, limits written, pods found", async () => {
  const pod = "/k8ts/kubepods/burstable/podu1";
  for (const path of ["", "/k8ts", "/k8ts/kubepods", "/k8ts/kubepods/burstable", "/k8ts/kubepods/besteffort", pod])
    await kernel(path);
  const cgroups = cgroupsV2(root, "/k8ts");
  await cgroups.start();
  assert.equal(cgroups.podPath("u1", "Burstable"), pod);
  assert.equal(cgroups.podPath("u2", "Guaranteed"), "/k8ts/kubepods/podu2");
  await cgroups.ensurePod("u1", "Burstable", { cpuShares: 1024, cpuQuota: 50_000, memoryLimit: 4096 });
  const read = (file: string) => readFile(`${root}${pod}/${file}`, "utf8");
  assert.deepEqual(
    [await read("cpu.weight"), await read("cpu.max"), await read("memory.max")],
    ["39", "50000 100000", "4096"],
  );
  assert.equal(await readFile(`${root}/k8ts/kubepods/cgroup.subtree_control`, "utf8"), "+memory");
  assert.deepEqual(await cgroups.pods(), ["u1"]);
});

const unified = "/sys/fs/cgroup/unified";
const noUnified =
  (await stat(`${unified}/cgroup.procs`).catch(() => undefined)) === undefined || process.getuid?.() !== 0;

test(
  "v2: what is made is removed, in the kernel's own hierarchy",
  { skip: noUnified && "no cgroup2 mount" },
  async () => {
    const parent = `/k8ts-test-${process.pid}`;
    const cgroups = cgroupsV2(unified, parent);
    await cgroups.start();
    await cgroups.ensurePod("u1", "BestEffort", { cpuShares: 2, cpuQuota: undefined, memoryLimit: undefined });
    assert.deepEqual(await cgroups.pods(), ["u1"]);
    await cgroups.removePod("u1");
    await cgroups.removePod("u1");
    assert.deepEqual(await cgroups.pods(), []);
    await cgroups.removeAll();
    await assert.rejects(stat(unified + parent));
  },
);
