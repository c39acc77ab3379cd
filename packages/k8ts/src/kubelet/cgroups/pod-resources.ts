/** What a pod's cgroup is limited to: the sum of its containers, as far as all of them are limited. */
import { podResource, quantityMilli, quantityValue, type ResourceList } from "@k8ts/api";
import { milliCpuToQuota, milliCpuToShares } from "../containers/container-resources.ts";
import { initContainers, regularContainers, type DesiredPod } from "../pods/pod-spec.ts";
import type { PodResources } from "./cgroup-manager.ts";

/** What the pod needs of a resource at any time. cpu in thousandths, else whole units. */
export function podAmount({ spec }: DesiredPod, list: ResourceList, name: string): number {
  return spec === undefined ? 0 : podResource(spec, list, name);
}

function isPositive(name: string, text: string | undefined): boolean {
  return text !== undefined && (name === "cpu" ? quantityMilli(text) : quantityValue(text)) > 0;
}

function allLimited(pod: DesiredPod, name: string): boolean {
  if (pod.spec?.resources?.limits?.[name] !== undefined) return true;
  return [...regularContainers(pod), ...initContainers(pod)].every(({ resources }) =>
    isPositive(name, resources?.limits?.[name]),
  );
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
