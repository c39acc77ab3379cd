/** Requests and limits as the kernel takes them: cpu shares, quota and period, memory limit, OOM score. */
import { quantityMilli, quantityValue } from "@k8ts/api";
import type { LinuxResources } from "../runtimes/runtime.ts";
import { initContainers, isSidecar, regularContainers, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";
import { qosClass } from "../status/qos-class.ts";

/** Microseconds of one accounting period, as upstream's --cpu-cfs-quota-period. */
export const quotaPeriod = 100_000;
const minQuota = 1_000;
const minShares = 2;
const maxShares = 262_144;
/** Of Guaranteed pods, and of those that the node cannot live without (priority system-node-critical). */
const guaranteedOomScore = -997;
const nodeCriticalPriority = 2_000_001_000;

/** cpu.shares of so many thousandths of a core. */
export function milliCpuToShares(milli: number): number {
  if (milli === 0) return minShares;
  return Math.min(maxShares, Math.max(minShares, Math.floor((milli * 1024) / 1000)));
}

/** Microseconds of cpu in a period; 0: unlimited. */
export function milliCpuToQuota(milli: number, period = quotaPeriod): number {
  return milli === 0 ? 0 : Math.max(minQuota, Math.floor((milli * period) / 1000));
}

const milli = (amount: string | undefined): number => (amount === undefined ? 0 : quantityMilli(amount));
const bytes = (amount: string | undefined): number => (amount === undefined ? 0 : quantityValue(amount));

/** A container's resources; `memoryCapacity` is the machine's, in bytes. */
export function containerResources(pod: DesiredPod, container: ContainerSpec, memoryCapacity: number): LinuxResources {
  const { requests, limits } = container.resources ?? {};
  const podLimits = pod.spec?.resources?.limits;
  const cpuLimit = milli(limits?.["cpu"]) || milli(podLimits?.["cpu"]);
  const memoryLimit = bytes(limits?.["memory"]) || bytes(podLimits?.["memory"]);
  const cpuRequest = requests?.["cpu"] === undefined && cpuLimit > 0 ? cpuLimit : milli(requests?.["cpu"]);
  return {
    cpuShares: milliCpuToShares(cpuRequest),
    cpuPeriod: quotaPeriod,
    cpuQuota: milliCpuToQuota(cpuLimit),
    ...(memoryLimit > 0 && { memoryLimitInBytes: memoryLimit }),
    oomScoreAdj: oomScoreAdjust(pod, container, memoryCapacity),
  };
}

/** -997 (Guaranteed) to 1000 (BestEffort); Burstable in between, by the share of memory that was asked for. */
export function oomScoreAdjust(pod: DesiredPod, container: ContainerSpec, memoryCapacity: number): number {
  if ((pod.spec?.priority ?? 0) >= nodeCriticalPriority) return guaranteedOomScore;
  const qos = qosClass(pod);
  if (qos === "Guaranteed") return guaranteedOomScore;
  if (qos === "BestEffort") return 1000;
  const extra = unassignedPodMemory(pod);
  const score = (request: number): number => 1000 - Math.floor((1000 * (request + extra)) / memoryCapacity);
  let adjust = score(bytes(container.resources?.requests?.["memory"]));
  if (initContainers(pod).some((one) => one.name === container.name && isSidecar(one))) {
    const least = Math.min(...regularContainers(pod).map((one) => bytes(one.resources?.requests?.["memory"])));
    adjust = Math.min(adjust, score(least));
  }
  return Math.min(999, Math.max(1000 + guaranteedOomScore, adjust));
}

/** Each container's share of memory that the pod as a whole requests beyond its containers. */
function unassignedPodMemory(pod: DesiredPod): number {
  const whole = bytes(pod.spec?.resources?.requests?.["memory"]);
  if (whole === 0) return 0;
  const containers = [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)];
  const assigned = containers.reduce((sum, one) => sum + bytes(one.resources?.requests?.["memory"]), 0);
  return Math.max(0, Math.floor((whole - assigned) / containers.length));
}
