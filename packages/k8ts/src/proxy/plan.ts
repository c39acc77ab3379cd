/** From a Service and its EndpointSlices to what the rules must do: the same for every backend. Pure. */
import type { DeepReadonly } from "@k8ts/api";
import type { Service } from "@k8ts/api/core/v1";
import type { EndpointSlice } from "@k8ts/api/discovery/v1";
import { categorize, type Endpoint, endpointsOf, endpointText, type Topology } from "./endpoint.ts";
import { isExternallyAccessible, type ServicePort, servicePortName, servicePorts } from "./service-port.ts";

/** What becomes of traffic: it goes to the endpoints of a policy, is refused, or is silently dropped. */
export type Verdict = "cluster" | "local" | "reject" | "drop";

/** What the rules must do for one port of a Service in one IP family. */
export interface ServicePlan {
  /** Unique among all plans: "default/web/tcp/http/IPv4". */
  readonly id: string;
  /** "default/web/tcp/http". */
  readonly name: string;
  readonly port: ServicePort;
  /** Endpoints for policy Cluster and Local; empty where unused. */
  readonly cluster: readonly Endpoint[];
  readonly local: readonly Endpoint[];
  /** Both, each once. */
  readonly reachable: readonly Endpoint[];
  /** UDP only: every endpoint that still serves, on any node ("10.0.0.1:53"): flows to others are stale. */
  readonly serving?: readonly string[];
  /** Traffic to the cluster IP. */
  readonly internal: Verdict;
  /**
   * Traffic from outside to the node port, external and load-balancer IPs; absent where there are none. Traffic from this
   * node and its pods to those addresses follows policy Cluster, unless it is "reject".
   */
  readonly external?: Verdict;
}

/** The plans of one Service; none where there is no Service, or one that needs no rules. */
export function planService(
  service: DeepReadonly<Service> | undefined,
  slices: readonly DeepReadonly<EndpointSlice>[],
  topology: Topology,
): ServicePlan[] {
  return service ? servicePorts(service).map((port) => planPort(port, slices, topology)) : [];
}

function planPort(port: ServicePort, slices: readonly DeepReadonly<EndpointSlice>[], topology: Topology): ServicePlan {
  const all = endpointsOf(slices, port, topology.nodeName);
  const { any, ...endpoints } = categorize(port, all, topology);
  const name = servicePortName(port);
  const verdict = (local: boolean): Verdict => {
    // Nobody anywhere: say so. Nobody here although policy says here: a load balancer must not take that for an answer.
    if (!any) return "reject";
    if (local) return endpoints.local.length > 0 ? "local" : "drop";
    return endpoints.cluster.length > 0 ? "cluster" : "drop";
  };
  return {
    id: `${name}/${port.family}`,
    name,
    port,
    ...endpoints,
    ...(port.protocol === "udp" && { serving: all.filter(({ serving }) => serving).map(endpointText) }),
    internal: verdict(port.internalLocal),
    ...(isExternallyAccessible(port) && { external: verdict(port.externalLocal) }),
  };
}
