/**
 * From a Service and its pods to EndpointSlices, with as few and as small writes as possible: endpoints stay in the slice
 * they are in, slices that change anyway are filled up first, and only then one that does not, or a new one.
 */
import { cloneJson, deepEqual, isIPv6, ownerReference, type DeepReadonly } from "@k8ts/api";
import type { Endpoint, EndpointPort, EndpointSlice } from "@k8ts/api/discovery/v1";
import { isPodReady } from "../pods/pod-state.ts";
import { EndpointSet, hasSameAttributes, portsKey } from "./endpoint-set.ts";
import { needsHints, setHints } from "./hints.ts";
import {
  addressesOf,
  hostnameOf,
  isEndpoint,
  isHeadless,
  targetPort,
  type ReadPod,
  type ReadService,
} from "./service-pods.ts";

/** An EndpointSlice from a cache. */
export type ReadSlice = DeepReadonly<EndpointSlice>;

/** The value of the managed-by label on slices of this controller. */
export const sliceManager = "endpointslice-controller.k8s.io";
/** Labels of EndpointSlices. */
export const serviceNameLabel = "kubernetes.io/service-name";
/** Says which controller keeps a slice. */
export const managedByLabel = "endpointslice.kubernetes.io/managed-by";
const headlessLabel = "service.kubernetes.io/headless";
const reserved: ReadonlySet<string> = new Set([serviceNameLabel, managedByLabel, headlessLabel]);

/** Most endpoints in one slice: what the controller manager defaults to. */
export const maxEndpointsPerSlice = 100;

type Family = "IPv4" | "IPv6";

/** What is known when planning. */
export interface SliceObservation {
  readonly service: ReadService;
  readonly pods: readonly ReadPod[];
  /** This controller's slices of the Service that are not being deleted. */
  readonly slices: readonly ReadSlice[];
  /** The zone of a node ("" where it has none); undefined where the node is not known. */
  zoneOf(node: string): string | undefined;
  readonly maxEndpoints: number;
}

/** The writes that make it so. */
export interface SlicePlan {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly delete: ReadSlice[];
  /** Pods that were left out because their node is unknown: try again. */
  readonly problems: string[];
}

/** Plans the slices of all of the Service's address families. */
export function planEndpointSlices(seen: SliceObservation): SlicePlan {
  const families = familiesOf(seen.service);
  const plan: SlicePlan = { create: [], update: [], delete: [], problems: [] };
  for (const slice of seen.slices) if (!families.includes(slice.addressType as Family)) plan.delete.push(slice);
  for (const family of families) {
    const own = planFamily(seen, family);
    plan.create.push(...own.create);
    plan.update.push(...own.update);
    plan.delete.push(...own.delete);
    plan.problems.push(...own.problems);
  }
  return plan;
}

function familiesOf(service: ReadService): Family[] {
  const { ipFamilies = [], clusterIP = "" } = service.spec ?? {};
  const known = ipFamilies.filter((family): family is Family => family === "IPv4" || family === "IPv6");
  if (known.length > 0) return [...new Set(known)];
  if (clusterIP !== "" && clusterIP !== "None") return [isIPv6(clusterIP) ? "IPv6" : "IPv4"];
  return ["IPv4", "IPv6"];
}

/** Endpoints that share their ports, and the slices that have them now. */
interface PortGroup {
  readonly ports: EndpointPort[];
  readonly desired: EndpointSet;
}

function planFamily(seen: SliceObservation, family: Family): SlicePlan {
  const existing = seen.slices.filter((slice) => slice.addressType === family);
  const plan: SlicePlan = { create: [], update: [], delete: [], problems: [] };
  const byPorts = Map.groupBy(
    existing.filter((slice) => isOwnedBy(slice, seen.service)),
    (slice) => portsKey(slice.ports),
  );
  plan.delete.push(...existing.filter((slice) => !isOwnedBy(slice, seen.service)));
  const groups = groupEndpoints(seen, family, plan.problems);
  for (const [key, group] of groups) planGroup(seen, family, group, byPorts.get(key) ?? [], plan);
  for (const [key, slices] of byPorts) if (!groups.has(key)) plan.delete.push(...slices);
  keepPlaceholder(seen.service, family, existing, plan);
  hintAll(seen.service, existing, plan);
  reuseDeleted(seen.service, plan);
  return plan;
}

