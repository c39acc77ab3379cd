import type { Resource } from "@k8ts/api";
import type { ResourceCatalog } from "../resource-catalog.ts";

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** A catalog of these resources with all verbs; of every resource's groups nothing else is served. */
export function catalogOf(...resources: readonly Resource[]): ResourceCatalog {
  return async () => resources.map((resource) => ({ ...resource, verbs }));
}
