/** What of a pod's changes is a reason to look at it again. */
import { deepEqual } from "@k8ts/api";
import { isTerminalPhase, type DesiredPod } from "./pod-spec.ts";

/** Whether more than the status has changed, or the API server calls the pod over. */
export function asksForMore(before: DesiredPod, pod: DesiredPod): boolean {
  const wish = ({ metadata, spec }: DesiredPod): unknown => [
    metadata.labels,
    metadata.annotations,
    metadata.deletionTimestamp,
    metadata.deletionGracePeriodSeconds,
    spec,
  ];
  return isTerminalPhase(pod.status?.phase) || !deepEqual(wish(before), wish(pod));
}
