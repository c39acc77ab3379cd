/** The last status of a pod that is over: nothing is left open, for nobody will look again. */
import { formatTime } from "@k8ts/api";
import type { ContainerStatus, PodStatus } from "@k8ts/api/core/v1";
import { initContainers, isTerminalPhase, type DesiredPod } from "../pods/pod-spec.ts";

function close(status: ContainerStatus): void {
  if (status.state?.terminated !== undefined) return;
  const message = "The container could not be located when the pod was terminated";
  status.state = { terminated: { reason: "ContainerStatusUnknown", message, exitCode: 137 } };
  status.ready = false;
  status.started = false;
}

const everRan = ({ state, lastState }: ContainerStatus): boolean =>
  state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined;

/** Ends every container that has begun, and the phase. */
export function finishStatus(pod: DesiredPod, status: PodStatus, now: number): void {
  const inits = status.initContainerStatuses ?? [];
  const initialized =
    initContainers(pod).length === 0 ||
    (status.containerStatuses ?? []).some(everRan) ||
    inits.every((one) => one.state?.terminated?.exitCode === 0 || one.started === true);
  if (initialized) for (const one of status.containerStatuses ?? []) close(one);
  // Init containers up to the last that began; those after it never did.
  const lastBegun = inits.findLastIndex(everRan);
  for (const one of inits.slice(0, lastBegun + 1)) close(one);
  if (isTerminalPhase(status.phase)) return;
  status.phase = "Failed";
  for (const condition of status.conditions ?? []) {
    if (condition.type !== "Ready" && condition.type !== "ContainersReady") continue;
    if (condition.status !== "False") condition.lastTransitionTime = formatTime(now);
    condition.status = "False";
    condition.reason = "PodFailed";
    delete condition.message;
  }
}
