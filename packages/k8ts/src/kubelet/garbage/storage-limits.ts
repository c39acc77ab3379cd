/** Limits of local storage that no kernel enforces: emptyDir's sizeLimit, and containers' ephemeral-storage. */
import { quantityValue } from "@k8ts/api";
import { regularContainers, type DesiredPod } from "../pods/pod-spec.ts";
import { bytesText } from "./eviction-signals.ts";
import type { PodUsage } from "./eviction-ranking.ts";

/** Whether the pod has any such limit: most have none, and cost nothing. */
export function hasStorageLimits(pod: DesiredPod): boolean {
  return (
    pod.spec?.volumes?.some(({ emptyDir }) => emptyDir?.sizeLimit !== undefined) === true ||
    regularContainers(pod).some((container) => container.resources?.limits?.["ephemeral-storage"] !== undefined)
  );
}

/** Which limit the pod is over; undefined: none. `volumeBytes` are those of its emptyDirs on disk. */
export function exceededStorageLimit(
  pod: DesiredPod,
  volumeBytes: ReadonlyMap<string, number>,
  usage: PodUsage,
): string | undefined {
  for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
    const limit = emptyDir?.sizeLimit;
    if (limit !== undefined && quantityValue(limit) > 0 && (volumeBytes.get(name) ?? 0) > quantityValue(limit))
      return `Usage of EmptyDir volume "${name}" exceeds the limit "${limit}". `;
  }
  const limits = regularContainers(pod).map(({ name, resources }) => ({
    name,
    limit: resources?.limits?.["ephemeral-storage"],
  }));
  for (const { name, limit } of limits) {
    if (limit !== undefined && (usage.containers.get(name) ?? 0) > quantityValue(limit))
      return `Container ${name} exceeded its local ephemeral storage limit "${limit}". `;
  }
  if (limits.length === 0 || limits.some(({ limit }) => limit === undefined)) return undefined;
  const whole = limits.reduce((sum, { limit }) => sum + quantityValue(limit!), 0);
  const used = usage.total + [...volumeBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (used <= whole) return undefined;
  return `Pod ephemeral local storage usage exceeds the total limit of containers ${bytesText(whole)}. `;
}
