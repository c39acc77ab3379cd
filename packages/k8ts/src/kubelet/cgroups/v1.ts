/** cgroup v1: one hierarchy per controller (or a few together); a pod has a directory in each. */
import { readdir, stat } from "node:fs/promises";
import { realClock } from "@k8ts/api";
import { quotaPeriod } from "../containers/container-resources.ts";
import {
  makeCgroup,
  podCgroupPath,
  podsBelow,
  qosCgroupPath,
  qosClasses,
  removeCgroup,
  writeCgroupFile,
  writeWherePresent,
} from "./cgroup-files.ts";
import { BurstableShares } from "./burstable-shares.ts";
import type { CgroupManager, PodResources } from "./cgroup-manager.ts";
import { copyCpuset } from "./cpuset.ts";

/** Hierarchies that are not controllers: "unified" is v2's in a hybrid, "systemd" is systemd's own. */
const notControllers: ReadonlySet<string> = new Set(["unified", "systemd"]);

/** All hierarchies, those included in which only runtimes make directories: runc makes one in each, and removes none. */
async function hierarchiesOf(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(root)) {
    // cpu,cpuacct is also linked as cpu and as cpuacct.
    const entry: string[] = await readdir(`${root}/${name}`).catch(() => []);
    if (!entry.includes("cgroup.procs")) continue;
    found.push(name);
  }
  return await withoutAliases(root, found);
}

/** One name of those that lead to the same directory. */
async function withoutAliases(root: string, names: readonly string[]): Promise<string[]> {
  const seen = new Map<string, string>();
  for (const name of names) {
    const { dev, ino } = await stat(`${root}/${name}`);
    const key = `${dev}:${ino}`;
    if (!seen.has(key)) seen.set(key, name);
  }
  return [...seen.values()];
}

/** Cgroups of a node below `parent`, in every hierarchy of `root` ("/sys/fs/cgroup"). */
export async function cgroupsV1(root: string, parent: string): Promise<CgroupManager> {
  const names = await hierarchiesOf(root);
  const everywhere = names.map((name) => `${root}/${name}`);
  const hierarchies = names.filter((name) => !notControllers.has(name)).map((name) => `${root}/${name}`);
  const pause = (milliseconds: number): Promise<void> => realClock.sleep(milliseconds);
  const make = async (path: string): Promise<void> => {
    for (const hierarchy of hierarchies) {
      await makeCgroup(hierarchy + path);
      await copyCpuset(hierarchy, path);
    }
  };
  const burstable = new BurstableShares(async (shares) => {
    for (const hierarchy of hierarchies)
      await writeWherePresent(hierarchy + qosCgroupPath(parent, "Burstable"), "cpu.shares", shares);
  });
  return {
    version: 1,
    async start() {
      for (const qos of qosClasses) await make(qosCgroupPath(parent, qos));
      for (const hierarchy of hierarchies)
        await writeWherePresent(hierarchy + qosCgroupPath(parent, "BestEffort"), "cpu.shares", 2);
    },
    podPath: (uid, qos) => podCgroupPath(parent, uid, qos),
    async ensurePod(uid, qos, resources) {
      const path = podCgroupPath(parent, uid, qos);
      await make(path);
      for (const hierarchy of hierarchies) await limit(hierarchy + path, resources);
      await burstable.add(uid, qos, resources);
    },
    async removePod(uid) {
      for (const qos of qosClasses)
        for (const hierarchy of everywhere) await removeCgroup(hierarchy + podCgroupPath(parent, uid, qos), pause);
      await burstable.remove(uid);
    },
    async pods() {
      const found = await Promise.all(everywhere.map((hierarchy) => podsBelow(hierarchy, parent)));
      return [...new Set(found.flat())];
    },
    async removeAll() {
      for (const hierarchy of everywhere) await removeCgroup(hierarchy + parent, pause);
    },
  };
}

/** Each file is in one hierarchy only. */
async function limit(directory: string, { cpuShares, cpuQuota, memoryLimit }: PodResources): Promise<void> {
  await writeWherePresent(directory, "cpu.shares", cpuShares);
  if (cpuQuota !== undefined) {
    await writeWherePresent(directory, "cpu.cfs_period_us", quotaPeriod);
    await writeWherePresent(directory, "cpu.cfs_quota_us", cpuQuota);
  }
  if (memoryLimit !== undefined && directory.includes("/memory/"))
    await writeCgroupFile(directory, "memory.limit_in_bytes", memoryLimit);
}
