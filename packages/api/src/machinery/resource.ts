/** Typed handles of resources: what clients, informers and controllers are given to say which resource they mean. */

/** A resource of the API and, as a type, its objects. The generated types modules export one per resource (`pods`). */
export interface Resource<T = unknown> {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Only a type: the object behind the handle. Never set. */
  readonly object?: T;
}

/** Makes a resource handle; used by generated code and for custom resources. */
export function defineResource<T>(
  group: string,
  version: string,
  resource: string,
  kind: string,
  namespaced: boolean,
): Resource<T> {
  return { group, version, resource, kind, namespaced };
}

/** "v1" or "apps/v1". */
export function groupVersionOf(resource: { group: string; version: string }): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}