function groupEndpoints(seen: SliceObservation, family: Family, problems: string[]): Map<string, PortGroup> {
  const { service } = seen;
  const { name, namespace } = service.metadata;
  const groups = new Map<string, PortGroup>();
  for (const pod of seen.pods) {
    if (!isEndpoint(pod, true)) continue;
    const ports = portsOf(service, pod);
    const key = portsKey(ports);
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { ports, desired: new EndpointSet() }));
    const node = pod.spec?.nodeName ?? "";
    const zone = seen.zoneOf(node);
    if (zone === undefined && service.spec?.publishNotReadyAddresses !== true) {
      problems.push(`skipping Pod ${pod.metadata.name} for Service ${namespace}/${name}: Node ${node} Not Found`);
      continue;
    }
    const endpoint = endpointOf(pod, service, family, zone ?? "");
    if (endpoint.addresses.length > 0) group.desired.add(endpoint);
  }
  return groups;
}

function portsOf(service: ReadService, pod: ReadPod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPort(pod, servicePort);
    if (port === undefined) continue;
    const { name = "", protocol = "TCP", appProtocol } = servicePort;
    ports.push({ name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) });
  }
  return ports;
}

function endpointOf(pod: ReadPod, service: ReadService, family: Family, zone: string): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata;
  const hostname = hostnameOf(pod, service);
  return {
    addresses: addressesOf(pod, family),
    conditions: { ready, serving, terminating },
    ...(hostname !== undefined && { hostname }),
    ...(pod.spec?.nodeName && { nodeName: pod.spec.nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(zone !== "" && { zone }),
  };
}

/** Fits the desired endpoints of one list of ports into its slices. */
function planGroup(
  seen: SliceObservation,
  family: Family,
  { ports, desired }: PortGroup,
  existing: readonly ReadSlice[],
  plan: SlicePlan,
): void {
  const changed: EndpointSlice[] = [];
  const unchanged: ReadSlice[] = [];
  for (const slice of existing) {
    const next = keepEndpoints(seen.service, slice, desired);
    if (!next) unchanged.push(slice);
    else if (next.endpoints!.length === 0 && (slice.endpoints ?? []).length > 0) plan.delete.push(slice);
    else changed.push(next);
  }
  changed.sort((a, b) => b.endpoints!.length - a.endpoints!.length);
  for (const slice of changed) {
    slice.endpoints!.push(...desired.takeFirst(seen.maxEndpoints - slice.endpoints!.length));
  }
  while (desired.size > 0) {
    const room = fullest(unchanged, desired.size, seen.maxEndpoints);
    const slice = room ? (cloneJson(room) as EndpointSlice) : newSlice(seen.service, family, ports);
    slice.endpoints = [
      ...(slice.endpoints ?? []),
      ...desired.takeFirst(seen.maxEndpoints - (slice.endpoints ?? []).length),
    ];
    if (room) {
      unchanged.splice(unchanged.indexOf(room), 1);
      changed.push(slice);
    } else plan.create.push(slice);
  }
  plan.update.push(...changed);
}

/** The slice with its desired endpoints only, taken out of `desired`; undefined where it stays as it is. */
function keepEndpoints(service: ReadService, slice: ReadSlice, desired: EndpointSet): EndpointSlice | undefined {
  const kept: Endpoint[] = [];
  let changed = false;
  for (const endpoint of slice.endpoints ?? []) {
    const wanted = desired.take(endpoint);
    if (!wanted) continue;
    if (hasSameAttributes(wanted, endpoint)) kept.push(endpoint as Endpoint);
    else {
      kept.push(endpoint.hints ? { ...wanted, hints: cloneJson(endpoint.hints) } : wanted);
      changed = true;
    }
  }
  const labels = labelsOf(service);
  const relabelled = !deepEqual(withoutReserved(slice.metadata.labels), withoutReserved(service.metadata.labels));
  if (!changed && !relabelled && kept.length === (slice.endpoints ?? []).length) return undefined;
  return { ...(slice as EndpointSlice), metadata: { ...cloneJson(slice.metadata), labels }, endpoints: kept };
}

/** The unchanged slice that these endpoints would fill most, if one has room for all of them. */
function fullest(slices: readonly ReadSlice[], count: number, max: number): ReadSlice | undefined {
  if (count >= max) return undefined;
  let best: ReadSlice | undefined;
  let least = max;
  for (const slice of slices) {
    const left = max - count - (slice.endpoints ?? []).length;
    if (left >= 0 && left < least) [best, least] = [slice, left];
  }
  return best;
}

function withoutReserved(labels: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !reserved.has(name)));
}

