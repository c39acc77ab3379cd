/** A Deployment's status: counts from its ReplicaSets, and the Available, Progressing and ReplicaFailure conditions. */
import { deepEqual, findCondition, formatTime, parseTime, type DeepReadonly } from "@k8ts/api";
import type { DeploymentCondition, DeploymentStatus } from "@k8ts/api/apps/v1";
import { replicasOf, total, type ReadDeployment, type ReadReplicaSet } from "./replica-set-lists.ts";
import { maxUnavailable } from "./rollout-limits.ts";

/** Reasons of the Progressing condition, as kubectl rollout status reads them. */
export const progressing = {
  updated: "ReplicaSetUpdated",
  createFailed: "ReplicaSetCreateError",
  created: "NewReplicaSetCreated",
  found: "FoundNewReplicaSet",
  available: "NewReplicaSetAvailable",
  timedOut: "ProgressDeadlineExceeded",
  paused: "DeploymentPaused",
  resumed: "DeploymentResumed",
} as const;

const noDeadline = 2 ** 31 - 1;

/** True where the Deployment has a progress deadline. */
export function hasProgressDeadline(deployment: ReadDeployment): boolean {
  const seconds = deployment.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== noDeadline;
}

/** A Progressing condition of this moment. */
export function progressingCondition(
  status: string,
  reason: string,
  message: string,
  now: number,
): DeploymentCondition {
  const time = formatTime(now);
  return { type: "Progressing", status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/**
 * The list with this condition. One of the same status and reason stays as it is; one of the same status keeps its
 * transition time.
 */
export function withCondition(
  conditions: readonly DeepReadonly<DeploymentCondition>[] | undefined,
  condition: DeploymentCondition,
): DeploymentCondition[] {
  const list = (conditions ?? []) as readonly DeploymentCondition[];
  const old = findCondition(list, condition.type);
  if (old && old.status === condition.status && old.reason === condition.reason) return [...list];
  const next = { ...condition };
  if (old?.status === condition.status && old.lastTransitionTime !== undefined) {
    next.lastTransitionTime = old.lastTransitionTime;
  }
  return [...withoutCondition(list, condition.type), next];
}

/** The list without conditions of this type. */
export function withoutCondition(
  conditions: readonly DeepReadonly<DeploymentCondition>[] | undefined,
  type: string,
): DeploymentCondition[] {
  return ((conditions ?? []) as readonly DeploymentCondition[]).filter((condition) => condition.type !== type);
}

/** Counts and the Available condition. */
export function deploymentStatus(
  deployment: ReadDeployment,
  current: ReadReplicaSet | undefined,
  old: readonly ReadReplicaSet[],
  now: number,
): DeploymentStatus {
  const all = current ? [...old, current] : old;
  const available = total(all, (set) => set.status?.availableReplicas);
  const conditions = withCondition(
    deployment.status?.conditions,
    availableCondition(available >= replicasOf(deployment) - maxUnavailable(deployment), now),
  );
  const { collisionCount } = deployment.status ?? {};
  const terminating = terminatingReplicas(all);
  return {
    ...count("observedGeneration", deployment.metadata.generation ?? 0),
    ...count(
      "replicas",
      total(all, (set) => set.status?.replicas),
    ),
    ...count("updatedReplicas", current?.status?.replicas ?? 0),
    ...count(
      "readyReplicas",
      total(all, (set) => set.status?.readyReplicas),
    ),
    ...count("availableReplicas", available),
    ...count("unavailableReplicas", Math.max(0, total(all, replicasOf) - available)),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    ...(collisionCount !== undefined && { collisionCount }),
    conditions,
  };
}

/** Zero counts are left out, as the API does. */
function count(name: keyof DeploymentStatus, value: number): Partial<DeploymentStatus> {
  return value === 0 ? {} : { [name]: value };
}

/** The sum of terminatingReplicas; undefined where a ReplicaSet that was reconciled does not tell. */
function terminatingReplicas(sets: readonly ReadReplicaSet[]): number | undefined {
  let sum = 0;
  for (const { status } of sets) {
    if (status?.terminatingReplicas !== undefined) sum += status.terminatingReplicas;
    else if ((status?.observedGeneration ?? 0) !== 0) return undefined;
  }
  return sum;
}

function availableCondition(available: boolean, now: number): DeploymentCondition {
  const time = formatTime(now);
  return {
    type: "Available",
    status: available ? "True" : "False",
    lastUpdateTime: time,
    lastTransitionTime: time,
    reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
    message: available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
  };
}

/** True where all replicas are of the current template and available, and no others run. */
export function isComplete(deployment: ReadDeployment, status: DeepReadonly<DeploymentStatus> | undefined): boolean {
  const desired = replicasOf(deployment);
  return (
    (status?.updatedReplicas ?? 0) === desired &&
    (status?.replicas ?? 0) === desired &&
    (status?.availableReplicas ?? 0) === desired &&
    (status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** True where `next` is further than the Deployment's status was. */
function hasProgressed(deployment: ReadDeployment, next: DeploymentStatus): boolean {
  const old = deployment.status ?? {};
  const oldOnes = (status: DeepReadonly<DeploymentStatus>): number =>
    (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (next.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
    oldOnes(next) < oldOnes(old) ||
    (next.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
    (next.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
  );
}

function hasTimedOut(deployment: ReadDeployment, next: DeploymentStatus, now: number): boolean {
  const condition = findCondition(next.conditions, "Progressing");
  if (!condition || condition.reason === progressing.available) return false;
  if (condition.reason === progressing.timedOut) return true;
  const deadline = (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
  return parseTime(condition.lastUpdateTime) + deadline < now;
}

/** The status during a rollout: `deploymentStatus` with progress judged and ReplicaSets' failures passed on. */
export function rolloutStatus(
  deployment: ReadDeployment,
  current: ReadReplicaSet | undefined,
  old: readonly ReadReplicaSet[],
  now: number,
): DeploymentStatus {
  const status = deploymentStatus(deployment, current, old, now);
  if (!hasProgressDeadline(deployment)) status.conditions = withoutCondition(status.conditions, "Progressing");
  else judgeProgress(deployment, current, status, now);
  const failure = replicaFailure(current, old);
  status.conditions = failure
    ? withCondition(status.conditions, failure)
    : withoutCondition(status.conditions, "ReplicaFailure");
  return status;
}

function judgeProgress(
  deployment: ReadDeployment,
  current: ReadReplicaSet | undefined,
  status: DeploymentStatus,
  now: number,
): void {
  const before = findCondition(deployment.status?.conditions, "Progressing");
  // Nothing rolls out any more: this is only a look at what was done.
  const rested = (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === progressing.available;
  if (rested) return;
  const what = current ? `ReplicaSet "${current.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
  if (isComplete(deployment, status)) {
    const message = `${what} has successfully progressed.`;
    const condition = progressingCondition("True", progressing.available, message, now);
    status.conditions = withCondition(status.conditions, condition);
  } else if (hasProgressed(deployment, status)) {
    const condition = progressingCondition("True", progressing.updated, `${what} is progressing.`, now);
    // Progress moves lastUpdateTime even where status and reason stay.
    if (before?.status === "True" && before.lastTransitionTime !== undefined) {
      condition.lastTransitionTime = before.lastTransitionTime;
    }
    status.conditions = [...withoutCondition(status.conditions, "Progressing"), condition];
  } else if (hasTimedOut(deployment, status, now)) {
    const message = `${what} has timed out progressing.`;
    const condition = progressingCondition("False", progressing.timedOut, message, now);
    status.conditions = withCondition(status.conditions, condition);
  }
}

/** The first ReplicaFailure of the current ReplicaSet, else of an old one, as a Deployment's condition. */
function replicaFailure(
  current: ReadReplicaSet | undefined,
  old: readonly ReadReplicaSet[],
): DeploymentCondition | undefined {
  for (const set of current ? [current, ...old] : old) {
    const failure = findCondition(set.status?.conditions, "ReplicaFailure");
    if (failure) return { ...failure, lastUpdateTime: failure.lastTransitionTime };
  }
  return undefined;
}

/** True where writing `next` would change nothing. */
export const isSameStatus = (
  old: DeepReadonly<DeploymentStatus> | undefined,
  next: DeepReadonly<DeploymentStatus>,
): boolean => deepEqual(normalize(old ?? {}), normalize(next));

function normalize(status: DeepReadonly<DeploymentStatus>): Record<string, unknown> {
  const entries = Object.entries(status).filter(([name, value]) => value !== 0 || name === "terminatingReplicas");
  return Object.fromEntries(entries);
}

/**
 * Milliseconds until a rollout without progress should be looked at again, for its deadline; undefined where it need
 * not. Never less than a second.
 */
export function untilDeadline(deployment: ReadDeployment, next: DeploymentStatus, now: number): number | undefined {
  const condition = findCondition(deployment.status?.conditions, "Progressing");
  if (!hasProgressDeadline(deployment) || !condition) return undefined;
  if (isComplete(deployment, next) || condition.reason === progressing.timedOut) return undefined;
  const deadline = (deployment.spec?.progressDeadlineSeconds ?? 0) * 1000;
  // A second more: the condition's time is cut to whole seconds.
  return Math.max(0, parseTime(condition.lastUpdateTime) + deadline - now) + 1000;
}
