/** A pod's phase, from its containers' statuses: Pending, Running, Succeeded or Failed. */
import type { DeepReadonly } from "@k8ts/api";
import type { ContainerStatus } from "@k8ts/api/core/v1";
import { initContainers, isSidecar, regularContainers, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";
import { restartsAfterExit } from "../pods/restart-policy.ts";

/** PodStatus.phase, as a kubelet reports it. */
export type PodPhase = "Pending" | "Running" | "Succeeded" | "Failed";

type Status = DeepReadonly<ContainerStatus>;

/** The reason of containers that a restart of all in place has stopped. */
export const restartingAllReason = "RestartingAllContainers";

/** What the phase is computed from. */
export interface PhaseInput {
  readonly pod: DesiredPod;
  /** Of init and regular containers. */
  readonly statuses: readonly Status[];
  /** The pod is over: nothing restarts any more. */
  readonly terminal: boolean;
  /** A regular container exists in the present sandbox. */
  readonly initialized: boolean;
}

interface InitCounts {
  pendingInit: number;
  failedForGood: boolean;
}

interface Counts {
  unknown: number;
  running: number;
  waiting: number;
  stopped: number;
  stoppedForGood: number;
  succeeded: number;
  pendingSidecars: number;
}

/** The phase. */
export function podPhase(input: PhaseInput): PodPhase {
  const byName = new Map(input.statuses.map((status) => [status.name, status]));
  const init = countInit(input.pod, byName);
  if (init.failedForGood) return "Failed";
  const counts: Counts = {
    unknown: 0,
    running: 0,
    waiting: 0,
    stopped: 0,
    stoppedForGood: 0,
    succeeded: 0,
    pendingSidecars: 0,
  };
  for (const container of initContainers(input.pod)) {
    if (isSidecar(container)) countSidecar(byName.get(container.name), counts);
  }
  for (const container of regularContainers(input.pod)) {
    countRegular(input.pod, container, byName.get(container.name), counts);
  }
  const pending = init.pendingInit > 0 || (counts.pendingSidecars > 0 && !input.initialized) || counts.waiting > 0;
  return pending || counts.unknown > 0 ? "Pending" : phaseOfCounts(counts, input.terminal);
}

function phaseOfCounts(counts: Counts, terminal: boolean): PodPhase {
  if (counts.running > 0) return "Running";
  if (counts.stopped === 0) return "Pending";
  if (!terminal && counts.stopped !== counts.stoppedForGood) return "Running";
  return counts.stopped === counts.succeeded ? "Succeeded" : "Failed";
}

function restartable(pod: DesiredPod, container: ContainerSpec, end: { exitCode: number; reason?: string }): boolean {
  return restartsAfterExit(pod, container, end.exitCode) || end.reason === restartingAllReason;
}

function countInit(pod: DesiredPod, byName: ReadonlyMap<string, Status>): InitCounts {
  const counts: InitCounts = { pendingInit: 0, failedForGood: false };
  for (const container of initContainers(pod)) {
    if (isSidecar(container)) continue;
    const status = byName.get(container.name);
    const end = status?.state?.terminated ?? (status?.state?.waiting && status.lastState?.terminated);
    if (end === undefined) counts.pendingInit++;
    else if (end.exitCode !== 0 && !restartable(pod, container, end)) counts.failedForGood = true;
    else if (end.exitCode !== 0) counts.pendingInit++;
  }
  return counts;
}

function countSidecar(status: Status | undefined, counts: Counts): void {
  const state = status?.state;
  if (status === undefined) counts.unknown++;
  else if (state?.running) {
    if (status.started !== true) counts.pendingSidecars++;
    counts.running++;
  } else if (state?.terminated) return;
  else if (state?.waiting) {
    if (status.lastState?.terminated) return;
    counts.pendingSidecars++;
    counts.waiting++;
  } else {
    counts.pendingSidecars++;
    counts.unknown++;
  }
}

function countRegular(pod: DesiredPod, container: ContainerSpec, status: Status | undefined, counts: Counts): void {
  const state = status?.state;
  if (state?.running) counts.running++;
  else if (state?.terminated) {
    counts.stopped++;
    if (!restartable(pod, container, state.terminated)) counts.stoppedForGood++;
    if (state.terminated.exitCode === 0) counts.succeeded++;
  } else if (state?.waiting) {
    const end = status?.lastState?.terminated;
    if (end === undefined) counts.waiting++;
    else {
      counts.stopped++;
      if (!restartable(pod, container, end)) counts.stoppedForGood++;
    }
  } else counts.unknown++;
}
