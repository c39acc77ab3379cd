/** What follows from a Service's type, for defaults, validation and allocation alike. */
import type { DeepReadonly } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";

type In<T> = DeepReadonly<T>;

/** Reachable from outside the cluster: by node port, load balancer or an external address. */
export function isExternallyAccessible({ spec }: In<Service>): boolean {
  const type = spec?.type;
  return (
    type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && (spec?.externalIPs ?? []).length > 0)
  );
}

/** Load balancers that keep a client's address ask nodes whether they run an endpoint. */
export function needsHealthCheck({ spec }: In<Service>): boolean {
  return spec?.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

/** Addresses of the cluster. */
export const needsClusterIP = ({ spec }: In<Service>): boolean => spec?.type !== "ExternalName";

/** A port on every node; load balancers may do without. */
export function needsNodePort({ spec }: In<Service>): boolean {
  return spec?.type === "NodePort" || (spec?.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
}

/** A Service without an address of its own: its name resolves to its pods. */
export function isHeadless({ spec }: In<Service>): boolean {
  return spec?.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";
}

/** "IPv4" or "IPv6". */
export const familyOf = (address: string): "IPv4" | "IPv6" => (address.includes(":") ? "IPv6" : "IPv4");

/** True where two lists hold the same values in order. */
export function sameList(a: readonly unknown[] = [], b: readonly unknown[] = []): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index]);
}
