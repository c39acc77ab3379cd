/** Which pod is evicted first, and what it is told. */
import { quantityValue } from "@k8ts/api";
import { podAmount } from "../cgroups/pod-resources.ts";
import { regularContainers, type DesiredPod } from "../pods/pod-spec.ts";
import { bytesText, type Shortage } from "./eviction-signals.ts";

/** What one pod uses of what is short, in bytes; by container as far as it is known. */
export interface PodUsage {
  readonly total: number;
  readonly containers: ReadonlyMap<string, number>;
}

const nothing: PodUsage = { total: 0, containers: new Map() };

/** Pods that use more than they asked for come first, then those of low priority, then those furthest above their request. */
export function rankForEviction(
  pods: readonly DesiredPod[],
  resource: string,
  usage: ReadonlyMap<string, PodUsage>,
): DesiredPod[] {
  const over = (pod: DesiredPod): number => {
    const used = (usage.get(pod.metadata.uid ?? "") ?? nothing).total;
    return (
      used - (resource === "memory" || resource === "ephemeral-storage" ? podAmount(pod, "requests", resource) : 0)
    );
  };
  const priority = (pod: DesiredPod): number => pod.spec?.priority ?? 0;
  const exceeds = (pod: DesiredPod): number => (over(pod) > 0 ? 0 : 1);
  return [...pods].sort((a, b) => exceeds(a) - exceeds(b) || priority(a) - priority(b) || over(b) - over(a));
}

/** The evicted pod's message. */
export function evictionMessage(pod: DesiredPod, shortage: Shortage, usage: PodUsage = nothing): string {
  const { resource, threshold, available } = shortage;
  const text =
    resource === "inodes" || resource === "pids" ? (amount: number) => String(Math.floor(amount)) : bytesText;
  let message = `The node was low on resource: ${resource}. Threshold quantity: ${text(threshold)}, available: ${text(available)}. `;
  for (const container of regularContainers(pod)) {
    const used = usage.containers.get(container.name) ?? 0;
    const request = container.resources?.requests?.[resource];
    if (used > (request === undefined ? 0 : quantityValue(request)))
      message += `Container ${container.name} was using ${text(used)}, request is ${request ?? "0"}, has larger consumption of ${resource}. `;
  }
  return message;
}
