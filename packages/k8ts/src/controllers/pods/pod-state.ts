/** What controllers ask of a pod's status: is it active, ready, available, going away. */
import { parseTime, type DeepReadonly } from "@k8ts/api";
import type { Pod, PodCondition } from "@k8ts/api/core/v1";

type ReadPod = DeepReadonly<Pod>;

/** The pod's Ready condition. */
export function readyCondition(pod: ReadPod): DeepReadonly<PodCondition> | undefined {
  return pod.status?.conditions?.find((condition) => condition.type === "Ready");
}

/** True where the Ready condition is True. */
export const isPodReady = (pod: ReadPod): boolean => readyCondition(pod)?.status === "True";

/** True where the pod has finished and will never run again. */
export function isPodTerminal(pod: ReadPod): boolean {
  const phase = pod.status?.phase;
  return phase === "Succeeded" || phase === "Failed";
}

/** True where the pod counts as a replica: neither finished nor being deleted. */
export const isPodActive = (pod: ReadPod): boolean =>
  !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;

/** True where the pod is being deleted and may still run. */
export const isPodTerminating = (pod: ReadPod): boolean =>
  !isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

/**
 * Milliseconds until a ready pod will have been ready for `minReadySeconds`; undefined where it is not ready, or is
 * available already.
 */
export function untilAvailable(pod: ReadPod, minReadySeconds: number, now: number): number | undefined {
  if (minReadySeconds <= 0 || !isPodReady(pod)) return undefined;
  const since = parseTime(readyCondition(pod)?.lastTransitionTime);
  const left = since + minReadySeconds * 1000 - now;
  return left > 0 ? left : undefined;
}

/** True where the pod has been ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: ReadPod, minReadySeconds: number, now: number): boolean {
  if (!isPodReady(pod)) return false;
  if (minReadySeconds === 0) return true;
  const since = parseTime(readyCondition(pod)?.lastTransitionTime);
  return since + minReadySeconds * 1000 <= now;
}
