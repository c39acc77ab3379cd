/** The Linux machine that this process runs on, read from /proc, /sys and /etc. */
import { readFileSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, networkInterfaces, release, totalmem } from "node:os";
import type { FilesystemStats } from "../server/source.ts";
import type { Machine, MachineInfo, MachineUsage } from "./machine.ts";

/** What the machine does not say itself. */
export interface LinuxMachineOptions {
  readonly hostname: string;
  /** The node's addresses; default: the first global one of the machine. */
  readonly addresses?: readonly string[];
  /** A path on the filesystem that pods write to. */
  readonly nodeFsPath: string;
  /** A path on the filesystem of the images, where it is another one. */
  readonly imageFsPath?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

function textOf(...paths: readonly string[]): string {
  for (const path of paths) {
    try {
      return readFileSync(path, "utf8").trim();
    } catch {
      // The next one.
    }
  }
  return "";
}

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64", arm: "arm", ia32: "386" };

function firstAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const usable = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  return (usable.find(({ family }) => family === "IPv4") ?? usable[0])?.address ?? "127.0.0.1";
}

function infoOf({ hostname, addresses }: LinuxMachineOptions): MachineInfo {
  const osRelease = textOf("/etc/os-release", "/usr/lib/os-release");
  const swap = /^SwapTotal:\s+(\d+) kB/m.exec(textOf("/proc/meminfo"))?.[1] ?? "0";
  const machineID = textOf("/etc/machine-id", "/var/lib/dbus/machine-id");
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    swapBytes: Number(swap) * 1024,
    hostname,
    addresses: addresses ?? [firstAddress()],
    machineID,
    systemUUID: textOf("/sys/class/dmi/id/product_uuid", "/proc/device-tree/vm,uuid") || machineID,
    bootID: textOf("/proc/sys/kernel/random/boot_id"),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? "Unknown",
    architecture: architectures[arch()] ?? arch(),
  };
}

async function filesystem(path: string): Promise<FilesystemStats> {
  const { bsize, blocks, bavail, bfree, files, ffree } = await statfs(path);
  return {
    capacityBytes: bsize * blocks,
    availableBytes: bsize * bavail,
    usedBytes: bsize * (blocks - bfree),
    inodes: files,
    inodesFree: ffree,
    inodesUsed: files - ffree,
  };
}

/** Clock ticks of /proc/stat in a second: fixed by the kernel's interface. */
const nanosecondsPerTick = 10_000_000n;

async function cpuTime(): Promise<bigint> {
  const line = (await readFile("/proc/stat", "utf8")).split("\n", 1)[0] ?? "";
  const [, user = "0", nice = "0", system = "0", , , irq = "0", softirq = "0"] = line.split(/\s+/);
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + BigInt(ticks), 0n) * nanosecondsPerTick;
}

/** What the root cgroup counts, or the whole of /proc/meminfo where it does not say. */
async function memory(total: number): Promise<{ available: number; usage: number; workingSet: number; rss: number }> {
  const text = await readFile("/proc/meminfo", "utf8");
  const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  const usage = total - bytes("MemFree");
  const workingSet = Math.max(0, usage - bytes("Inactive\\(file\\)"));
  return { available: total - workingSet, usage, workingSet, rss: bytes("AnonPages") };
}

async function pids(): Promise<{ max: number; running: number }> {
  const load = await readFile("/proc/loadavg", "utf8");
  const max = Number(await readFile("/proc/sys/kernel/pid_max", "utf8"));
  return { max, running: Number(/ \d+\/(\d+) /.exec(load)?.[1] ?? 0) };
}

/** The machine. */
export function linuxMachine(options: LinuxMachineOptions): Machine {
  const info = infoOf(options);
  const startTime = options.now() - Number.parseFloat(textOf("/proc/uptime") || "0") * 1000;
  return {
    info,
    async usage(): Promise<MachineUsage> {
      const [used, cpuUsageCoreNanoSeconds, processes] = await Promise.all([
        memory(info.memoryBytes),
        cpuTime(),
        pids(),
      ]);
      const nodeFs = await filesystem(options.nodeFsPath);
      const imageFs = options.imageFsPath === undefined ? undefined : await filesystem(options.imageFsPath);
      return {
        startTime,
        time: options.now(),
        cpuUsageCoreNanoSeconds,
        memoryAvailableBytes: used.available,
        memoryUsageBytes: used.usage,
        memoryWorkingSetBytes: used.workingSet,
        memoryRssBytes: used.rss,
        nodeFs,
        pids: processes,
        ...(imageFs !== undefined && { imageFs }),
      };
    },
  };
}
