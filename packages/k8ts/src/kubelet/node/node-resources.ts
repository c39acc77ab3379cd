/** What a node has (capacity) and what of it pods may use (allocatable). */
import { compareQuantities, quantityOf, quantityValue, subtractQuantities } from "@k8ts/api";
import type { KubeletConfig } from "../config.ts";
import type { MachineInfo } from "./machine.ts";

/** Amounts by resource name. */
export type Amounts = Record<string, string>;

const kibi = (bytes: number): string => `${Math.floor(bytes / 1024)}Ki`;

/** The machine's resources; `diskBytes` is the filesystem's that pods write to. */
export function nodeCapacity(info: MachineInfo, diskBytes: number, config: KubeletConfig): Amounts {
  return {
    cpu: String(info.cpus),
    "ephemeral-storage": kibi(diskBytes),
    "hugepages-1Gi": "0",
    "hugepages-2Mi": "0",
    memory: kibi(info.memoryBytes),
    pods: String(config.maxPods),
  };
}

/** The bytes or inodes that a threshold ("100Mi", "10%") stands for. */
export function thresholdAmount(threshold: string, whole: number): number {
  return threshold.endsWith("%") ? (whole * Number.parseFloat(threshold)) / 100 : quantityValue(threshold);
}

/** Capacity less what is reserved and what hard eviction keeps free. */
export function nodeAllocatable(capacity: Readonly<Amounts>, config: KubeletConfig): Amounts {
  const { reserved, evictionHard } = config;
  const allocatable: Amounts = { ...capacity };
  const take = (name: string, amount: string): void => {
    const left = subtractQuantities(allocatable[name] ?? "0", amount);
    allocatable[name] = compareQuantities(left, "0") < 0 ? "0" : left;
  };
  for (const [name, amount] of Object.entries(reserved)) if (name in allocatable) take(name, amount);
  const memory = evictionHard["memory.available"];
  if (memory !== undefined) take("memory", quantityOf(thresholdAmount(memory, quantityValue(capacity["memory"]!))));
  const disk = evictionHard["nodefs.available"];
  const storage = quantityValue(capacity["ephemeral-storage"]!);
  if (disk !== undefined)
    allocatable["ephemeral-storage"] = String(Math.floor(storage - thresholdAmount(disk, storage)));
  return allocatable;
}

/** The node's own amounts, and beside them those that somebody else has written into its capacity: extended resources. */
export function withForeign(own: Readonly<Amounts>, capacity: Readonly<Amounts> = {}): Amounts {
  return { ...capacity, ...own };
}
