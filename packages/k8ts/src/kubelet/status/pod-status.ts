/** PodStatus, from the pod's spec, the runtime, the probes and what was reported before. Pure; times of change apart. */
import { formatTime, type DeepReadonly } from "@k8ts/api";
import type { ContainerStatus, PodCondition, PodStatus } from "@k8ts/api/core/v1";
import { allContainers, isHostNetwork, isSidecar, isTerminalPhase, regularContainers } from "../pods/pod-spec.ts";
import type { ContainerKind, DesiredPod } from "../pods/pod-spec.ts";
import { activeContainers, podIPs, type ObservedPod } from "../pods/observed-pod.ts";
import { sandboxChange } from "../pods/plan.ts";
import type { ActualResources } from "../pods/pod-actions.ts";
import { asksForRestartOfAll } from "../pods/plan-restart-of-all.ts";
import { containerStatuses, type StartFailure } from "./container-statuses.ts";
import { generateConditions, kubeletConditions } from "./pod-conditions.ts";
import { podResourceList } from "./pod-resource-lists.ts";
import { podPhase, type PodPhase } from "./pod-phase.ts";
import { qosClass } from "./qos-class.ts";

type Status = DeepReadonly<PodStatus>;

/** What probes say of a running container. */
export interface ProbeReadiness {
  /** The startup probe has succeeded, or there is none. */
  started(containerName: string, containerId: string): boolean;
  /** The readiness probe succeeds, or there is none. */
  ready(containerName: string, containerId: string): boolean;
}

/** What the status is made from. */
export interface PodStatusInput {
  readonly pod: DesiredPod;
  readonly observed: ObservedPod;
  /** What was reported before; the API's status where nothing was. */
  readonly before: Status;
  readonly probes: ProbeReadiness;
  readonly runtimeName: string;
  readonly hostIPs: readonly string[];
  readonly startFailure: (containerName: string) => StartFailure | undefined;
  /** The pod is over: no container runs or will. */
  readonly terminal: boolean;
  /** The pod is being stopped, or is: there will be no other sandbox. */
  readonly ending: boolean;
  /** The kubelet has put an end to the pod (eviction, deadline, admission). */
  readonly verdict?: { readonly reason: string; readonly message: string; readonly disruption?: boolean };
  /** What running containers really have of cpu and memory. */
  readonly actual: ActualResources;
  /** The pod with what its containers really have. */
  readonly actualPod: DesiredPod;
  /** Of a change of cpu and memory that waits or is under way. */
  readonly resizeConditions: readonly PodCondition[];
  /** Milliseconds since the epoch, when the kubelet first saw the pod. */
  readonly startTime: number;
  readonly now: number;
}

/** The status to report. */
export function generatePodStatus(input: PodStatusInput): PodStatus {
  const status: PodStatus = { phase: "Pending" };
  if (input.pod.metadata.generation !== undefined) status.observedGeneration = input.pod.metadata.generation;
  setContainers(input, status);
  setPhase(input, status);
  setConditions(input, status);
  setAddresses(input, status);
  setResources(input, status);
  status.startTime = input.before.startTime ?? formatTime(input.startTime);
  status.qosClass = qosClass(input.pod);
  return status;
}

function setContainers(input: PodStatusInput, status: PodStatus): void {
  const restartingAll = asksForRestartOfAll(input.pod, input.observed);
  const containers = allContainers(input.pod);
  const of = (kind: ContainerKind, before: readonly DeepReadonly<ContainerStatus>[] = []): ContainerStatus[] =>
    containerStatuses({
      pod: input.pod,
      observed: input.observed,
      containers: containers.filter((container) => container.kind === kind),
      before,
      runtimeName: input.runtimeName,
      startFailure: input.startFailure,
      actual: input.actual,
      restartingAll,
    });
  status.initContainerStatuses = of("init", input.before.initContainerStatuses);
  status.containerStatuses = of("container", input.before.containerStatuses);
  status.ephemeralContainerStatuses = of("ephemeral", input.before.ephemeralContainerStatuses);
  const sidecars = new Set(input.pod.spec?.initContainers?.filter(isSidecar).map((container) => container.name));
  for (const one of status.containerStatuses) setReadiness(input, one, true);
  for (const one of status.initContainerStatuses) setReadiness(input, one, sidecars.has(one.name));
  if (status.initContainerStatuses.length === 0) delete status.initContainerStatuses;
  if (status.ephemeralContainerStatuses.length === 0) delete status.ephemeralContainerStatuses;
}

