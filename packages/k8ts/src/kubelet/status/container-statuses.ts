/** ContainerStatus of each container of a pod, from its attempts in the runtime and what was reported before. */
import { formatTime, type DeepReadonly } from "@k8ts/api";
import type { ContainerState, ContainerStateTerminated, ContainerStatus } from "@k8ts/api/core/v1";
import { isSidecar, regularContainers, type DesiredPod, type PodContainer } from "../pods/pod-spec.ts";
import { latestContainer, type ObservedContainer, type ObservedPod } from "../pods/observed-pod.ts";
import type { ActualResources } from "../pods/pod-actions.ts";
import { shouldBeRestarted } from "../pods/restart-policy.ts";
import { restartingAllReason } from "./pod-phase.ts";

type Status = DeepReadonly<ContainerStatus>;

/** Why a container could not be started, as last tried: "CrashLoopBackOff", "ImagePullBackOff" … */
export interface StartFailure {
  readonly reason: string;
  readonly message: string;
}

/** What container statuses are made from. */
export interface ContainerStatusInput {
  readonly pod: DesiredPod;
  readonly observed: ObservedPod;
  readonly containers: readonly PodContainer[];
  /** What was reported before for the same list. */
  readonly before: readonly Status[];
  /** "containerd": the scheme of container ids. */
  readonly runtimeName: string;
  readonly startFailure: (containerName: string) => StartFailure | undefined;
  /** What a running container really has of cpu and memory; undefined: what its spec says. */
  readonly actual: ActualResources;
  /** All containers of the pod are being restarted in place. */
  readonly restartingAll: boolean;
}

/** One status per container: init containers in the spec's order, others by name. */
export function containerStatuses(input: ContainerStatusInput): ContainerStatus[] {
  const statuses = input.containers.map((container) => containerStatus(input, container));
  if (input.containers[0]?.kind !== "init") statuses.sort((a, b) => (a.name < b.name ? -1 : 1));
  return statuses;
}

function containerStatus(input: ContainerStatusInput, container: PodContainer): ContainerStatus {
  const name = container.spec.name;
  const before = input.before.find((status) => status.name === name);
  const attempts = input.observed.containers.filter((attempt) => attempt.name === name);
  const latest = attempts[0];
  const status =
    latest === undefined ? missingStatus(input, container, before) : attemptStatus(input, container, latest, before);
  if (attempts[1] !== undefined) status.lastState = stateOf(input, attempts[1], undefined);
  return withStartFailure(input, container, status);
}

function waiting(input: ContainerStatusInput): ContainerState {
  return { waiting: { reason: input.pod.spec?.initContainers?.length ? "PodInitializing" : "ContainerCreating" } };
}

function emptyStatus({ spec }: PodContainer, state: ContainerState): ContainerStatus {
  return {
    name: spec.name,
    state,
    lastState: {},
    ready: false,
    restartCount: 0,
    image: spec.image ?? "",
    imageID: "",
    ...volumeMounts({ spec } as PodContainer),
  };
}

function volumeMounts({ spec }: PodContainer): Pick<ContainerStatus, "volumeMounts"> {
  if (!spec.volumeMounts?.length) return {};
  return {
    volumeMounts: spec.volumeMounts.map((mount) => ({
      name: mount.name,
      mountPath: mount.mountPath,
      ...(mount.readOnly && { readOnly: true, recursiveReadOnly: "Disabled" }),
    })),
  };
}

const lost = (reason: string, message: string): ContainerStateTerminated => ({ reason, message, exitCode: 137 });

/** The runtime has no container of this name: never created, or removed. */
function missingStatus(input: ContainerStatusInput, container: PodContainer, before: Status | undefined) {
  if (before?.state?.terminated !== undefined && !input.restartingAll) return { ...before } as ContainerStatus;
  const status = emptyStatus(container, waiting(input));
  if (before === undefined) return status;
  status.restartCount = before.restartCount;
  status.lastState = (before.lastState ?? {}) as ContainerState;
  if (input.restartingAll && before.state?.waiting === undefined) {
    const message = "The container is removed because RestartAllContainers in place";
    status.state = { waiting: { reason: restartingAllReason, message } };
    status.lastState = { terminated: lost(restartingAllReason, message) };
    status.restartCount++;
  } else if (before.state?.running !== undefined && status.lastState?.terminated === undefined) {
    const message = "The container could not be located when the pod was deleted.  The container used to be Running";
    status.lastState = { terminated: lost("ContainerStatusUnknown", message) };
    if (input.pod.metadata.deletionTimestamp === undefined) status.restartCount++;
  }
  return status;
}

