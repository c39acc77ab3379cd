/** How large each ReplicaSet of a Deployment should be: pure functions from what is to the next step. */
import type { ReadDeployment, ReadReplicaSet } from "./replica-set-lists.ts";
import { activeSets, byCreation, bySizeNewer, bySizeOlder, replicasOf, total } from "./replica-set-lists.ts";
import { desiredReplicasAnnotation, integerAnnotation, maxReplicasAnnotation } from "./revisions.ts";
import { isRollingUpdate, maxSurge, maxUnavailable } from "./rollout-limits.ts";

/** Make `set` this large; `always`: also where only its size annotations are out of date. */
export interface ScaleStep {
  readonly set: ReadReplicaSet;
  readonly replicas: number;
  readonly always?: boolean;
}

/** Replicas for the current ReplicaSet (or one about to be made, `size` 0) so that all stay below the surge limit. */
export function currentSetReplicas(deployment: ReadDeployment, all: readonly ReadReplicaSet[], size: number): number {
  const desired = replicasOf(deployment);
  const strategy = deployment.spec?.strategy?.type;
  if (strategy === "Recreate") return desired;
  if (strategy !== "RollingUpdate") throw new Error(`deployment type ${strategy} isn't supported`);
  const room = desired + maxSurge(deployment) - total(all, replicasOf);
  return room <= 0 ? size : size + Math.min(room, desired - size);
}

/** Rolling update, first half: the current ReplicaSet grows as the surge allows, or shrinks to what is desired. */
export function planCurrent(
  deployment: ReadDeployment,
  current: ReadReplicaSet,
  old: readonly ReadReplicaSet[],
): ScaleStep | undefined {
  const desired = replicasOf(deployment);
  const size = replicasOf(current);
  const replicas = size > desired ? desired : currentSetReplicas(deployment, [...old, current], size);
  return replicas === size ? undefined : { set: current, replicas };
}

/**
 * Rolling update, second half: old ReplicaSets shrink as far as enough pods stay available, unhealthy pods first. What
 * the current one still lacks is never taken from the old ones.
 */
export function planOld(
  deployment: ReadDeployment,
  current: ReadReplicaSet,
  old: readonly ReadReplicaSet[],
): ScaleStep[] {
  const shrinkable = activeSets(old).sort(byCreation);
  if (shrinkable.length === 0) return [];
  const minAvailable = replicasOf(deployment) - maxUnavailable(deployment);
  const pending = replicasOf(current) - (current.status?.availableReplicas ?? 0);
  const spare = total(shrinkable, replicasOf) + replicasOf(current) - minAvailable - pending;
  if (spare <= 0) return [];
  const sizes = new Map(shrinkable.map((set) => [set, replicasOf(set)]));
  dropUnhealthy(sizes, spare);
  const available = total([...shrinkable, current], (set) => set.status?.availableReplicas);
  shrink(sizes, available - minAvailable);
  return shrinkable
    .map((set) => ({ set, replicas: sizes.get(set) ?? 0 }))
    .filter(({ set, replicas }) => replicas !== replicasOf(set));
}

function dropUnhealthy(sizes: Map<ReadReplicaSet, number>, most: number): void {
  let left = most;
  for (const [set, size] of sizes) {
    const unhealthy = Math.max(0, size - (set.status?.availableReplicas ?? 0));
    const dropped = Math.min(left, unhealthy);
    sizes.set(set, size - dropped);
    left -= dropped;
  }
}

function shrink(sizes: Map<ReadReplicaSet, number>, most: number): void {
  let left = most;
  for (const [set, size] of sizes) {
    if (left <= 0) return;
    const dropped = Math.min(left, size);
    sizes.set(set, size - dropped);
    left -= dropped;
  }
}

/** True where an active ReplicaSet was scaled for another size of the Deployment: scale before rolling on. */
export function isScalingEvent(deployment: ReadDeployment, sets: readonly ReadReplicaSet[]): boolean {
  const desired = replicasOf(deployment);
  return activeSets(sets).some((set) => {
    const noted = integerAnnotation(set, desiredReplicasAnnotation);
    return noted !== undefined && noted >= 0 && noted <= 0x7fffffff && noted !== desired;
  });
}

/** True where the current ReplicaSet has taken over entirely. */
function isSaturated(deployment: ReadDeployment, set: ReadReplicaSet | undefined): boolean {
  const desired = replicasOf(deployment);
  return (
    set !== undefined &&
    integerAnnotation(set, desiredReplicasAnnotation) === desired &&
    replicasOf(set) === desired &&
    (set.status?.availableReplicas ?? 0) === desired
  );
}

/** The one ReplicaSet that scaling is about, where at most one is active: it, else the current, else the newest. */
function onlyActive(current: ReadReplicaSet | undefined, old: readonly ReadReplicaSet[]): ReadReplicaSet | undefined {
  const active = activeSets(current ? [...old, current] : old);
  if (active.length > 1) return undefined;
  return active[0] ?? current ?? old.toSorted(byCreation).at(-1);
}

/**
 * Scaling outside of a rollout's steps: the size of the Deployment changed, or it is paused. During a rollout every
 * active ReplicaSet takes its share, so that scaling does not hasten the rollout.
 */
export function planScaling(
  deployment: ReadDeployment,
  current: ReadReplicaSet | undefined,
  old: readonly ReadReplicaSet[],
): ScaleStep[] {
  const desired = replicasOf(deployment);
  const only = onlyActive(current, old);
  if (only) return replicasOf(only) === desired ? [] : [{ set: only, replicas: desired }];
  if (isSaturated(deployment, current)) return activeSets(old).map((set) => ({ set, replicas: 0 }));
  if (!isRollingUpdate(deployment)) return [];
  return planProportions(deployment, activeSets(current ? [...old, current] : old));
}

function planProportions(deployment: ReadDeployment, sets: ReadReplicaSet[]): ScaleStep[] {
  const desired = replicasOf(deployment);
  const allowed = desired > 0 ? desired + maxSurge(deployment) : 0;
  const toAdd = allowed - total(sets, replicasOf);
  if (toAdd !== 0) sets.sort(toAdd > 0 ? bySizeNewer : bySizeOlder);
  let added = 0;
  const steps = sets.map((set) => {
    const share = proportion(deployment, set, toAdd, added);
    added += share;
    return { set, replicas: replicasOf(set) + share, always: true };
  });
  const largest = steps[0];
  if (largest && toAdd !== 0) {
    steps[0] = { ...largest, replicas: Math.max(0, largest.replicas + toAdd - added) };
  }
  return steps;
}

/** The part of `toAdd` (negative: to remove) that falls to one ReplicaSet, `added` being what others took. */
function proportion(deployment: ReadDeployment, set: ReadReplicaSet, toAdd: number, added: number): number {
  if (toAdd === 0 || toAdd === added) return 0;
  const share = fraction(deployment, set);
  return toAdd > 0 ? Math.min(share, toAdd - added) : Math.max(share, toAdd - added);
}

function fraction(deployment: ReadDeployment, set: ReadReplicaSet): number {
  const size = replicasOf(set);
  if (replicasOf(deployment) === 0) return -size;
  const noted = integerAnnotation(set, maxReplicasAnnotation);
  const valid = noted !== undefined && noted > 0 && noted <= 0x7fffffff;
  // Somebody tampered with the annotation: the size seen last is the best guess.
  const before = valid ? noted : (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  const after = (size * (replicasOf(deployment) + maxSurge(deployment))) / before;
  return roundHalfAway(after) - size;
}

const roundHalfAway = (value: number): number => (value < 0 ? Math.ceil(value - 0.5) : Math.floor(value + 0.5));
