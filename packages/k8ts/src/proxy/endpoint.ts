/** Where a Service's traffic may go: from EndpointSlices to endpoints, and which of them this node uses. Pure. */
import type { DeepReadonly } from "@k8ts/api";
import type { EndpointSlice, Endpoint as ApiEndpoint } from "@k8ts/api/discovery/v1";
import { canonicalIP, familyOf, isExternallyAccessible, type ServicePort } from "./service-port.ts";

/** One address and port behind a Service. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** On this node. */
  readonly isLocal: boolean;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Zones and nodes whose traffic it should get, by topology hints. */
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

/** Where this proxy runs. */
export interface Topology {
  readonly nodeName: string;
  /** The node's topology.kubernetes.io/zone; "" where it has none. */
  readonly zone: string;
}

/** The endpoints that traffic of a port may go to, by policy. */
export interface Endpoints {
  /** For policy Cluster. */
  readonly cluster: readonly Endpoint[];
  /** For policy Local. */
  readonly local: readonly Endpoint[];
  /** Both, each once. */
  readonly reachable: readonly Endpoint[];
  /** Whether there is any usable endpoint on any node. */
  readonly any: boolean;
}

/** "10.0.0.1:80", "[fd00::1]:80". */
export const endpointText = ({ address, port }: Pick<Endpoint, "address" | "port">): string =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

/** The endpoints of a Service's port, in order of their text, each address and port once. */
export function endpointsOf(
  slices: readonly DeepReadonly<EndpointSlice>[],
  port: ServicePort,
  nodeName: string,
): Endpoint[] {
  const found = new Map<string, Endpoint>();
  for (const slice of slices) {
    if (slice.addressType !== port.family) continue;
    const target = slice.ports?.find(
      ({ name, protocol }) => (name ?? "") === port.portName && (protocol ?? "TCP").toLowerCase() === port.protocol,
    );
    if (!target?.port) continue;
    for (const endpoint of slice.endpoints ?? []) {
      const made = makeEndpoint(endpoint, target.port, nodeName);
      // Rules of one family cannot hold the other's address, whatever the slice claims to be.
      if (!made || familyOf(made.address) !== port.family) continue;
      const text = endpointText(made);
      // An address that moves between slices may stand in two: the one that is not going away counts.
      if (!found.has(text) || !made.terminating) found.set(text, made);
    }
  }
  return [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, endpoint]) => endpoint);
}

function makeEndpoint(endpoint: DeepReadonly<ApiEndpoint>, port: number, nodeName: string): Endpoint | undefined {
  const { conditions = {}, hints, nodeName: node } = endpoint;
  const address = canonicalIP(endpoint.addresses[0] ?? "");
  if (address === undefined) return undefined;
  return {
    address,
    port,
    isLocal: node === nodeName,
    ready: conditions.ready ?? true,
    serving: conditions.serving ?? true,
    terminating: conditions.terminating ?? false,
    zones: (hints?.forZones ?? []).map(({ name }) => name),
    nodes: (hints?.forNodes ?? []).map(({ name }) => name),
  };
}

/**
 * Sorts endpoints by what policy uses them. Ready ones are used; where none is ready, those that still serve while they
 * terminate (KEP-1669). Hints are followed where every ready endpoint has them and one is for us (KEP-2433, KEP-3015).
 */
export function categorize(port: ServicePort, endpoints: readonly Endpoint[], topology: Topology): Endpoints {
  const external = isExternallyAccessible(port);
  const usesCluster = !port.internalLocal || external;
  const usesLocal = port.internalLocal || (port.externalLocal && external);
  const cluster = usesCluster ? clusterEndpoints(endpoints, topology) : [];
  if (!usesLocal) return { cluster, local: [], reachable: cluster, any: cluster.length > 0 };
  const local = readyOrServing(endpoints.filter(({ isLocal }) => isLocal));
  const any = cluster.length > 0 || readyOrServing(endpoints).length > 0;
  return { cluster, local, reachable: union(cluster, local), any };
}

function clusterEndpoints(endpoints: readonly Endpoint[], topology: Topology): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? hinted(ready, topology) : readyOrServing(endpoints);
}

function readyOrServing(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  return ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating);
}

/** The ready endpoints that are meant for this node, else for its zone, else all. */
function hinted(ready: readonly Endpoint[], { nodeName, zone }: Topology): readonly Endpoint[] {
  if (ready.every(({ nodes }) => nodes.length > 0)) {
    const ours = ready.filter(({ nodes }) => nodes.includes(nodeName));
    if (ours.length > 0) return ours;
  }
  if (ready.every(({ zones }) => zones.length > 0)) {
    const ours = ready.filter(({ zones }) => zones.includes(zone));
    if (ours.length > 0) return ours;
  }
  return ready;
}

function union(first: readonly Endpoint[], second: readonly Endpoint[]): readonly Endpoint[] {
  const known = new Map([...first, ...second].map((endpoint) => [endpointText(endpoint), endpoint]));
  return [...known.values()];
}
