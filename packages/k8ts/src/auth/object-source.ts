/** How authentication and authorization see the cluster's objects: the API server hands them its registry in this shape. */
import type { DeepReadonly, KubernetesObject, Resource } from "@k8ts/api";

/** Told of every object there is, then of every change, in order. */
export interface ObjectFollower<T> {
  /** New, or changed. */
  set(object: DeepReadonly<T>): void;
  gone(object: DeepReadonly<T>): void;
}

/** Reads and follows objects. */
export interface ObjectSource {
  /** Undefined where there is none. */
  get<T extends KubernetesObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
  ): Promise<DeepReadonly<T> | undefined>;
  /** Resolves when the follower has seen all that there was at the call. Goes on until the source is closed. */
  follow<T extends KubernetesObject>(resource: Resource<T>, follower: ObjectFollower<T>): Promise<void>;
}
