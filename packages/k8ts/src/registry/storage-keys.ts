/** Where each resource lies in storage: Kubernetes' own layout, so that another API server finds what this one wrote. */
import type { ResourceSchema } from "@k8ts/api";

/** Resources whose keys do not follow their plural: facts of upstream's storage factory. */
const specialPrefixes: Readonly<Record<string, string>> = {
  replicationcontrollers: "controllers",
  endpoints: "services/endpoints",
  nodes: "minions",
  services: "services/specs",
  "ingresses.networking.k8s.io": "ingress",
  "customresourcedefinitions.apiextensions.k8s.io": "apiextensions.k8s.io/customresourcedefinitions",
  "apiservices.apiregistration.k8s.io": "apiregistration.k8s.io/apiservices",
};

/** The prefix of a resource's keys, with its slash: "/registry/pods/". Custom resources lie under their group. */
export function storagePrefix(resource: Pick<ResourceSchema, "group" | "resource">, custom = false): string {
  const qualified = resource.group === "" ? resource.resource : `${resource.resource}.${resource.group}`;
  const special = specialPrefixes[qualified];
  if (special) return `/registry/${special}/`;
  return custom ? `/registry/${resource.group}/${resource.resource}/` : `/registry/${resource.resource}/`;
}

/** The key within the prefix: "namespace/name", or the name alone. */
export function objectKey(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}
