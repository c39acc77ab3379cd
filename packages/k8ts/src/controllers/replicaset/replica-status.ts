/** The status of a ReplicaSet or ReplicationController, computed from its pods. */
import { deepEqual, formatTime, type DeepReadonly } from "@k8ts/api";
import type { ReplicaSetCondition, ReplicaSetStatus } from "@k8ts/api/apps/v1";
import type { Pod } from "@k8ts/api/core/v1";
import { errorText } from "../errors.ts";
import { isPodAvailable, isPodReady, untilAvailable } from "../pods/pod-state.ts";

type ReadPod = DeepReadonly<Pod>;

/** What a status is computed from. */
export interface ReplicaObservation {
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly templateLabels: Readonly<Record<string, string>>;
  readonly status: DeepReadonly<ReplicaSetStatus> | undefined;
  readonly active: readonly ReadPod[];
  /** Undefined where the kind does not report terminatingReplicas. */
  readonly terminating: readonly ReadPod[] | undefined;
  /** Why creating or deleting pods failed in this reconcile. */
  readonly failure: unknown;
  readonly now: number;
}

/** The status as it should be, all but observedGeneration. */
export function replicaStatus(seen: ReplicaObservation): ReplicaSetStatus {
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of seen.active) {
    if (hasLabels(pod, seen.templateLabels)) fullyLabeled++;
    if (isPodReady(pod)) ready++;
    if (isPodAvailable(pod, seen.minReadySeconds, seen.now)) available++;
  }
  const conditions = replicaConditions(seen);
  return {
    replicas: seen.active.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(seen.terminating && { terminatingReplicas: seen.terminating.length }),
    ...(conditions.length > 0 && { conditions }),
  };
}

function hasLabels(pod: ReadPod, wanted: Readonly<Record<string, string>>): boolean {
  for (const name in wanted) if (pod.metadata.labels?.[name] !== wanted[name]) return false;
  return true;
}

function replicaConditions(seen: ReplicaObservation): ReplicaSetCondition[] {
  const old = (seen.status?.conditions ?? []) as ReplicaSetCondition[];
  const others = old.filter(({ type }) => type !== "ReplicaFailure");
  if (seen.failure === undefined) return others;
  if (others.length < old.length) return old;
  const missing = seen.replicas - seen.active.length;
  return [
    ...others,
    {
      type: "ReplicaFailure",
      status: "True",
      lastTransitionTime: formatTime(seen.now),
      ...(missing !== 0 && { reason: missing > 0 ? "FailedCreate" : "FailedDelete" }),
      message: errorText(seen.failure),
    },
  ];
}

/** True where writing `next` would say nothing new; `generation` is the object's. */
export function isSameReplicaStatus(
  old: DeepReadonly<ReplicaSetStatus> | undefined,
  next: ReplicaSetStatus,
  generation: number | undefined,
): boolean {
  return (
    (old?.replicas ?? 0) === next.replicas &&
    (old?.fullyLabeledReplicas ?? 0) === (next.fullyLabeledReplicas ?? 0) &&
    (old?.readyReplicas ?? 0) === (next.readyReplicas ?? 0) &&
    (old?.availableReplicas ?? 0) === (next.availableReplicas ?? 0) &&
    old?.terminatingReplicas === next.terminatingReplicas &&
    (old?.observedGeneration ?? 0) === (generation ?? 0) &&
    deepEqual(old?.conditions ?? [], next.conditions ?? [])
  );
}

/** Milliseconds until the next ready pod becomes available; undefined where none is on its way. */
export function nextAvailability(seen: ReplicaObservation): number | undefined {
  let soonest: number | undefined;
  for (const pod of seen.active) {
    const left = untilAvailable(pod, seen.minReadySeconds, seen.now);
    if (left !== undefined && (soonest === undefined || left < soonest)) soonest = left;
  }
  return soonest;
}
