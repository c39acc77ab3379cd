/** How long a pod's tolerations let it stay under taints. */
import { tolerates, type DeepReadonly } from "@k8ts/api";
import type { Taint, Toleration } from "@k8ts/api/core/v1";

type ReadTaint = DeepReadonly<Taint>;
type ReadToleration = DeepReadonly<Toleration>;

/** Milliseconds that a pod with these tolerations stays under these taints: 0 not at all, Infinity for ever. */
export function toleratedFor(taints: readonly ReadTaint[], tolerations: readonly ReadToleration[] | undefined): number {
  let shortest = Infinity;
  for (const taint of taints) {
    const used = tolerations?.find((toleration) => tolerates(toleration, taint));
    if (!used) return 0;
    if (used.tolerationSeconds !== undefined) shortest = Math.min(shortest, Math.max(0, used.tolerationSeconds * 1000));
  }
  return shortest;
}
