/** Condition lists: find one, and set one so that lastTransitionTime moves only when the status does. */
import { formatTime } from "./time.ts";

/** What every kind of condition has. */
export interface ConditionLike {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
  lastTransitionTime?: string;
}

/** The condition of this type, if the list has one. */
export function findCondition<C extends { readonly type: string }>(
  conditions: readonly C[] | undefined,
  type: string,
): C | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/** True where the list says this type is "True". */
export function isConditionTrue(
  conditions: readonly { readonly type: string; readonly status: string }[] | undefined,
  type: string,
): boolean {
  return findCondition(conditions, type)?.status === "True";
}

/**
 * Sets `condition` in `conditions`, in place. lastTransitionTime becomes its own or `now` (milliseconds) when the status
 * changes or the condition is new, else stays. Returns whether anything changed.
 */
export function setCondition<C extends ConditionLike>(conditions: C[], condition: C, now: number): boolean {
  const index = conditions.findIndex(({ type }) => type === condition.type);
  const stamp = condition.lastTransitionTime ?? formatTime(now);
  const old = conditions[index];
  if (!old) {
    conditions.push({ ...condition, lastTransitionTime: stamp });
    return true;
  }
  const next = { ...old, ...condition };
  if (old.status === condition.status && old.lastTransitionTime !== undefined) {
    next.lastTransitionTime = old.lastTransitionTime;
  } else next.lastTransitionTime = stamp;
  const names = new Set([...Object.keys(old), ...Object.keys(next)]) as Set<keyof C>;
  const changed = [...names].some((name) => old[name] !== next[name]);
  if (changed) conditions[index] = next;
  return changed;
}

/** Takes the condition of this type out, in place; returns whether it was there. */
export function removeCondition(conditions: { readonly type: string }[], type: string): boolean {
  const index = conditions.findIndex((condition) => condition.type === type);
  if (index >= 0) conditions.splice(index, 1);
  return index >= 0;
}