function setReadiness(input: PodStatusInput, status: ContainerStatus, lasting: boolean): void {
  const id = status.containerID?.slice(input.runtimeName.length + 3) ?? "";
  status.started = status.state?.running !== undefined && input.probes.started(status.name, id);
  status.ready = lasting
    ? status.started && input.probes.ready(status.name, id)
    : status.state?.terminated?.exitCode === 0;
}

function setPhase(input: PodStatusInput, status: PodStatus): void {
  const { pod, observed, before, verdict } = input;
  const statuses = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
  const regular = new Set(regularContainers(pod).map((container) => container.name));
  const initialized = activeContainers(observed).some((container) => regular.has(container.name));
  let phase: string = podPhase({ pod, statuses, terminal: input.terminal, initialized });
  const settled = [before.phase, pod.status?.phase].find(isTerminalPhase);
  if (!isTerminalPhase(phase) && settled !== undefined) phase = settled;
  if (verdict !== undefined) phase = "Failed";
  // What the API server calls over stays over, and over in the same way.
  if (isTerminalPhase(pod.status?.phase)) phase = pod.status!.phase!;
  status.phase = phase;
  const kept = phase === before.phase ? before : undefined;
  const reason = verdict?.reason ?? (kept?.reason || pod.status?.reason);
  const message = verdict?.message ?? (kept?.message || pod.status?.message);
  if (kept === undefined && verdict === undefined) return;
  if (reason) status.reason = reason;
  if (message) status.message = message;
}

function setConditions(input: PodStatusInput, status: PodStatus): void {
  const { pod, before } = input;
  const others = (pod.status?.conditions ?? []).filter((one) => !kubeletConditions.has(one.type)) as PodCondition[];
  const disruption = disruptionTarget(input);
  const kept =
    disruption === undefined ? others : [...others.filter((one) => one.type !== "DisruptionTarget"), disruption];
  const own = generateConditions({
    pod,
    statuses: [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])],
    phase: status.phase as PodPhase,
    sandboxReady: !sandboxChange(pod, input.observed).changed,
    conditions: [...kept, ...(before.conditions ?? []).filter((one) => kubeletConditions.has(one.type))],
  });
  if (!input.ending) own.push(...input.resizeConditions.map((condition) => ({ ...condition })));
  const now = formatTime(input.now);
  for (const condition of own) {
    const old = before.conditions?.find((one) => one.type === condition.type);
    const at = old?.status === condition.status && sameResize(old, condition) ? old.lastTransitionTime : now;
    if (at !== undefined) condition.lastTransitionTime = at;
  }
  status.conditions = [...(kept as PodCondition[]), ...own];
}

/** Conditions of a resize move when their reason does: they are never "False". */
function sameResize(old: DeepReadonly<PodCondition>, { type, reason }: PodCondition): boolean {
  return !type.startsWith("PodResize") || old.reason === reason;
}

/** Whether the node itself ends the pod (KEP-3329); once said, it stays. */
function disruptionTarget({ before, verdict, pod, now }: PodStatusInput): DeepReadonly<PodCondition> | undefined {
  const said = before.conditions?.find((condition) => condition.type === "DisruptionTarget");
  if (said?.reason === "TerminationByKubelet" || verdict?.disruption !== true) return said;
  return {
    type: "DisruptionTarget",
    status: "True",
    reason: "TerminationByKubelet",
    message: verdict.message,
    lastTransitionTime: formatTime(now),
    ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
  };
}

function setResources({ pod, actualPod }: PodStatusInput, status: PodStatus): void {
  const some = (amounts: Record<string, string>) => (Object.keys(amounts).length > 0 ? amounts : undefined);
  const requests = some(podResourceList(actualPod, "requests"));
  const limits = some(podResourceList(actualPod, "limits"));
  status.resources = { ...(limits && { limits }), ...(requests && { requests }) };
  const allocated = some(podResourceList(pod, "requests"));
  if (allocated !== undefined) status.allocatedResources = allocated;
}

function setAddresses(input: PodStatusInput, status: PodStatus): void {
  const { hostIPs } = input;
  if (hostIPs.length > 0) {
    status.hostIP = hostIPs[0]!;
    status.hostIPs = hostIPs.map((ip) => ({ ip }));
  }
  const own = isHostNetwork(input.pod) ? hostIPs : podIPs(input.observed);
  // A pod that ends keeps the address it had; one that gets a new sandbox does not.
  const ips = own.length > 0 ? own : input.ending ? (input.before.podIPs?.map((one) => one.ip ?? "") ?? []) : [];
  if (ips.length === 0) return;
  status.podIP = ips[0]!;
  status.podIPs = ips.map((ip) => ({ ip }));
}