function labelsOf(service: ReadService): Record<string, string> {
  return {
    ...withoutReserved(service.metadata.labels),
    ...(isHeadless(service) && { [headlessLabel]: "" }),
    [serviceNameLabel]: service.metadata.name ?? "",
    [managedByLabel]: sliceManager,
  };
}

function newSlice(service: ReadService, family: Family, ports: EndpointPort[]): EndpointSlice {
  const { name = "", namespace = "" } = service.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      generateName: name.length < 253 ? `${name}-` : name,
      namespace,
      labels: labelsOf(service),
      ownerReferences: [ownerReference({ apiVersion: "v1", kind: "Service", metadata: service.metadata })],
    },
    addressType: family,
    ports: ports.map((port) => ({ ...port })),
    endpoints: [],
  };
}

function isOwnedBy(slice: ReadSlice, service: ReadService): boolean {
  return (slice.metadata.ownerReferences ?? []).some(
    ({ uid, kind, apiVersion }) => uid === service.metadata.uid && kind === "Service" && apiVersion === "v1",
  );
}

/** A Service without endpoints still has one, empty slice per family: clients see that it is looked after. */
function keepPlaceholder(service: ReadService, family: Family, existing: readonly ReadSlice[], plan: SlicePlan): void {
  if (existing.length !== plan.delete.length || plan.create.length > 0) return;
  const placeholder = newSlice(service, family, []);
  const only = plan.delete[0];
  if (plan.delete.length === 1 && only && isPlaceholder(only, placeholder)) plan.delete.length = 0;
  else plan.create.push(placeholder);
}

function isPlaceholder(slice: ReadSlice, placeholder: EndpointSlice): boolean {
  return (
    (slice.endpoints ?? []).length === 0 &&
    (slice.ports ?? []).length === 0 &&
    slice.addressType === placeholder.addressType &&
    deepEqual(slice.metadata.labels, placeholder.metadata.labels) &&
    deepEqual(slice.metadata.ownerReferences, placeholder.metadata.ownerReferences)
  );
}

function hintAll(service: ReadService, existing: readonly ReadSlice[], plan: SlicePlan): void {
  const touched = new Set([...plan.update, ...plan.delete].map((slice) => slice.metadata.name));
  for (const slice of existing) {
    if (!touched.has(slice.metadata.name) && needsHints(service, slice))
      plan.update.push(cloneJson(slice) as EndpointSlice);
  }
  for (const slice of [...plan.create, ...plan.update]) setHints(service, slice);
}

/** A slice to delete and one to create become one update: fewer objects come and go. */
function reuseDeleted(service: ReadService, plan: SlicePlan): void {
  for (let index = 0; index < plan.delete.length && plan.create.length > 0;) {
    const deleted = plan.delete[index]!;
    const created = plan.create.at(-1)!;
    if (deleted.addressType !== created.addressType || !isOwnedBy(deleted, service)) {
      index++;
      continue;
    }
    plan.create.pop();
    plan.delete.splice(index, 1);
    plan.update.push({ ...created, metadata: { ...created.metadata, name: deleted.metadata.name ?? "" } });
  }
}
