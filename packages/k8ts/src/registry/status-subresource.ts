/**
 * What almost every kind with a status does: the object's own writes may not touch status, and writes through the status
 * subresource may touch nothing else.
 */
import type { DeepReadonly, FieldError, KubernetesObject } from "@k8ts/api";
import type { RequestContext } from "./context.ts";
import type { UpdateStrategy } from "./strategy.ts";

/** An object with the two halves that the API keeps apart. */
export interface SpecAndStatus extends KubernetesObject {
  spec?: unknown;
  status?: unknown;
}

/**
 * The type of a value that may be changed, for one that may not: for parts of a stored object that go into a new one,
 * where nobody changes them in place.
 */
export function lent<T>(value: unknown): T;
export function lent(value: unknown): unknown {
  return value;
}

/** On create: whatever the client says of status is forgotten. */
export function clearStatus(object: SpecAndStatus): void {
  object.status = {};
}

/** On update of the object: status stays as it was. */
export function keepStatus(object: SpecAndStatus, old: DeepReadonly<SpecAndStatus>): void {
  object.status = lent(old.status);
}

/** On update of status: spec stays as it was. Metadata that only the store may change is the store's to keep. */
export function keepAllButStatus(object: SpecAndStatus, old: DeepReadonly<SpecAndStatus>): void {
  if (old.spec !== undefined || object.spec !== undefined) object.spec = lent(old.spec);
}

/** Metadata that some subresources may not change at all. */
export function keepMetadata(object: KubernetesObject, old: DeepReadonly<KubernetesObject>): void {
  const { metadata } = object;
  metadata.labels = lent(old.metadata.labels);
  metadata.annotations = lent(old.metadata.annotations);
  metadata.finalizers = lent(old.metadata.finalizers);
  metadata.ownerReferences = lent(old.metadata.ownerReferences);
  metadata.deletionTimestamp = old.metadata.deletionTimestamp;
}

/** The status subresource of a kind that needs nothing special; `validateUpdate` checks the new status. */
export function statusSubresource<T extends SpecAndStatus>(
  validateUpdate?: (object: DeepReadonly<T>, old: DeepReadonly<T>, context: RequestContext) => FieldError[],
): UpdateStrategy<T> {
  return {
    prepareForUpdate: (object, old) => keepAllButStatus(object, old as DeepReadonly<SpecAndStatus>),
    ...(validateUpdate && { validateUpdate }),
  };
}
