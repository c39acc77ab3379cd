/** cgroup v2: one hierarchy; controllers are handed down level by level. */
import { readFile } from "node:fs/promises";
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

/** What pods' limits and statistics need, as far as the kernel offers it. */
const wanted: ReadonlySet<string> = new Set(["cpu", "cpuset", "memory", "pids", "io", "hugetlb", "rdma"]);

/** Hands controllers from the root down to the parent of `path`'s last part. */
async function enableControllers(root: string, path: string): Promise<void> {
  let directory = root;
  for (const part of ["", ...path.split("/").filter(Boolean)]) {
    if (part !== "") directory += `/${part}`;
    await makeCgroup(directory);
    const offered = (await readFile(`${directory}/cgroup.controllers`, "utf8")).trim().split(" ");
    const enabled = new Set((await readFile(`${directory}/cgroup.subtree_control`, "utf8")).trim().split(" "));
    for (const controller of offered) {
      if (wanted.has(controller) && !enabled.has(controller))
        await writeCgroupFile(directory, "cgroup.subtree_control", `+${controller}`);
    }
  }
}

/** cpu.weight (1 to 10000) of cpu.shares (2 to 262144), as runc converts it. */
export function sharesToWeight(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9999) / 262_142);
}

async function limit(directory: string, { cpuShares, cpuQuota, memoryLimit }: PodResources): Promise<void> {
  await writeWherePresent(directory, "cpu.weight", sharesToWeight(cpuShares));
  if (cpuQuota !== undefined) await writeWherePresent(directory, "cpu.max", `${cpuQuota || "max"} ${quotaPeriod}`);
  if (memoryLimit !== undefined) await writeWherePresent(directory, "memory.max", memoryLimit);
}

/** Cgroups of a node below `parent`, in the hierarchy at `root` ("/sys/fs/cgroup"). */
export function cgroupsV2(root: string, parent: string): CgroupManager {
  const pause = (milliseconds: number): Promise<void> => realClock.sleep(milliseconds);
  const burstable = new BurstableShares((shares) =>
    writeWherePresent(root + qosCgroupPath(parent, "Burstable"), "cpu.weight", sharesToWeight(shares)),
  );
  return {
    version: 2,
    async start() {
      for (const qos of qosClasses) await enableControllers(root, qosCgroupPath(parent, qos));
      await writeWherePresent(root + qosCgroupPath(parent, "BestEffort"), "cpu.weight", 1);
    },
    podPath: (uid, qos) => podCgroupPath(parent, uid, qos),
    async ensurePod(uid, qos, resources) {
      const path = podCgroupPath(parent, uid, qos);
      await enableControllers(root, path);
      await limit(root + path, resources);
      await burstable.add(uid, qos, resources);
    },
    async removePod(uid) {
      for (const qos of qosClasses) await removeCgroup(root + podCgroupPath(parent, uid, qos), pause);
      await burstable.remove(uid);
    },
    pods: () => podsBelow(root, parent),
    removeAll: () => removeCgroup(root + parent, pause),
  };
}
