/** Chooses how this machine's cgroups are written: v1, v2, or a hybrid, whose controllers are v1. */
import { statfs } from "node:fs/promises";
import type { CgroupManager } from "./cgroup-manager.ts";
import { cgroupsV1 } from "./v1.ts";
import { cgroupsV2 } from "./v2.ts";

const cgroupRoot = "/sys/fs/cgroup";
/** CGROUP2_SUPER_MAGIC, from linux/magic.h. */
const cgroup2Magic = 0x63677270;

/** Cgroups of a node below `parent` ("/k8ts"), made where the machine mounts them. */
export async function createCgroups(parent: string, root = cgroupRoot): Promise<CgroupManager> {
  const { type } = await statfs(root);
  return type === cgroup2Magic ? cgroupsV2(root, parent) : await cgroupsV1(root, parent);
}
