/** activeDeadlineSeconds: how long a pod may be on the node. */
import { parseTime } from "@k8ts/api";
import type { DesiredPod } from "./pod-spec.ts";

/** What a pod that has been there for too long is told. */
export const deadlineVerdict = {
  reason: "DeadlineExceeded",
  message: "Pod was active on the node longer than the specified deadline",
} as const;

/** When the pod has to end, in milliseconds since the epoch; undefined: never. */
export function activeDeadline(pod: DesiredPod, startTime: string | undefined, fallback: number): number | undefined {
  const seconds = pod.spec?.activeDeadlineSeconds;
  if (seconds === undefined) return undefined;
  return (startTime === undefined ? fallback : parseTime(startTime)) + seconds * 1000;
}
