/** Taking a node off a machine: what `k8ts down` does once the daemon has stopped. Each step may find its work done. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Clock } from "@k8ts/api";
import type { HostLayout } from "./layout.ts";
import { removeBridge } from "./network.ts";
import { removePortmapChains } from "./portmap-chains.ts";
import { findProcesses, stopProcess } from "./processes.ts";

const run = promisify(execFile);

/** Mount points at or below a directory, deepest first. */
export function mountsBelow(directory: string, mountInfo = readFileSync("/proc/self/mountinfo", "utf8")): string[] {
  const points = mountInfo
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .map((point) => point.replace(/\\(\d{3})/g, (_all, octal: string) => String.fromCharCode(parseInt(octal, 8))))
    .filter((point) => point === directory || point.startsWith(`${directory}/`));
  return points.sort((a, b) => b.length - a.length);
}

/** Unmounts everything below a directory. */
export async function unmountBelow(directory: string): Promise<void> {
  for (const point of mountsBelow(directory)) {
    await run("umount", [point]).catch(() => run("umount", ["-l", point]).catch(() => undefined));
  }
}

/** Ends the shims of this cluster's containerd and with them the containers they hold. */
async function endShims(layout: HostLayout, clock: Clock): Promise<void> {
  const ours = (line: readonly string[]): boolean =>
    (line[0] ?? "").includes("containerd-shim") && line.some((word) => word.startsWith(layout.containerd.socket));
  for (const pid of findProcesses(ours)) await stopProcess(pid, clock, 2000);
}

/** Kills what still runs in a cgroup and removes it with all below it. */
async function removeCgroup(directory: string, clock: Clock): Promise<void> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeCgroup(join(directory, entry.name), clock);
  }
  const pids = readFileSync(join(directory, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  for (const pid of pids) if (pid !== process.pid) await stopProcess(pid, clock, 0);
  for (let attempt = 0; existsSync(directory) && attempt < 20; attempt++) {
    try {
      rmdirSync(directory);
    } catch {
      await clock.sleep(20);
    }
  }
}

/** The cgroup directories of `parent` ("/k8ts") in every hierarchy: v1's controllers, or v2's one. */
export function cgroupDirectories(parent: string, root = "/sys/fs/cgroup"): string[] {
  const name = parent.replace(/^\/+/, "");
  const hierarchies = existsSync(join(root, "cgroup.controllers"))
    ? [root]
    : readdirSync(root).map((entry) => join(root, entry));
  return hierarchies.map((hierarchy) => join(hierarchy, name)).filter((directory) => existsSync(directory));
}

/** What belongs to a cluster on this machine. */
export interface Footprint {
  readonly layout: HostLayout;
  readonly bridge: string;
  readonly nftTable: string;
  /** "/k8ts". */
  readonly cgroupParent: string;
}

/** Removes processes, mounts, network, rules and cgroups of a cluster. Data stays. */
export async function removeFootprint(footprint: Footprint, clock: Clock): Promise<void> {
  const { layout } = footprint;
  await endShims(layout, clock);
  for (const directory of cgroupDirectories(footprint.cgroupParent)) await removeCgroup(directory, clock);
  await unmountBelow(layout.kubelet);
  await unmountBelow(layout.containerd.directory);
  await removeBridge(footprint.bridge);
  for (const family of ["ip", "ip6"]) {
    await run("nft", ["delete", "table", family, footprint.nftTable]).catch(() => undefined);
  }
  await removePortmapChains();
  rmSync(layout.cni.data, { recursive: true, force: true });
  rmSync(layout.containerd.state, { recursive: true, force: true });
}
