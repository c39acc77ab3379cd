/** What the server itself puts into an object's metadata, and takes out of it. */
import {
  badRequest,
  deepEqual,
  type DeepReadonly,
  formatTime,
  type KubernetesObject,
  randomSuffix,
  type ResourceSchema,
} from "@k8ts/api";
import type { OwnerReference } from "@k8ts/api/meta/v1";
import type { RequestContext } from "./context.ts";

/** Longest base of a generated name: 63 less the five characters that follow. */
const longestGeneratedBase = 58;

/** Puts the request's namespace into the object. Throws BadRequest where the object names another. */
export function settleNamespace(object: KubernetesObject, resource: ResourceSchema, namespace: string): void {
  const { metadata } = object;
  const own = metadata.namespace ?? "";
  const expected = resource.namespaced ? namespace : "";
  if (own !== expected && own !== "" && expected !== "") {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata.namespace = expected === "" ? undefined : expected;
}

/** Takes out of a new object what only the server may say. */
export function wipeSystemFields(object: KubernetesObject): void {
  const { metadata } = object;
  metadata.creationTimestamp = undefined;
  metadata.uid = undefined;
  metadata.deletionTimestamp = undefined;
  metadata.deletionGracePeriodSeconds = undefined;
  metadata.selfLink = undefined;
  metadata.managedFields = undefined;
}

/** Gives a new object its identity. */
export function fillSystemFields(object: KubernetesObject, context: RequestContext): void {
  const { metadata } = object;
  metadata.creationTimestamp = formatTime(context.clock.now());
  metadata.uid = context.random.uuid();
  if (!metadata.name && metadata.generateName) {
    metadata.name = metadata.generateName.slice(0, longestGeneratedBase) + randomSuffix(context.random);
  }
}

/** Carries over what an update can never change. `object` is the new one. */
export function keepSystemFields(object: KubernetesObject, old: DeepReadonly<KubernetesObject>): void {
  const { metadata } = object;
  if (!metadata.uid) metadata.uid = old.metadata.uid;
  if (old.metadata.creationTimestamp) metadata.creationTimestamp = old.metadata.creationTimestamp;
  if (old.metadata.deletionTimestamp) metadata.deletionTimestamp = old.metadata.deletionTimestamp;
  if (old.metadata.deletionGracePeriodSeconds !== undefined && metadata.deletionGracePeriodSeconds === undefined) {
    metadata.deletionGracePeriodSeconds = old.metadata.deletionGracePeriodSeconds;
  }
  metadata.selfLink = undefined;
  metadata.managedFields = undefined;
}

/** Drops owner references that stand there twice, with upstream's warning. */
export function dedupOwnerReferences(object: KubernetesObject, context: RequestContext, afterAdmission: boolean): void {
  const references = object.metadata.ownerReferences;
  if (!references || references.length < 2) return;
  const kept: OwnerReference[] = [];
  const duplicates: string[] = [];
  for (const reference of references) {
    if (kept.some((other) => other.uid === reference.uid && deepEqual(other, reference)))
      duplicates.push(reference.uid);
    else kept.push(reference);
  }
  if (duplicates.length === 0) return;
  object.metadata.ownerReferences = kept;
  context.warnings.push(
    afterAdmission
      ? `.metadata.ownerReferences contains duplicate entries after mutating admission happens; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(", ")}`
      : `.metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${duplicates.join(", ")}`,
  );
}

/** True where anything but metadata and status differs: what raises a generation. */
export function specChanged(object: DeepReadonly<KubernetesObject>, old: DeepReadonly<KubernetesObject>): boolean {
  const now = object as unknown as Record<string, unknown>;
  const before = old as unknown as Record<string, unknown>;
  for (const key of new Set([...Object.keys(now), ...Object.keys(before)])) {
    if (key === "metadata" || key === "status" || key === "apiVersion" || key === "kind") continue;
    if (!deepEqual(now[key], before[key])) return true;
  }
  return false;
}
