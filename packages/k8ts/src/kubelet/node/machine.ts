/** The machine under a node: what it is, and what it uses. Injected, so that a simulated node can be any machine. */
import type { NodeUsage } from "../server/source.ts";

/** What does not change while the machine runs. */
export interface MachineInfo {
  /** Cores. */
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly swapBytes: number;
  readonly hostname: string;
  /** InternalIPs, the main one first. */
  readonly addresses: readonly string[];
  readonly machineID: string;
  readonly systemUUID: string;
  readonly bootID: string;
  readonly kernelVersion: string;
  /** "Debian GNU/Linux 12 (bookworm)". */
  readonly osImage: string;
  /** As Go names it: "amd64", "arm64". */
  readonly architecture: string;
}

/** What changes, beside what the kubelet's server reports. */
export interface MachineUsage extends NodeUsage {
  /** Process ids; absent where they are not limited. */
  readonly pids?: { readonly max: number; readonly running: number };
}

/** A machine. */
export interface Machine {
  readonly info: MachineInfo;
  usage(): Promise<MachineUsage>;
}

/** What a simulated machine is like. */
export interface SimulatedMachineOptions {
  readonly hostname: string;
  readonly address: string;
  readonly cpus?: number;
  readonly memoryBytes?: number;
  readonly diskBytes?: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A machine that does not exist; it is always idle. */
export function simulatedMachine(options: SimulatedMachineOptions): Machine {
  const { hostname, address, cpus = 8, memoryBytes = 32 * 2 ** 30, diskBytes = 200 * 2 ** 30, now } = options;
  const startTime = now();
  const inodes = Math.floor(diskBytes / 16_384);
  const nodeFs = {
    capacityBytes: diskBytes,
    availableBytes: diskBytes,
    usedBytes: 0,
    inodes,
    inodesFree: inodes,
    inodesUsed: 0,
  };
  return {
    info: {
      cpus,
      memoryBytes,
      swapBytes: 0,
      hostname,
      addresses: [address],
      machineID: hostname,
      systemUUID: hostname,
      bootID: `${hostname}-${startTime}`,
      kernelVersion: "0.0.0-simulated",
      osImage: "k8ts simulated node",
      architecture: "amd64",
    },
    usage: async () => ({
      startTime,
      time: now(),
      cpuUsageCoreNanoSeconds: 0n,
      memoryAvailableBytes: memoryBytes,
      memoryUsageBytes: 0,
      memoryWorkingSetBytes: 0,
      memoryRssBytes: 0,
      nodeFs,
    }),
  };
}
