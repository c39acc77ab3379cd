import type { DeepReadonly, KubernetesObject, ObjectKey } from "@k8ts/api";

/** Namespace and name of an object. */
export function keyOf(object: DeepReadonly<KubernetesObject>): ObjectKey {
  return { namespace: object.metadata.namespace ?? "", name: object.metadata.name ?? "" };
}

/** "namespace/name": a key as a Map's key or in a log. */
export const keyText = (key: ObjectKey): string => `${key.namespace}/${key.name}`;
