/** Whether a pod puts up with a node's taints. */
import type { DeepReadonly } from "./meta.ts";
import type { Taint, Toleration } from "../types/core/v1.ts";

/** True where the toleration matches the taint: empty key with Exists matches all, empty effect matches every effect. */
export function tolerates(toleration: DeepReadonly<Toleration>, taint: DeepReadonly<Taint>): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  // Lt and Gt (KEP-5471) are alpha, and off: they match nothing.
  if (toleration.operator && toleration.operator !== "Equal") return false;
  return (toleration.key ?? "") !== "" && (toleration.value ?? "") === (taint.value ?? "");
}

/** The first taint with one of these effects that no toleration matches. */
export function untoleratedTaint(
  taints: readonly DeepReadonly<Taint>[] | undefined,
  tolerations: readonly DeepReadonly<Toleration>[] | undefined,
  effects: readonly string[],
): DeepReadonly<Taint> | undefined {
  return taints?.find(
    (taint) => effects.includes(taint.effect) && !tolerations?.some((toleration) => tolerates(toleration, taint)),
  );
}
