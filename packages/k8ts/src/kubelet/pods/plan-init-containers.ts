/**
 * Init containers and sidecars (KEP-753): which one comes next. Walks backwards, because completed init containers may
 * be gone from the runtime: the last one that is known tells how far the pod has come.
 */
import { containerResize, type Actual } from "./container-resize.ts";
import { initContainers, isSidecar, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";
import { latestContainer, type ObservedContainer, type ObservedPod } from "./observed-pod.ts";
import { restartsAfterKill, shouldBeRestarted } from "./restart-policy.ts";
import {
  definitionChanged,
  unknownContainer,
  resizeKill,
  type KillReason,
  type PodActions,
  type ProbeVerdicts,
} from "./pod-actions.ts";

/** What the walk knows at one init container. */
interface Step {
  readonly pod: DesiredPod;
  readonly observed: ObservedPod;
  readonly probes: ProbeVerdicts;
  readonly actual: Actual;
  readonly actions: PodActions;
  readonly index: number;
  readonly last: boolean;
  /** A later container has run: this one has done its part before. */
  readonly passed: boolean;
}

/** "done": it has initialized, being the last; "failed": the pod is over. */
type Outcome = "done" | "pending" | "failed";

/** Adds the init containers to start and to kill; returns whether the regular containers may run. */
export function planInitContainers(
  scene: Pick<Step, "pod" | "observed" | "probes" | "actual">,
  actions: PodActions,
): boolean {
  const { pod, observed } = scene;
  const containers = initContainers(pod);
  if (containers.length === 0) return true;
  let initialized = regularContainers(pod).some((container) => {
    const state = latestContainer(observed, container.name)?.state;
    return state === "CREATED" || state === "RUNNING";
  });
  let passed = initialized;
  for (let index = containers.length - 1; index >= 0; index--) {
    const container = containers[index]!;
    const latest = latestContainer(observed, container.name);
    if (latest === undefined) {
      if (passed && isSidecar(container)) actions.initContainersToStart.push(index);
      continue;
    }
    if (passed && !isSidecar(container)) continue;
    const step: Step = { ...scene, actions, index, last: index === containers.length - 1, passed };
    const outcome = isSidecar(container) ? planSidecar(step, container, latest) : planInit(step, container, latest);
    if (outcome === "failed") {
      actions.killPod = true;
      actions.initContainersToStart = [];
      return false;
    }
    initialized ||= outcome === "done";
    passed = true;
  }
  if (!passed) actions.initContainersToStart.push(0);
  actions.initContainersToStart.reverse();
  return initialized;
}

/** The one before has initialized: the next is due, or the regular containers are. */
function initialized(step: Step): Outcome {
  if (step.last) return "done";
  if (!step.passed) step.actions.initContainersToStart.push(step.index + 1);
  return "pending";
}

function planInit(step: Step, container: ContainerSpec, latest: ObservedContainer): Outcome {
  const { pod, actions, index } = step;
  if (latest.state === "RUNNING") return "pending";
  if (latest.state === "EXITED" && latest.exitCode === 0) return initialized(step);
  const restarts =
    latest.state === "UNKNOWN" ? restartsAfterKill(pod, container) : shouldBeRestarted(pod, container, step.observed);
  if (latest.state !== "CREATED" && !restarts) return "failed";
  if (latest.state === "UNKNOWN") actions.containersToKill.push(unknownContainer(latest, "Init container"));
  actions.initContainersToStart.push(index);
  return "pending";
}

function planSidecar(step: Step, container: ContainerSpec, latest: ObservedContainer): Outcome {
  const { actions, index, probes } = step;
  if (latest.state !== "RUNNING") {
    if (latest.state === "UNKNOWN") actions.containersToKill.push(unknownContainer(latest, "Init container"));
    actions.initContainersToStart.push(index);
    return "pending";
  }
  const restart = (fault: string, reason: KillReason): void => {
    const message = `Init container ${container.name} ${fault}`;
    actions.containersToKill.push({ id: latest.id, name: latest.name, message, reason });
    actions.initContainersToStart.push(index);
  };
  if (container.startupProbe !== undefined) {
    const startup = probes.startup(latest.id);
    if (startup === "Failure") restart("failed startup probe", "StartupProbe");
    if (startup !== "Success") return "pending";
  }
  const outcome = initialized(step);
  if (definitionChanged(container, latest)) restart("definition changed", "");
  else if (container.livenessProbe !== undefined && probes.liveness(latest.id) === "Failure")
    restart("failed liveness probe", "LivenessProbe");
  else planSidecarResize(step, container, latest);
  return outcome;
}

function planSidecarResize(
  { pod, actions, actual, index }: Step,
  container: ContainerSpec,
  latest: ObservedContainer,
): void {
  const resize = containerResize(pod, container, actual);
  if (resize === "update") actions.containersToResize.push({ id: latest.id, spec: container });
  if (resize !== "restart") return;
  actions.containersToKill.push(resizeKill(container, latest));
  actions.initContainersToStart.push(index);
}
