/** Quality of service: who is killed first when memory runs out, and under which cgroup a pod lives. */
import { quantityMilli } from "@k8ts/api";
import type { DeepReadonly } from "@k8ts/api";
import type { ResourceRequirements } from "@k8ts/api/core/v1";
import { initContainers, regularContainers, type DesiredPod } from "../pods/pod-spec.ts";

/** The classes of PodStatus.qosClass. */
export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

const computeResources = ["cpu", "memory"] as const;

function isSet(amounts: Readonly<Record<string, string>> | undefined, name: string): boolean {
  const amount = amounts?.[name];
  return amount !== undefined && quantityMilli(amount) > 0;
}

/** The pod's class: the one in its status where there is one (it never changes), else computed from its resources. */
export function qosClass(pod: DesiredPod): QosClass {
  return (pod.status?.qosClass as QosClass | undefined) ?? computeQosClass(pod);
}

function computeQosClass(pod: DesiredPod): QosClass {
  const podLevel = pod.spec?.resources;
  const requirements =
    podLevel?.requests !== undefined || podLevel?.limits !== undefined
      ? [podLevel]
      : [...regularContainers(pod), ...initContainers(pod)].map((container) => container.resources);
  const any = requirements.some((one) =>
    computeResources.some((name) => isSet(one?.requests, name) || isSet(one?.limits, name)),
  );
  if (!any) return "BestEffort";
  return requirements.every(isGuaranteed) ? "Guaranteed" : "Burstable";
}

/** Both resources limited, and requested to the limit. */
function isGuaranteed(requirements: DeepReadonly<ResourceRequirements> | undefined): boolean {
  return computeResources.every((name) => {
    if (!isSet(requirements?.limits, name)) return false;
    const request = requirements?.requests?.[name];
    return request === undefined || quantityMilli(request) === quantityMilli(requirements!.limits![name]!);
  });
}
