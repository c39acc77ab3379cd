/** Whether a pod puts up with a node's taints. */
import type { DeepReadonly } from "@k8ts/api";
import type { Taint, Toleration } from "@k8ts/api/core/v1";

/** True where the toleration matches the taint: empty key with Exists matches all, empty effect matches every effect. */
export function tolerates(toleration: DeepReadonly<Toleration>, taint: DeepReadonly<Taint>): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator ?? "Equal") {
    case "Exists":
      return true;
    case "Lt":
      return compareNumbers(taint.value, toleration.value, (taintValue, limit) => taintValue < limit);
    case "Gt":
      return compareNumbers(taint.value, toleration.value, (taintValue, limit) => taintValue > limit);
    default:
      return (toleration.key ?? "") !== "" && (toleration.value ?? "") === (taint.value ?? "");
  }
}

function compareNumbers(
  taintValue: string | undefined,
  limit: string | undefined,
  holds: (taintValue: bigint, limit: bigint) => boolean,
): boolean {
  const integer = /^-?\d+$/;
  if (!integer.test(taintValue ?? "") || !integer.test(limit ?? "")) return false;
  return holds(BigInt(taintValue!), BigInt(limit!));
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
