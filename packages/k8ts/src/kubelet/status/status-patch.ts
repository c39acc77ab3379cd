/** The smallest strategic merge patch between two pod statuses: fields that are equal are not sent. */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import type { PodCondition, PodStatus } from "@k8ts/api/core/v1";
import { kubeletConditions } from "./pod-conditions.ts";

type Status = DeepReadonly<PodStatus>;

/** Fields that the kubelet reports; all others belong to somebody else. Conditions are apart. */
const fields = [
  "observedGeneration",
  "phase",
  "reason",
  "message",
  "hostIP",
  "hostIPs",
  "podIP",
  "podIPs",
  "startTime",
  "qosClass",
  "allocatedResources",
  "resources",
  "initContainerStatuses",
  "containerStatuses",
  "ephemeralContainerStatuses",
] as const satisfies readonly (keyof PodStatus)[];

/** Lists that the API merges by key: they have to be replaced as a whole, or an old address stays. */
const mergedLists: ReadonlySet<string> = new Set(["hostIPs", "podIPs"]);

/** Conditions that are absent, rather than "False", where they do not hold. */
const passing: ReadonlySet<string> = new Set(["PodResizePending", "PodResizeInProgress"]);

function mayReport(condition: DeepReadonly<PodCondition>): boolean {
  return kubeletConditions.has(condition.type) || condition.type === "DisruptionTarget";
}

/** The patch's `status`, or undefined where the API server already has everything. */
export function statusPatch(from: Status, to: Status): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {};
  for (const field of fields) {
    const value = to[field];
    if (deepEqual(from[field], value)) continue;
    if (value === undefined) patch[field] = null;
    else patch[field] = mergedLists.has(field) ? [{ $patch: "replace" }, ...(value as readonly unknown[])] : value;
  }
  const conditions = changedConditions(from, to);
  if (conditions.length > 0) patch["conditions"] = conditions;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function changedConditions(from: Status, to: Status): Record<string, unknown>[] {
  const changed: Record<string, unknown>[] = [];
  for (const condition of to.conditions ?? []) {
    if (!mayReport(condition)) continue;
    const old = from.conditions?.find((one) => one.type === condition.type);
    if (old !== undefined && deepEqual(relevant(old), relevant(condition))) continue;
    const entry: Record<string, unknown> = { ...condition };
    // Merging keeps what is absent: what no longer holds is said so.
    for (const field of ["reason", "message"] as const) {
      if (old?.[field] !== undefined && condition[field] === undefined) entry[field] = null;
    }
    changed.push(entry);
  }
  for (const { type } of from.conditions ?? []) {
    if (passing.has(type) && !to.conditions?.some((one) => one.type === type)) changed.push({ $patch: "delete", type });
  }
  return changed;
}

/** A condition without the times that change by themselves. */
function relevant({ type, status, reason, message, observedGeneration }: DeepReadonly<PodCondition>) {
  return { type, status, reason: reason || undefined, message: message || undefined, observedGeneration };
}