function attemptStatus(
  input: ContainerStatusInput,
  container: PodContainer,
  latest: ObservedContainer,
  before: Status | undefined,
): ContainerStatus {
  const status = emptyStatus(container, stateOf(input, latest, before));
  // A runtime that knows the image by its id only knows less than the spec.
  if (!latest.image.startsWith("sha256:")) status.image = latest.image;
  status.imageID = latest.imageRef;
  status.containerID = containerIdText(input.runtimeName, latest.id);
  // A reset in place removes what the runtime knew of earlier attempts.
  status.restartCount = Math.max(latest.restartCount, before?.restartCount ?? 0);
  const end = before?.state?.terminated;
  if (end !== undefined && before?.containerID !== status.containerID) {
    status.lastState = { terminated: end as ContainerStateTerminated };
    if (latest.state === "RUNNING" && before!.restartCount >= latest.restartCount)
      status.restartCount = before!.restartCount + 1;
  } else if (before?.lastState?.terminated !== undefined) status.lastState = before.lastState as ContainerState;
  if (latest.state === "UNKNOWN" && before?.state?.running !== undefined) status.restartCount = before.restartCount + 1;
  const { resources } = container.spec;
  if (resources?.requests !== undefined || resources?.limits !== undefined) {
    const actual = latest.state === "RUNNING" ? input.actual(container.spec.name) : undefined;
    status.resources = (actual ?? resources) as ContainerStatus["resources"];
    if (resources.requests !== undefined) status.allocatedResources = { ...resources.requests };
  } else status.resources = {};
  return status;
}

/** "containerd://4f5e…". */
function containerIdText(runtimeName: string, id: string): string {
  return `${runtimeName}://${id}`;
}

function stateOf(input: ContainerStatusInput, attempt: ObservedContainer, before: Status | undefined): ContainerState {
  if (attempt.state === "RUNNING") return { running: { startedAt: formatTime(attempt.startedAt) } };
  if (attempt.state === "EXITED") return { terminated: terminated(input.runtimeName, attempt) };
  if (attempt.state === "UNKNOWN" && before?.state?.running !== undefined) {
    const reason = input.restartingAll ? restartingAllReason : "ContainerStatusUnknown";
    return { terminated: lost(reason, "The container could not be located when the pod was terminated") };
  }
  // Created, and about to start: clients have never seen this state without a reason.
  return waiting(input);
}

function terminated(runtimeName: string, attempt: ObservedContainer): ContainerStateTerminated {
  const end: ContainerStateTerminated = { exitCode: attempt.exitCode };
  if (attempt.reason !== "") end.reason = attempt.reason;
  if (attempt.message !== "") end.message = attempt.message;
  // A container that never ran has no start; upstream prints the epoch.
  end.startedAt = formatTime(attempt.startedAt);
  end.finishedAt = formatTime(attempt.finishedAt);
  end.containerID = containerIdText(runtimeName, attempt.id);
  return end;
}

/** A container that failed to start again is waiting; its end becomes its last state. */
function withStartFailure(input: ContainerStatusInput, container: PodContainer, status: ContainerStatus) {
  const latest = latestContainer(input.observed, container.spec.name);
  if (container.kind === "init" && !isSidecar(container.spec)) {
    if (latest?.state === "EXITED" && latest.exitCode === 0) return status;
    if (latest === undefined && status.state?.waiting !== undefined && anyRegularCreated(input)) {
      const message =
        "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally";
      status.state = { terminated: { reason: "Completed", message, exitCode: 0 } };
      return status;
    }
  }
  if (!shouldBeRestarted(input.pod, container.spec, input.observed)) return status;
  const failure = input.startFailure(container.spec.name);
  if (failure === undefined) return status;
  if (status.state?.terminated !== undefined) status.lastState = status.state;
  status.state = { waiting: { reason: failure.reason, ...(failure.message !== "" && { message: failure.message }) } };
  return status;
}

function anyRegularCreated({ pod, observed }: ContainerStatusInput): boolean {
  return regularContainers(pod).some((container) => latestContainer(observed, container.name) !== undefined);
}
