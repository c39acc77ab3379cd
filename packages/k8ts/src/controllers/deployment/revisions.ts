/** Rollout history: the annotations that a Deployment and its ReplicaSets carry, as kubectl rollout reads them. */
import type { DeepReadonly } from "@k8ts/api";
import type { ObjectMeta } from "@k8ts/api/meta/v1";
import { byCreation, replicasOf, type ReadDeployment, type ReadReplicaSet } from "./replica-set-lists.ts";
import { maxSurge } from "./rollout-limits.ts";

/** Which rollout a ReplicaSet (and by it the Deployment) is at, counted from 1. */
export const revisionAnnotation = "deployment.kubernetes.io/revision";
/** Revisions that a ReplicaSet had before it was rolled back to, with commas. */
export const revisionHistoryAnnotation = "deployment.kubernetes.io/revision-history";
/** The Deployment's replicas when the ReplicaSet was last scaled: tells scaling from a rollout. */
export const desiredReplicasAnnotation = "deployment.kubernetes.io/desired-replicas";
/** desired plus maxSurge at that time: what proportions are computed from. */
export const maxReplicasAnnotation = "deployment.kubernetes.io/max-replicas";
/** Asks for a rollback; left by clients of the removed extensions/v1beta1 API. */
export const rollbackToAnnotation = "deprecated.deployment.rollback.to";

/** Longest revision-history that is kept: about 100 revisions. */
const longestHistory = 2000;

const notCopied: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  maxReplicasAnnotation,
  rollbackToAnnotation,
]);

/** An annotation's integer; undefined where it is absent or not one. */
export function integerAnnotation(object: { metadata: DeepReadonly<ObjectMeta> }, name: string): number | undefined {
  const text = object.metadata.annotations?.[name];
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

const largestRevision = 2n ** 63n - 1n;

/** The 64-bit integer of an annotation, whatever number it counts up to; undefined where it is absent or not one. */
export function revisionAnnotated(
  object: { metadata: DeepReadonly<ObjectMeta> },
  name: string = revisionAnnotation,
): bigint | undefined {
  const text = object.metadata.annotations?.[name];
  if (text === undefined || !/^[+-]?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text.replace("+", ""));
  return value <= largestRevision && value >= -largestRevision ? value : undefined;
}

/** A ReplicaSet's revision; 0 where it has none, undefined where it is not a number. */
export function revisionOf(set: ReadReplicaSet): bigint | undefined {
  return set.metadata.annotations?.[revisionAnnotation] === undefined ? 0n : revisionAnnotated(set);
}

/** The highest revision among ReplicaSets; 0 where none has one. */
export function maxRevision(sets: readonly ReadReplicaSet[]): bigint {
  let highest = 0n;
  for (const set of sets) {
    const revision = revisionOf(set) ?? 0n;
    if (revision > highest) highest = revision;
  }
  return highest;
}

/** The second highest revision: the one that an undo goes back to; 0 where there is none. */
export function lastRevision(sets: readonly ReadReplicaSet[]): bigint {
  const revisions = sets.map((set) => revisionOf(set) ?? 0n).sort((a, b) => (a === b ? 0 : a < b ? 1 : -1));
  return revisions[1] ?? 0n;
}

/** Oldest revision first. */
export function byRevision(a: ReadReplicaSet, b: ReadReplicaSet): number {
  const [first, second] = [revisionOf(a), revisionOf(b)];
  if (first === undefined || second === undefined || first === second) return byCreation(a, b);
  return first < second ? -1 : 1;
}

/** The Deployment's annotations that its current ReplicaSet shows too. */
function copiedAnnotations(annotations: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const copied: Record<string, string> = {};
  for (const name in annotations) if (!notCopied.has(name)) copied[name] = annotations[name]!;
  return copied;
}

/** Annotations that say for which size of its Deployment a ReplicaSet was scaled. */
export function sizeAnnotations(deployment: ReadDeployment): Record<string, string> {
  const desired = replicasOf(deployment);
  return {
    [desiredReplicasAnnotation]: String(desired),
    [maxReplicasAnnotation]: String(desired + maxSurge(deployment)),
  };
}

/** The annotations of a ReplicaSet that is about to be made, at this revision. */
export function newSetAnnotations(deployment: ReadDeployment, revision: bigint): Record<string, string> {
  return {
    ...copiedAnnotations(deployment.metadata.annotations),
    [revisionAnnotation]: String(revision),
    ...sizeAnnotations(deployment),
  };
}

/**
 * The annotations that the existing current ReplicaSet should have, `revision` being one more than any old one's. A
 * ReplicaSet that is rolled back to gets the new revision and remembers those it had.
 */
export function currentSetAnnotations(
  deployment: ReadDeployment,
  set: ReadReplicaSet,
  revision: bigint,
): Record<string, string> {
  const next = { ...set.metadata.annotations, ...copiedAnnotations(deployment.metadata.annotations) };
  const text = set.metadata.annotations?.[revisionAnnotation];
  const old = revisionOf(set);
  if (old === undefined || old >= revision) return next;
  next[revisionAnnotation] = String(revision);
  if (text !== undefined) {
    const history = appendHistory(next[revisionHistoryAnnotation] ?? "", text);
    if (history !== undefined) next[revisionHistoryAnnotation] = history;
  }
  return next;
}

/** The history with one more revision, its oldest dropped to keep it short; undefined where even that is too long. */
function appendHistory(history: string, revision: string): string | undefined {
  if (history === "") return revision;
  const revisions = history.split(",");
  let length = history.length + revision.length + 1;
  while (length > longestHistory && revisions.length > 0) length -= (revisions.shift() ?? "").length + 1;
  return length <= longestHistory ? [...revisions, revision].join(",") : undefined;
}

/** The annotations of a Deployment that goes back to `set`'s template: its own bookkeeping, and the ReplicaSet's. */
export function rolledBackAnnotations(deployment: ReadDeployment, set: ReadReplicaSet): Record<string, string> {
  const kept: Record<string, string> = {};
  const own = deployment.metadata.annotations;
  for (const name in own) if (notCopied.has(name) && name !== rollbackToAnnotation) kept[name] = own[name]!;
  return { ...kept, ...copiedAnnotations(set.metadata.annotations) };
}
