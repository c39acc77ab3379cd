/** What `kubectl get pods` shows. */
import type { DeepReadonly } from "@k8ts/api";
import type { ContainerState, ContainerStatus, Pod, PodStatus } from "@k8ts/api/core/v1";
import { ageColumn, nameColumn, text, wide } from "../printing/columns.ts";
import { timeSince } from "../printing/human-duration.ts";
import type { Column, RowCondition } from "../strategy.ts";
import { isSidecar } from "./pod-visit.ts";

type In<T> = DeepReadonly<T>;

/** What a row says of a pod, gathered in one pass. */
interface PodSummary {
  readonly ready: number;
  readonly total: number;
  readonly reason: string;
  readonly restarts: number;
  /** When a container last ended before it was restarted. */
  readonly lastRestart: string | undefined;
}

interface Restarts {
  count: number;
  last: string | undefined;
}

function countRestart(restarts: Restarts, status: In<ContainerStatus>): void {
  restarts.count += status.restartCount ?? 0;
  const finished = status.lastState?.terminated?.finishedAt;
  if (finished && (!restarts.last || Date.parse(finished) > Date.parse(restarts.last))) restarts.last = finished;
}

const conditionIsTrue = (status: In<PodStatus>, type: string): boolean =>
  status.conditions?.find((condition) => condition.type === type)?.status === "True";

function terminatedReason(state: In<ContainerState>): string {
  const { reason, signal, exitCode } = state.terminated!;
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

interface InitSummary {
  /** Why initialization is not over; undefined once it is. */
  readonly reason: string | undefined;
  readonly ready: number;
  readonly all: Restarts;
  readonly sidecars: Restarts;
}

function summarizeInit(pod: In<Pod>): InitSummary {
  const containers = new Map((pod.spec?.initContainers ?? []).map((container) => [container.name, container]));
  const all: Restarts = { count: 0, last: undefined };
  const sidecars: Restarts = { count: 0, last: undefined };
  let ready = 0;
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    const sidecar = isSidecar(containers.get(status.name));
    countRestart(all, status);
    if (sidecar) countRestart(sidecars, status);
    if (status.state?.terminated?.exitCode === 0) continue;
    if (sidecar && status.started) {
      if (status.ready) ready++;
      continue;
    }
    return { reason: initReason(status, index, containers.size), ready, all, sidecars };
  }
  return { reason: undefined, ready, all, sidecars };
}

function initReason(status: In<ContainerStatus>, index: number, total: number): string {
  const { terminated, waiting } = status.state ?? {};
  if (terminated) return `Init:${terminatedReason(status.state!)}`;
  if (waiting?.reason && waiting.reason !== "PodInitializing") return `Init:${waiting.reason}`;
  return `Init:${index}/${total}`;
}

function summarizeContainers(
  status: In<PodStatus>,
  restarts: Restarts,
  phase: string,
): { reason: string; ready: number } {
  let reason = phase;
  let ready = 0;
  let errorReason = "";
  for (const container of (status.containerStatuses ?? []).toReversed()) {
    countRestart(restarts, container);
    const state = container.state ?? {};
    if (state.waiting?.reason) reason = state.waiting.reason;
    else if (state.terminated) {
      reason = terminatedReason(state);
      if (state.terminated.exitCode !== 0) errorReason = reason;
    } else if (container.ready && state.running) ready++;
  }
  // A pod that still runs something is not completed, whatever its finished containers say.
  if (reason !== "Completed") return { reason, ready };
  if (ready > 0 && conditionIsTrue(status, "Ready")) reason = "Running";
  else if (errorReason) reason = errorReason;
  else if (ready > 0) reason = "NotReady";
  return { reason, ready };
}

function summarize(pod: In<Pod>): PodSummary {
  const status: In<PodStatus> = pod.status ?? {};
  const phase = status.phase ?? "";
  const gated = status.conditions?.some(({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated");
  let reason = gated ? "SchedulingGated" : status.reason || phase;
  const init = summarizeInit(pod);
  let { ready } = init;
  let restarts = init.all;
  if (init.reason !== undefined) reason = init.reason;
  if (init.reason === undefined || conditionIsTrue(status, "Initialized")) {
    restarts = { ...init.sidecars };
    const containers = summarizeContainers(status, restarts, reason);
    reason = containers.reason;
    ready += containers.ready;
  }
  if (pod.metadata.deletionTimestamp) {
    if (status.reason === "NodeLost") reason = "Unknown";
    else if (phase !== "Succeeded" && phase !== "Failed") reason = "Terminating";
  }
  const sidecars = (pod.spec?.initContainers ?? []).filter(isSidecar).length;
  const total = (pod.spec?.containers ?? []).length + sidecars;
  return { ready, total, reason, restarts: restarts.count, lastRestart: restarts.last };
}

/** A row asks for several cells of one pod in turn. */
let latest: { pod: In<Pod>; summary: PodSummary } | undefined;

function summaryOf(pod: In<Pod>): PodSummary {
  if (latest?.pod !== pod) latest = { pod, summary: summarize(pod) };
  return latest.summary;
}

function restartsText(pod: In<Pod>, now: number): string {
  const { restarts, lastRestart } = summaryOf(pod);
  return restarts > 0 && lastRestart ? `${restarts} (${timeSince(lastRestart, now)} ago)` : String(restarts);
}

function readinessGates(pod: In<Pod>): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const open = gates.filter(({ conditionType }) => conditionIsTrue(pod.status ?? {}, conditionType)).length;
  return `${open}/${gates.length}`;
}

/** The columns. */
export const podColumns: readonly Column<Pod>[] = [
  nameColumn,
  text("Ready", "Containers that are ready, of those that should run.", (pod) => {
    const { ready, total } = summaryOf(pod);
    return `${ready}/${total}`;
  }),
  text("Status", "What the pod is doing, or why it cannot.", (pod) => summaryOf(pod).reason),
  text("Restarts", "How often containers were restarted, and when the last one was.", restartsText),
  ageColumn,
  wide(text("IP", "First address of the pod.", (pod) => pod.status?.podIPs?.[0]?.ip || "<none>")),
  wide(text("Node", "Node that runs the pod.", (pod) => pod.spec?.nodeName || "<none>")),
  wide(text("Nominated Node", "Node being cleared for the pod.", (pod) => pod.status?.nominatedNodeName || "<none>")),
  wide(text("Readiness Gates", "Readiness gates that are open.", readinessGates)),
];

const succeeded: readonly RowCondition[] = [
  { type: "Completed", status: "True", reason: "Succeeded", message: "The pod has completed successfully." },
];
const failed: readonly RowCondition[] = [
  { type: "Completed", status: "True", reason: "Failed", message: "The pod failed." },
];

/** Marks the rows of pods that are over. */
export function podRowConditions(pod: In<Pod>): readonly RowCondition[] {
  const phase = pod.status?.phase;
  return phase === "Succeeded" ? succeeded : phase === "Failed" ? failed : [];
}
