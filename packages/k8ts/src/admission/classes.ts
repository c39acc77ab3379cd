/** Default classes: the class of a kind that an annotation marks as the one for objects that name none. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";

/** The newest of those marked as the default; of several as new, the first by name. */
export function newestDefault<T extends DeepReadonly<KubernetesObject>>(
  classes: Iterable<T>,
  isDefault: (one: T) => boolean,
): T | undefined {
  let best: T | undefined;
  for (const one of classes) {
    if (isDefault(one) && (best === undefined || comesBefore(one, best))) best = one;
  }
  return best;
}

function comesBefore(a: DeepReadonly<KubernetesObject>, b: DeepReadonly<KubernetesObject>): boolean {
  // RFC 3339 in UTC with whole seconds sorts as text.
  const [madeA = "", madeB = ""] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  return madeA === madeB ? (a.metadata.name ?? "") < (b.metadata.name ?? "") : madeA > madeB;
}
