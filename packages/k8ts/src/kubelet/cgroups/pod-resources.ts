/** What a pod's cgroup is limited to: the sum of its containers, as far as all of them are limited. */
import { quantityMilli, quantityValue } from "@k8ts/api";
import { milliCpuToQuota, milliCpuToShares } from "../containers/container-resources.ts";
import { initContainers, isSidecar, regularContainers, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";
import type { PodResources } from "./cgroup-manager.ts";

type List = "requests" | "limits";

function amount(container: ContainerSpec, list: List, name: string): number {
  const text = container.resources?.[list]?.[name];
  if (text === undefined) return 0;
  return name === "cpu" ? quantityMilli(text) : quantityValue(text);
}

/**
 * What the pod needs of a resource at any time: the regular containers and all sidecars together, or an init container
 * with the sidecars started before it, whichever is more; and the pod's overhead. cpu in thousandths, else whole units.
 */
export function podAmount(pod: DesiredPod, list: List, name: string): number {
  const whole = pod.spec?.resources?.[list]?.[name];
  if (whole !== undefined) return (name === "cpu" ? quantityMilli(whole) : quantityValue(whole)) + overhead(pod, name);
  let sum = regularContainers(pod).reduce((total, container) => total + amount(container, list, name), 0);
  let sidecars = 0;
  let peak = 0;
  for (const container of initContainers(pod)) {
    const own = amount(container, list, name);
    if (isSidecar(container)) {
      sum += own;
      sidecars += own;
      peak = Math.max(peak, sidecars);
    } else peak = Math.max(peak, sidecars + own);
  }
  return Math.max(sum, peak) + overhead(pod, name);
}

function overhead(pod: DesiredPod, name: string): number {
  const text = pod.spec?.overhead?.[name];
  if (text === undefined) return 0;
  return name === "cpu" ? quantityMilli(text) : quantityValue(text);
}

function allLimited(pod: DesiredPod, name: string): boolean {
  if (pod.spec?.resources?.limits?.[name] !== undefined) return true;
  return [...regularContainers(pod), ...initContainers(pod)].every((one) => amount(one, "limits", name) > 0);
}

/** The pod's cgroup settings. */
export function podCgroupResources(pod: DesiredPod): PodResources {
  const cpuLimit = podAmount(pod, "limits", "cpu");
  return {
    cpuShares: milliCpuToShares(podAmount(pod, "requests", "cpu") || (allLimited(pod, "cpu") ? cpuLimit : 0)),
    cpuQuota: allLimited(pod, "cpu") ? milliCpuToQuota(cpuLimit) : undefined,
    memoryLimit: allLimited(pod, "memory") ? podAmount(pod, "limits", "memory") : undefined,
  };
}
