/** What v1 and v2 have in common: directories that are cgroups, their files, their processes. */
import { constants } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import type { QosClass } from "@k8ts/api";

/** Missing files and directories are fine for whoever removes. */
async function unlessMissing<T>(action: Promise<T>, missing: T): Promise<T> {
  try {
    return await action;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENODEV: the cgroup went while its file was read.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENODEV") return missing;
    throw error;
  }
}

/** Makes a cgroup, with parents. */
export async function makeCgroup(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
}

/** Writes one of its files. */
export async function writeCgroupFile(directory: string, file: string, value: string | number): Promise<void> {
  await writeFile(`${directory}/${file}`, String(value));
}

const existing = constants.O_WRONLY | constants.O_TRUNC;

/** As writeCgroupFile, where the kernel has such a file. */
export async function writeWherePresent(directory: string, file: string, value: string | number): Promise<void> {
  await unlessMissing(writeFile(`${directory}/${file}`, String(value), { flag: existing }), undefined);
}

/** Names of the cgroups directly below. */
async function childCgroups(directory: string): Promise<string[]> {
  const entries = await unlessMissing(readdir(directory, { withFileTypes: true }), []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

async function processes(directory: string): Promise<number[]> {
  const text = await unlessMissing(readFile(`${directory}/cgroup.procs`, "utf8"), "");
  return text.split("\n").filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    // 0 stands for a process of another pid namespace: not ours to end from here.
    if (pid > 0) process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Attempts at removing a cgroup whose processes are being reaped. */
const removeAttempts = 50;
const pauseMilliseconds = 20;

/** Ends all processes in and below, and removes all of it. Throws where something stays. */
export async function removeCgroup(directory: string, pause: (milliseconds: number) => Promise<void>): Promise<void> {
  for (const child of await childCgroups(directory)) await removeCgroup(`${directory}/${child}`, pause);
  for (let attempt = 1; ; attempt++) {
    for (const pid of await processes(directory)) kill(pid);
    try {
      await unlessMissing(rmdir(directory), undefined);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EBUSY" || attempt >= removeAttempts) throw error;
      await pause(pauseMilliseconds);
    }
  }
}

/** "/k8ts/kubepods/burstable/pod<uid>", below the parent. */
export function podCgroupPath(parent: string, uid: string, qos: QosClass): string {
  return `${qosCgroupPath(parent, qos)}/pod${uid}`;
}

/** Where pods of a class live: Guaranteed ones directly below kubepods. */
export function qosCgroupPath(parent: string, qos: QosClass): string {
  const pods = `${parent}/kubepods`;
  return qos === "Guaranteed" ? pods : `${pods}/${qos.toLowerCase()}`;
}

/** All classes. */
export const qosClasses: readonly QosClass[] = ["Guaranteed", "Burstable", "BestEffort"];

/** The uids of pods below `directory` (a hierarchy's root). */
export async function podsBelow(directory: string, parent: string): Promise<string[]> {
  const found: string[] = [];
  for (const qos of qosClasses) {
    for (const name of await childCgroups(directory + qosCgroupPath(parent, qos)))
      if (name.startsWith("pod")) found.push(name.slice(3));
  }
  return found;
}
