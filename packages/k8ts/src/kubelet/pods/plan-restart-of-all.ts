/** Restarting every container of a pod in place, when one's restartPolicyRules say RestartAllContainers (KEP-5532). */
import { initContainers, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";
import { latestContainer, type ObservedContainer, type ObservedPod } from "./observed-pod.ts";
import { matchingRestartRule } from "./restart-policy.ts";

function isSource(container: ContainerSpec, attempt: ObservedContainer | undefined): boolean {
  return attempt?.state === "EXITED" && matchingRestartRule(container, attempt.exitCode) === "RestartAllContainers";
}

/** Whether some container has exited with a code that asks for everything to restart. */
export function asksForRestartOfAll(pod: DesiredPod, observed: ObservedPod): boolean {
  const containers = [...initContainers(pod), ...regularContainers(pod)];
  return containers.some((container) => isSource(container, latestContainer(observed, container.name)));
}

/**
 * The containers to remove from the runtime, none where nobody asked. Those whose exit asked come last, so that an
 * interrupted reset is taken up again.
 */
export function planRestartOfAll(pod: DesiredPod, observed: ObservedPod): ObservedContainer[] {
  if (pod.metadata.deletionTimestamp !== undefined || !asksForRestartOfAll(pod, observed)) return [];
  const targets: ObservedContainer[] = [];
  const sources: ObservedContainer[] = [];
  for (const container of [...regularContainers(pod), ...initContainers(pod)]) {
    for (const attempt of observed.containers) {
      if (attempt.name === container.name) (isSource(container, attempt) ? sources : targets).push(attempt);
    }
  }
  return [...targets, ...sources];
}
