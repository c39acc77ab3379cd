/**
 * From hand-made Endpoints (of a Service without selector) to the EndpointSlices that mirror them: one slice per list of
 * ports and address family.
 */
import { deepEqual, formatIP, isIPv6, ownerReference, parseIP, type DeepReadonly } from "@k8ts/api";
import type { EndpointAddress, Endpoints, EndpointSubset } from "@k8ts/api/core/v1";
import type { Endpoint, EndpointPort, EndpointSlice } from "@k8ts/api/discovery/v1";
import { EndpointSet, hasSameAttributes, portsKey } from "./endpoint-set.ts";
import { repackSubsets } from "./endpoints-plan.ts";
import { managedByLabel, serviceNameLabel, type ReadSlice } from "./endpointslice-plan.ts";
import { triggerTimeAnnotation } from "./trigger-times.ts";

type ReadEndpoints = DeepReadonly<Endpoints>;

/** The value of the managed-by label on mirrored slices. */
export const mirroringManager = "endpointslicemirroring-controller.k8s.io";

/** Most addresses of one subset that are mirrored. */
export const maxMirroredAddresses = 1000;

const notCopied: ReadonlySet<string> = new Set([
  triggerTimeAnnotation,
  "kubectl.kubernetes.io/last-applied-configuration",
]);

/** The writes that make it so, and what could not be mirrored. */
export interface MirrorPlan {
  readonly create: EndpointSlice[];
  readonly update: EndpointSlice[];
  readonly delete: ReadSlice[];
  /** Addresses that are no IPs. */
  readonly invalid: number;
  /** Addresses beyond what is mirrored, the invalid ones among them. */
  readonly skipped: number;
}

interface Group {
  readonly family: "IPv4" | "IPv6";
  readonly ports: EndpointPort[];
  readonly endpoints: Endpoint[];
}

/** Plans the mirror of `endpoints`; `slices` are those mirrored so far. */
export function planMirror(endpoints: ReadEndpoints, slices: readonly ReadSlice[]): MirrorPlan {
  const { groups, invalid, skipped } = groupSubsets(repackSubsets(endpoints.subsets ?? []));
  const existing = Map.groupBy(slices, ({ addressType, ports }) => `${addressType} ${portsKey(ports)}`);
  const plan: MirrorPlan = { create: [], update: [], delete: [], invalid, skipped };
  for (const [key, group] of groups) {
    const [first, ...others] = existing.get(key) ?? [];
    existing.delete(key);
    plan.delete.push(...others);
    const wanted = mirrored(endpoints, group, first?.metadata.name);
    if (!first) plan.create.push(wanted);
    else if (!isMirror(first, wanted)) plan.update.push(wanted);
  }
  for (const stale of existing.values()) plan.delete.push(...stale);
  // A slice that would go becomes the one that would come.
  for (let old = plan.delete[0]; old && plan.create.length > 0; old = plan.delete[0]) {
    const index = plan.create.findIndex(({ addressType }) => addressType === old?.addressType);
    const slice = plan.create[index];
    if (!slice) break;
    plan.create.splice(index, 1);
    plan.delete.shift();
    const { generateName: _prefix, ...metadata } = slice.metadata;
    plan.update.push({ ...slice, metadata: { ...metadata, name: old.metadata.name ?? "" } });
  }
  return plan;
}

function groupSubsets(subsets: readonly EndpointSubset[]): {
  groups: Map<string, Group>;
  invalid: number;
  skipped: number;
} {
  const groups = new Map<string, Group>();
  let invalid = 0;
  let skipped = 0;
  for (const { addresses = [], notReadyAddresses = [], ports: given = [] } of subsets) {
    const ports = given.map(({ name = "", protocol = "TCP", port, appProtocol }) => {
      return { name, port, protocol, ...(appProtocol !== undefined && { appProtocol }) };
    });
    let left = maxMirroredAddresses;
    const add = (address: EndpointAddress, ready: boolean): void => {
      const endpoint = left > 0 ? endpointOf(address, ready) : undefined;
      if (!endpoint) {
        skipped++;
        if (left > 0) invalid++;
        return;
      }
      left--;
      const family = isIPv6(address.ip) ? "IPv6" : "IPv4";
      const key = `${family} ${portsKey(ports)}`;
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { family, ports, endpoints: [] }));
      group.endpoints.push(endpoint);
    };
    for (const address of addresses) add(address, true);
    for (const address of notReadyAddresses) add(address, false);
  }
  return { groups, invalid, skipped };
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): Endpoint | undefined {
  const bytes = parseIP(ip);
  if (!bytes) return undefined;
  return {
    addresses: [formatIP(bytes)],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(nodeName !== undefined && { nodeName }),
    ...(targetRef && { targetRef: { ...targetRef } }),
  };
}

function copied(annotations: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations ?? {}).filter(([name]) => !notCopied.has(name)));
}

function mirrored(endpoints: ReadEndpoints, group: Group, existing: string | undefined): EndpointSlice {
  const { name = "", namespace = "", labels, annotations } = endpoints.metadata;
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      ...(existing === undefined ? { generateName: name.length < 253 ? `${name}-` : name } : { name: existing }),
      namespace,
      labels: { ...labels, [serviceNameLabel]: name, [managedByLabel]: mirroringManager },
      annotations: copied(annotations),
      ownerReferences: [ownerReference({ apiVersion: "v1", kind: "Endpoints", metadata: endpoints.metadata })],
    },
    addressType: group.family,
    ports: group.ports,
    endpoints: group.endpoints,
  };
}

/** True where a slice already says what it should. */
function isMirror(slice: ReadSlice, wanted: EndpointSlice): boolean {
  const existing = slice.endpoints ?? [];
  const set = new EndpointSet();
  for (const endpoint of wanted.endpoints ?? []) set.add(endpoint);
  if (existing.length !== set.size) return false;
  const same = existing.every((endpoint) => {
    const other = set.take(endpoint);
    return other !== undefined && hasSameAttributes(other, endpoint) && deepEqual(other.targetRef, endpoint.targetRef);
  });
  return (
    same &&
    deepEqual(slice.metadata.labels, wanted.metadata.labels) &&
    deepEqual(slice.metadata.annotations ?? {}, wanted.metadata.annotations) &&
    slice.metadata.ownerReferences?.[0]?.uid === wanted.metadata.ownerReferences?.[0]?.uid
  );
}
