/** Owner references: who made an object, and whose deletion takes it along. */
import type { ObjectMeta, OwnerReference } from "../types/meta/v1.ts";
import type { DeepReadonly } from "./meta.ts";

/** Anything with metadata. */
export interface HasMetadata {
  readonly metadata: DeepReadonly<ObjectMeta>;
}

/** Anything that can own: metadata, kind and apiVersion. */
export interface OwnerObject extends HasMetadata {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The reference marked `controller: true`, if there is one. */
export function controllerOf(object: HasMetadata): DeepReadonly<OwnerReference> | undefined {
  return object.metadata.ownerReferences?.find((reference) => reference.controller === true);
}

/** True where `owner` (by uid) is the object's controller. */
export function isControlledBy(object: HasMetadata, owner: HasMetadata): boolean {
  const reference = controllerOf(object);
  return reference !== undefined && reference.uid === owner.metadata.uid;
}

/** A reference to `owner`; `controller` and `block` (blockOwnerDeletion) default to true, as a controller sets them. */
export function ownerReference(
  owner: OwnerObject,
  options: { readonly controller?: boolean; readonly block?: boolean } = {},
): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { controller = true, block = true } = options;
  return {
    apiVersion,
    kind,
    name: metadata.name ?? "",
    uid: metadata.uid ?? "",
    ...(controller && { controller }),
    ...(block && { blockOwnerDeletion: block }),
  };
}
