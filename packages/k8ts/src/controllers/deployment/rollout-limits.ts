/** maxSurge and maxUnavailable as numbers. */
import { scaledIntOrPercent } from "@k8ts/api";
import { replicasOf, type ReadDeployment } from "./replica-set-lists.ts";

/** True for strategy RollingUpdate. */
export const isRollingUpdate = (deployment: ReadDeployment): boolean =>
  deployment.spec?.strategy?.type === "RollingUpdate";

/**
 * How many pods may be above and below the desired number. Surge rounds up, unavailable down; where both come to 0,
 * unavailable becomes 1, or nothing could ever move.
 */
function fenceposts(deployment: ReadDeployment): { surge: number; unavailable: number } {
  const desired = replicasOf(deployment);
  const rolling = deployment.spec?.strategy?.rollingUpdate;
  const surge = scaledIntOrPercent(rolling?.maxSurge ?? 0, desired, true);
  const unavailable = scaledIntOrPercent(rolling?.maxUnavailable ?? 0, desired, false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** Pods that a rollout may add beyond the desired number; 0 unless the strategy is RollingUpdate. */
export const maxSurge = (deployment: ReadDeployment): number =>
  isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;

/** Pods that a rollout may have less than the desired number; 0 unless the strategy is RollingUpdate. */
export function maxUnavailable(deployment: ReadDeployment): number {
  const desired = replicasOf(deployment);
  if (!isRollingUpdate(deployment) || desired === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, desired);
}
