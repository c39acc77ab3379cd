/** What a node may run short of: signals, the conditions they raise, and how messages name them. */
import { thresholdAmount } from "../node/node-resources.ts";
import type { MachineUsage } from "../node/machine.ts";

/** One threshold that is crossed. */
export interface Shortage {
  /** "memory.available". */
  readonly signal: string;
  /** "MemoryPressure". */
  readonly condition: string;
  /** As messages name it: "memory", "ephemeral-storage", "inodes", "pids". */
  readonly resource: string;
  /** Bytes, inodes or pids. */
  readonly available: number;
  readonly threshold: number;
}

interface Signal {
  readonly condition: string;
  readonly resource: string;
  /** What is left, and of how much; undefined: the machine does not say. */
  read(usage: MachineUsage): { available: number; capacity: number } | undefined;
}

const signals: Readonly<Record<string, Signal>> = {
  "memory.available": {
    condition: "MemoryPressure",
    resource: "memory",
    read: ({ memoryAvailableBytes, memoryWorkingSetBytes }) => ({
      available: memoryAvailableBytes,
      capacity: memoryAvailableBytes + memoryWorkingSetBytes,
    }),
  },
  "nodefs.available": {
    condition: "DiskPressure",
    resource: "ephemeral-storage",
    read: ({ nodeFs }) => ({ available: nodeFs.availableBytes, capacity: nodeFs.capacityBytes }),
  },
  "nodefs.inodesFree": {
    condition: "DiskPressure",
    resource: "inodes",
    read: ({ nodeFs }) => ({ available: nodeFs.inodesFree, capacity: nodeFs.inodes }),
  },
  "imagefs.available": {
    condition: "DiskPressure",
    resource: "ephemeral-storage",
    read: ({ imageFs }) => imageFs && { available: imageFs.availableBytes, capacity: imageFs.capacityBytes },
  },
  "imagefs.inodesFree": {
    condition: "DiskPressure",
    resource: "inodes",
    read: ({ imageFs }) => imageFs && { available: imageFs.inodesFree, capacity: imageFs.inodes },
  },
  "pid.available": {
    condition: "PIDPressure",
    resource: "pids",
    read: ({ pids }) => pids && { available: pids.max - pids.running, capacity: pids.max },
  },
};

/** The thresholds that are crossed; memory first, for it cannot wait. */
export function shortages(usage: MachineUsage, thresholds: Readonly<Record<string, string>>): Shortage[] {
  return Object.entries(signals).flatMap(([signal, { condition, resource, read }]) => {
    const limit = thresholds[signal];
    const found = limit === undefined ? undefined : read(usage);
    // A filesystem without inodes of its own (btrfs, overlay) has none to run out of.
    if (limit === undefined || found === undefined || found.capacity === 0) return [];
    const threshold = thresholdAmount(limit, found.capacity);
    return found.available < threshold ? [{ signal, condition, resource, available: found.available, threshold }] : [];
  });
}

/** Bytes as quantities print: "100Mi", "1536Ki", "12345". */
export function bytesText(bytes: number): string {
  const whole = Math.floor(bytes);
  for (const [suffix, unit] of [
    ["Gi", 2 ** 30],
    ["Mi", 2 ** 20],
    ["Ki", 2 ** 10],
  ] as const) {
    if (whole > 0 && whole % unit === 0) return `${whole / unit}${suffix}`;
  }
  return String(whole);
}
