/** The conditions of a pod that the kubelet owns, from its containers' statuses. */
import type { DeepReadonly } from "@k8ts/api";
import type { ContainerStatus, PodCondition } from "@k8ts/api/core/v1";
import { initContainers, isSidecar, regularContainers, type DesiredPod } from "../pods/pod-spec.ts";
import type { PodPhase } from "./pod-phase.ts";

/** Condition types that only the kubelet sets; all others are left as they are. */
export const kubeletConditions: ReadonlySet<string> = new Set([
  "PodScheduled",
  "Ready",
  "Initialized",
  "ContainersReady",
  "PodReadyToStartContainers",
  "PodResizeInProgress",
  "PodResizePending",
  "AllContainersRestarting",
]);

type Status = DeepReadonly<ContainerStatus>;
type Verdict = Pick<PodCondition, "status" | "reason" | "message">;

/** What the conditions are computed from. */
export interface ConditionInput {
  readonly pod: DesiredPod;
  /** Of init and regular containers. */
  readonly statuses: readonly Status[];
  readonly phase: PodPhase;
  /** A sandbox with its network is there. */
  readonly sandboxReady: boolean;
  /** The pod's conditions so far: those of others count for readiness gates. */
  readonly conditions: readonly DeepReadonly<PodCondition>[];
}

const yes: Verdict = { status: "True" };
const no = (reason: string, message?: string): Verdict => ({ status: "False", reason, message });
const list = (names: readonly string[]): string => `[${names.join(" ")}]`;

function faults(unknown: readonly string[], known: readonly string[], word: string): string {
  const parts: string[] = [];
  if (unknown.length > 0) parts.push(`containers with unknown status: ${list(unknown)}`);
  if (known.length > 0) parts.push(`containers with ${word} status: ${list(known)}`);
  return parts.join(", ");
}

/** Sorts names into those without a status and those that fail `holds`. */
function sift(names: readonly string[], statuses: readonly Status[], holds: (status: Status) => boolean) {
  const unknown: string[] = [];
  const failing: string[] = [];
  for (const name of names) {
    const status = statuses.find((status) => status.name === name);
    if (status === undefined) unknown.push(name);
    else if (!holds(status)) failing.push(name);
  }
  return { unknown, failing };
}

function containersReady({ pod, statuses, phase }: ConditionInput): Verdict {
  const names = [...initContainers(pod).filter(isSidecar), ...regularContainers(pod)].map((one) => one.name);
  const { unknown, failing } = sift(names, statuses, (status) => status.ready);
  if (phase === "Succeeded" && unknown.length === 0) return no("PodCompleted");
  if (phase === "Failed") return no("PodFailed");
  const message = faults(unknown, failing, "unready");
  return message === "" ? yes : no("ContainersNotReady", message);
}

function ready(input: ConditionInput): Verdict {
  const containers = containersReady(input);
  if (containers.status !== "True") return containers;
  const messages: string[] = [];
  for (const { conditionType } of input.pod.spec?.readinessGates ?? []) {
    const condition = input.conditions.find((condition) => condition.type === conditionType);
    if (condition === undefined)
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (condition.status !== "True")
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
  }
  return messages.length === 0 ? yes : no("ReadinessGatesNotReady", messages.join(", "));
}

function initialized({ pod, statuses, phase, conditions }: ConditionInput): Verdict {
  const containers = initContainers(pod);
  const sidecars = new Set(containers.filter(isSidecar).map((container) => container.name));
  const { unknown, failing } = sift(
    containers.map((container) => container.name),
    statuses,
    (status) => (sidecars.has(status.name) ? status.started === true : status.ready),
  );
  if (phase === "Succeeded" && unknown.length === 0) return { status: "True", reason: "PodCompleted" };
  const regular = new Set(regularContainers(pod).map((container) => container.name));
  const started = statuses.some(
    ({ name, state }) => regular.has(name) && (state?.running !== undefined || state?.terminated !== undefined),
  );
  const before = conditions.some((condition) => condition.type === "Initialized" && condition.status === "True");
  const message = faults(unknown, failing, "incomplete");
  return started || message === "" || before ? yes : no("ContainersNotInitialized", message);
}

/** The kubelet's own conditions, without times. */
export function generateConditions(input: ConditionInput): PodCondition[] {
  const observedGeneration = input.pod.metadata.generation;
  const make = (type: string, { status, reason, message }: Verdict): PodCondition => {
    const condition: PodCondition = { type, status };
    if (observedGeneration !== undefined) condition.observedGeneration = observedGeneration;
    if (reason) condition.reason = reason;
    if (message) condition.message = message;
    return condition;
  };
  return [
    make("PodReadyToStartContainers", { status: input.sandboxReady ? "True" : "False" }),
    make("Initialized", initialized(input)),
    make("Ready", ready(input)),
    make("ContainersReady", containersReady(input)),
    make("PodScheduled", yes),
  ];
}
