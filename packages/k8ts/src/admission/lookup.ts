/** How plugins read other objects: from the server's own watch caches, in memory and at once. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";

/** The objects of one resource. */
export interface Lookup {
  /** Namespace "" for cluster-scoped resources. */
  get(namespace: string, name: string): DeepReadonly<KubernetesObject> | undefined;
  /** All of a namespace, or with "" all there are. */
  list(namespace: string): Iterable<DeepReadonly<KubernetesObject>>;
}

/** The objects of any resource, by group ("" for core) and plural; a resource that is not served has none. */
export type LookupResource = (group: string, resource: string) => Lookup;

/** One object of a known type. */
export function find<T extends KubernetesObject>(
  lookup: LookupResource,
  group: string,
  resource: string,
  namespace: string,
  name: string,
): DeepReadonly<T> | undefined {
  return lookup(group, resource).get(namespace, name) as DeepReadonly<T> | undefined;
}

/** The objects of a known type in a namespace, or everywhere with "". */
export function findAll<T extends KubernetesObject>(
  lookup: LookupResource,
  group: string,
  resource: string,
  namespace: string,
): Iterable<DeepReadonly<T>> {
  return lookup(group, resource).list(namespace) as Iterable<DeepReadonly<T>>;
}
