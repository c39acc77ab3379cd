/** From a Service and its pods to the subsets of its Endpoints: addresses grouped by the ports that all of them have. */
import type { DeepReadonly } from "@k8ts/api";
import { isIPv6 } from "@k8ts/api";
import type { EndpointAddress, EndpointPort, EndpointSubset } from "@k8ts/api/core/v1";
import { isPodReady } from "../pods/pod-state.ts";
import { addressesOf, hostnameOf, isEndpoint, targetPort, type ReadPod, type ReadService } from "./service-pods.ts";

/** Most addresses in one Endpoints object: more are cut off, and the annotation says so. */
export const maxEndpointsCapacity = 1000;

/** An address with one of its ports (undefined: a headless Service without ports). */
interface Part {
  readonly address: EndpointAddress;
  readonly port: EndpointPort | undefined;
  readonly ready: boolean;
}

/** The subsets of a Service's Endpoints, in canonical order. */
export function planSubsets(service: ReadService, pods: readonly ReadPod[]): EndpointSubset[] {
  const parts: Part[] = [];
  const unreadyToo = service.spec?.publishNotReadyAddresses === true;
  for (const pod of pods) {
    if (!isEndpoint(pod, unreadyToo)) continue;
    const address = addressOf(service, pod);
    if (!address) continue;
    const ready = unreadyToo || isPodReady(pod);
    for (const port of portsOf(service, pod)) parts.push({ address, port, ready });
  }
  return repack(parts);
}

function portsOf(service: ReadService, pod: ReadPod): (EndpointPort | undefined)[] {
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return service.spec?.clusterIP === "None" ? [undefined] : [];
  return ports.flatMap((servicePort) => {
    const port = targetPort(pod, servicePort);
    if (port === undefined) return [];
    const { name, protocol = "TCP", appProtocol } = servicePort;
    return [{ ...(name && { name }), port, protocol, ...(appProtocol !== undefined && { appProtocol }) }];
  });
}

function addressOf(service: ReadService, pod: ReadPod): EndpointAddress | undefined {
  const ip = addressesOf(pod, familyOf(service, pod))[0];
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata;
  const hostname = hostnameOf(pod, service);
  const nodeName = pod.spec?.nodeName;
  return {
    ip,
    ...(hostname !== undefined && { hostname }),
    ...(nodeName !== undefined && { nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

function familyOf(service: ReadService, pod: ReadPod): "IPv4" | "IPv6" {
  const { ipFamilies = [], clusterIP = "" } = service.spec ?? {};
  if (ipFamilies[0] !== undefined) return ipFamilies[0] === "IPv6" ? "IPv6" : "IPv4";
  const hint = clusterIP !== "" && clusterIP !== "None" ? clusterIP : (pod.status?.podIP ?? "");
  return isIPv6(hint) ? "IPv6" : "IPv4";
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const addressKey = (address: DeepReadonly<EndpointAddress>): string => `${address.ip}|${address.targetRef?.uid ?? ""}`;
const portKey = (port: DeepReadonly<EndpointPort> | undefined): string =>
  port ? `${port.name ?? ""}|${port.port}|${port.protocol ?? ""}|${port.appProtocol ?? ""}` : "";

interface Addresses {
  readonly byKey: Map<string, { readonly address: EndpointAddress; ready: boolean }>;
  readonly port: EndpointPort | undefined;
}

/** Groups addresses by port, then ports by their addresses; where one is both ready and not, not ready wins. */
function repack(parts: readonly Part[]): EndpointSubset[] {
  const byPort = new Map<string, Addresses>();
  for (const { address, port, ready } of parts) {
    let addresses = byPort.get(portKey(port));
    if (!addresses) byPort.set(portKey(port), (addresses = { byKey: new Map(), port }));
    const known = addresses.byKey.get(addressKey(address));
    if (known) known.ready &&= ready;
    else addresses.byKey.set(addressKey(address), { address, ready });
  }
  const groups = Map.groupBy(byPort.values(), ({ byKey }) =>
    [...byKey]
      .map(([key, { ready }]) => `${key}|${ready}`)
      .sort()
      .join(","),
  );
  return [...groups.values()].map(subsetOf).sort((a, b) => compareText(subsetKey(a), subsetKey(b)));
}

function subsetOf(group: readonly Addresses[]): EndpointSubset {
  const all = [...group[0]!.byKey.values()].sort((a, b) => compareText(addressKey(a.address), addressKey(b.address)));
  const addresses = all.filter(({ ready }) => ready).map(({ address }) => address);
  const notReadyAddresses = all.filter(({ ready }) => !ready).map(({ address }) => address);
  const ports = group.flatMap(({ port }) => (port ? [port] : []));
  ports.sort((a, b) => compareText(portKey(a), portKey(b)));
  return {
    ...(addresses.length > 0 && { addresses }),
    ...(notReadyAddresses.length > 0 && { notReadyAddresses }),
    ...(ports.length > 0 && { ports }),
  };
}

const subsetKey = (subset: EndpointSubset): string =>
  [...(subset.ports ?? []).map(portKey), ...(subset.addresses ?? subset.notReadyAddresses ?? []).map(addressKey)].join(
    ",",
  );

/** The same addresses and ports in canonical form, as `planSubsets` gives it. */
export function repackSubsets(subsets: readonly DeepReadonly<EndpointSubset>[]): EndpointSubset[] {
  const parts: Part[] = [];
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    for (const port of ports.length > 0 ? ports : [undefined]) {
      for (const address of addresses) parts.push({ address, port, ready: true });
      for (const address of notReadyAddresses) parts.push({ address, port, ready: false });
    }
  }
  return repack(parts);
}

/** How many addresses subsets have, ready or not. */
export function countAddresses(subsets: readonly DeepReadonly<EndpointSubset>[] | undefined): number {
  let count = 0;
  for (const { addresses, notReadyAddresses } of subsets ?? []) {
    count += (addresses?.length ?? 0) + (notReadyAddresses?.length ?? 0);
  }
  return count;
}

/** Subsets cut to the capacity, ready addresses before others, each subset in proportion; the same where all fit. */
export function truncateSubsets(subsets: EndpointSubset[]): EndpointSubset[] {
  if (countAddresses(subsets) <= maxEndpointsCapacity) return subsets;
  const totals = { addresses: 0, notReadyAddresses: 0 };
  for (const { addresses = [], notReadyAddresses = [] } of subsets) {
    totals.addresses += addresses.length;
    totals.notReadyAddresses += notReadyAddresses.length;
  }
  const cut = totals.addresses > maxEndpointsCapacity ? "addresses" : "notReadyAddresses";
  const max = cut === "addresses" ? maxEndpointsCapacity : maxEndpointsCapacity - totals.addresses;
  let left = max;
  return subsets.map((subset) => {
    const list = subset[cut] ?? [];
    const kept = list.slice(0, Math.min(Math.ceil((list.length / totals[cut]) * max), left));
    left -= kept.length;
    const { addresses, notReadyAddresses: _notReady, ...rest } = subset;
    if (cut === "addresses") return { ...(kept.length > 0 && { addresses: kept }), ...rest };
    return { ...(addresses && { addresses }), ...(kept.length > 0 && { notReadyAddresses: kept }), ...rest };
  });
}
