/**
 * What has to happen to a pod, from its spec and what the runtime shows: the kubelet's central decision, and pure.
 * Whoever carries the actions out looks again afterwards; a plan is never remembered.
 */
import { initContainers, isHostNetwork, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";
import { ephemeralContainers } from "./pod-spec.ts";
import { containerResize, type Actual } from "./container-resize.ts";
import { latestContainer, type ObservedContainer, type ObservedPod } from "./observed-pod.ts";
import { restartsAfterKill, shouldBeRestarted } from "./restart-policy.ts";
import { planInitContainers } from "./plan-init-containers.ts";
import { planRestartOfAll } from "./plan-restart-of-all.ts";
import {
  definitionChanged,
  resizeKill,
  unknownContainer,
  type KillReason,
  type PodActions,
  type ProbeVerdicts,
} from "./pod-actions.ts";

/** Whether the pod needs a new sandbox, the attempt's number, and the sandbox there is. */
export function sandboxChange(
  pod: DesiredPod,
  observed: ObservedPod,
): { changed: boolean; attempt: number; sandboxId: string } {
  const newest = observed.sandboxes[0];
  if (newest === undefined) return { changed: true, attempt: 0, sandboxId: "" };
  const ready = observed.sandboxes.filter((sandbox) => sandbox.state === "READY").length;
  const hasNetwork = isHostNetwork(pod) || newest.ips.length > 0;
  const changed = ready > 1 || newest.state !== "READY" || !hasNetwork;
  return { changed, attempt: newest.metadata.attempt + (changed ? 1 : 0), sandboxId: newest.id };
}

/** Decides what has to happen to the pod. */
export function planPod(
  pod: DesiredPod,
  observed: ObservedPod,
  probes: ProbeVerdicts,
  actual: Actual = { actuated: () => undefined, actuatedPod: undefined },
): PodActions {
  const { changed, attempt, sandboxId } = sandboxChange(pod, observed);
  const actions: PodActions = {
    killPod: changed,
    createSandbox: changed,
    sandboxId,
    attempt,
    containersToKill: [],
    containersToReset: [],
    ephemeralContainersToStart: [],
    initContainersToStart: [],
    containersToResize: [],
    containersToStart: [],
  };
  const reset = planRestartOfAll(pod, observed);
  if (reset.length > 0) {
    actions.killPod = actions.createSandbox = false;
    actions.containersToReset = reset;
  } else if (changed) planNewSandbox(pod, observed, actions);
  else planContainers({ pod, observed, probes, actual }, actions);
  return actions;
}

function planNewSandbox(pod: DesiredPod, observed: ObservedPod, actions: PodActions): void {
  if (pod.spec?.restartPolicy === "Never" && actions.attempt !== 0 && observed.containers.length > 0) {
    actions.createSandbox = false;
    return;
  }
  const containers = regularContainers(pod);
  const toStart = containers.flatMap((container, index) => (ranForGood(pod, container, observed) ? [] : [index]));
  const initialized = containers.some((container) => latestContainer(observed, container.name) !== undefined);
  if (toStart.length === 0 && initialized) actions.createSandbox = false;
  else if (initContainers(pod).length > 0) actions.initContainersToStart = [0];
  else actions.containersToStart = toStart;
}

/** Whether the container has succeeded under a policy that wants no more. */
function ranForGood(pod: DesiredPod, container: ContainerSpec, observed: ObservedPod): boolean {
  if ((container.restartPolicy ?? pod.spec?.restartPolicy) !== "OnFailure") return false;
  const latest = latestContainer(observed, container.name);
  return latest?.state === "EXITED" && latest.exitCode === 0;
}

/** What a plan is made from. */
interface Scene {
  readonly pod: DesiredPod;
  readonly observed: ObservedPod;
  readonly probes: ProbeVerdicts;
  readonly actual: Actual;
}

function planContainers(scene: Scene, actions: PodActions): void {
  const { pod, observed } = scene;
  ephemeralContainers(pod).forEach((container, index) => {
    if (latestContainer(observed, container.name) === undefined) actions.ephemeralContainersToStart.push(index);
  });
  const initialized = planInitContainers(scene, actions);
  if (actions.killPod || !initialized) return;
  let kept = 0;
  regularContainers(pod).forEach((container, index) => {
    const latest = latestContainer(observed, container.name);
    if (latest?.state === "RUNNING") kept += planRunning(scene, container, index, latest, actions);
    else planStopped(pod, container, index, latest, observed, actions);
  });
  if (kept === 0 && actions.containersToStart.length === 0) {
    actions.killPod = true;
    // Sidecars must not keep a finished pod alive.
    actions.initContainersToStart = [];
  }
}

function planStopped(
  pod: DesiredPod,
  container: ContainerSpec,
  index: number,
  latest: ObservedContainer | undefined,
  observed: ObservedPod,
  actions: PodActions,
): void {
  if (!shouldBeRestarted(pod, container, observed)) return;
  actions.containersToStart.push(index);
  // It may well run: two of the same must not.
  if (latest?.state === "UNKNOWN") actions.containersToKill.push(unknownContainer(latest, "Container"));
}

/** Returns how many containers are kept: 0 or 1. */
function planRunning(
  { pod, probes, actual }: Scene,
  container: ContainerSpec,
  index: number,
  latest: ObservedContainer,
  actions: PodActions,
): number {
  const resize = containerResize(pod, container, actual);
  let restart = restartsAfterKill(pod, container);
  let message: string;
  let reason: KillReason = "";
  if (definitionChanged(container, latest)) {
    message = `Container ${container.name} definition changed`;
    restart = true;
  } else if (probes.liveness(latest.id) === "Failure") {
    message = `Container ${container.name} failed liveness probe`;
    reason = "LivenessProbe";
  } else if (probes.startup(latest.id) === "Failure") {
    message = `Container ${container.name} failed startup probe`;
    reason = "StartupProbe";
  } else if (resize === "restart") {
    actions.containersToStart.push(index);
    actions.containersToKill.push(resizeKill(container, latest));
    return 0;
  } else {
    if (resize === "update") actions.containersToResize.push({ id: latest.id, spec: container });
    return 1;
  }
  if (restart) {
    message += ", will be restarted";
    actions.containersToStart.push(index);
  }
  actions.containersToKill.push({ id: latest.id, name: latest.name, message, reason });
  return 0;
}
