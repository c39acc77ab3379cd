/** Counting, sorting and comparing a Deployment's ReplicaSets. */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import type { Deployment, ReplicaSet } from "@k8ts/api/apps/v1";
import type { PodTemplateSpec } from "@k8ts/api/core/v1";

/** A ReplicaSet from a cache. */
export type ReadReplicaSet = DeepReadonly<ReplicaSet>;
/** A Deployment from a cache. */
export type ReadDeployment = DeepReadonly<Deployment>;

/** The label that tells a Deployment's ReplicaSets and their pods apart. */
export const templateHashLabel = "pod-template-hash";

/** spec.replicas, which defaults to 1. */
export const replicasOf = (object: ReadReplicaSet | ReadDeployment): number => object.spec?.replicas ?? 1;

/** The sum of a number over ReplicaSets; absent counts as 0. */
export function total(sets: readonly ReadReplicaSet[], count: (set: ReadReplicaSet) => number | undefined): number {
  let sum = 0;
  for (const set of sets) sum += count(set) ?? 0;
  return sum;
}

/** Those that should have pods. */
export const activeSets = (sets: readonly ReadReplicaSet[]): ReadReplicaSet[] =>
  sets.filter((set) => replicasOf(set) > 0);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Oldest first, then by name. */
export function byCreation(a: ReadReplicaSet, b: ReadReplicaSet): number {
  const order = compareText(a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? "");
  return order !== 0 ? order : compareText(a.metadata.name ?? "", b.metadata.name ?? "");
}

/** Largest first, the older of equal ones first. */
export const bySizeOlder = (a: ReadReplicaSet, b: ReadReplicaSet): number =>
  replicasOf(b) - replicasOf(a) || byCreation(a, b);

/** Largest first, the newer of equal ones first. */
export const bySizeNewer = (a: ReadReplicaSet, b: ReadReplicaSet): number =>
  replicasOf(b) - replicasOf(a) || byCreation(b, a);

/** True where two pod templates are the same but for the hash label. */
export function isSameTemplate(
  a: DeepReadonly<PodTemplateSpec> | undefined,
  b: DeepReadonly<PodTemplateSpec> | undefined,
): boolean {
  return deepEqual(a?.spec, b?.spec) && deepEqual(comparableMetadata(a), comparableMetadata(b));
}

/** Template metadata without the hash label and without what is empty: absent and empty mean the same. */
function comparableMetadata(template: DeepReadonly<PodTemplateSpec> | undefined): Record<string, unknown> {
  const { labels, annotations, ...rest } = template?.metadata ?? {};
  const comparable: Record<string, unknown> = { ...rest };
  const { [templateHashLabel]: _hash, ...others } = labels ?? {};
  if (Object.keys(others).length > 0) comparable.labels = others;
  if (annotations && Object.keys(annotations).length > 0) comparable.annotations = annotations;
  return comparable;
}

/** A Deployment's ReplicaSets: the one of its current template, if there is one, and all others. */
export interface Generations {
  readonly current: ReadReplicaSet | undefined;
  readonly old: readonly ReadReplicaSet[];
}

/** Splits ReplicaSets into the one whose template the Deployment has now (the oldest such) and the others, by age. */
export function generationsOf(deployment: ReadDeployment, sets: readonly ReadReplicaSet[]): Generations {
  const sorted = sets.toSorted(byCreation);
  const current = sorted.find((set) => isSameTemplate(set.spec?.template, deployment.spec?.template));
  return { current, old: sorted.filter((set) => set !== current) };
}
