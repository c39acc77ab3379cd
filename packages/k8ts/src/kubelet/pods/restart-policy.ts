/** When a container that is not running shall run again: restart policies of pod and container (KEP-5307), in one place. */
import type { ContainerSpec, DesiredPod } from "./pod-spec.ts";
import { latestContainer, type ObservedPod } from "./observed-pod.ts";

/** What a container's restartPolicyRules say about an exit code; undefined: no rule matches. */
export function matchingRestartRule(container: ContainerSpec, exitCode: number): string | undefined {
  for (const rule of container.restartPolicyRules ?? []) {
    if (rule.exitCodes === undefined) continue;
    const listed = rule.exitCodes.values?.includes(exitCode) ?? false;
    if (rule.exitCodes.operator === "In" ? listed : rule.exitCodes.operator === "NotIn" && !listed) return rule.action;
  }
  return undefined;
}

function byPolicy(policy: string | undefined, exitCode: number): boolean {
  if (policy === "Never") return false;
  return policy === "OnFailure" ? exitCode !== 0 : true;
}

/** Whether a container that exited with this code is to be started again. */
export function restartsAfterExit(pod: DesiredPod, container: ContainerSpec, exitCode: number): boolean {
  if (container.restartPolicy === undefined) return byPolicy(pod.spec?.restartPolicy, exitCode);
  const action = matchingRestartRule(container, exitCode);
  if (action === "Restart" || action === "RestartAllContainers") return true;
  return byPolicy(container.restartPolicy, exitCode);
}

/** Whether the container is to be (re)started, seen from its newest attempt. */
export function shouldBeRestarted(pod: DesiredPod, container: ContainerSpec, observed: ObservedPod): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const latest = latestContainer(observed, container.name);
  if (latest === undefined) return true;
  if (latest.state === "RUNNING") return false;
  return latest.state !== "EXITED" || restartsAfterExit(pod, container, latest.exitCode);
}

/** Whether a container that a probe has killed comes back; rules do not count, for there is no exit code yet. */
export function restartsAfterKill(pod: DesiredPod, container: ContainerSpec): boolean {
  return (container.restartPolicy ?? pod.spec?.restartPolicy) !== "Never";
}
