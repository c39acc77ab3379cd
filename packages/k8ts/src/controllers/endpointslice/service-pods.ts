/** Which pods a Service sends to, and which Services a pod's change concerns. Shared by Endpoints and EndpointSlices. */
import { deepEqual, formatIP, isIPv6, parseIP, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { services, type Pod, type Service, type ServicePort } from "@k8ts/api/core/v1";
import type { ControllerContext, Lister } from "@k8ts/client";
import { indexBySelector, objectsMatching, selecting } from "../indexes.ts";
import { keyOf } from "../keys.ts";
import { isPodReady, isPodTerminal } from "../pods/pod-state.ts";
import { mapMatcherOf } from "../selectors.ts";

/** A pod from a cache. */
export type ReadPod = DeepReadonly<Pod>;
/** A Service from a cache. */
export type ReadService = DeepReadonly<Service>;

/** A Service whose endpoints controllers keep: it has a selector and is no ExternalName. Others' are left alone. */
export function selectorOf(service: ReadService): Readonly<Record<string, string>> | undefined {
  const selector = service.spec?.selector;
  if (service.spec?.type === "ExternalName" || !selector) return undefined;
  return Object.keys(selector).length > 0 ? selector : undefined;
}

/** Adds the index that `servicesOf` looks in. */
export function indexServices(context: ControllerContext): void {
  indexBySelector(context.informers.of(services), selectorOf);
}

/** The pods that a Service's selector matches. */
export function podsOf(service: ReadService, lister: Lister<Pod>): ReadPod[] {
  const selector = selectorOf(service);
  if (!selector) return [];
  return objectsMatching(lister, service.metadata.namespace ?? "", { matchLabels: selector }, mapMatcherOf(selector));
}

/** The Services that select this pod. */
export function servicesOf(context: ControllerContext, pod: ReadPod): readonly ObjectKey[] {
  const { namespace = "", labels } = pod.metadata;
  return selecting(context.informers.of(services).lister, namespace, labels)
    .filter((service) => {
      const selector = selectorOf(service);
      return selector !== undefined && mapMatcherOf(selector).matches(labels);
    })
    .map((service) => keyOf(service));
}

/** True where a pod's change may change an endpoint, or the Services that select the pod. */
export function changesEndpoints(pod: ReadPod, old: ReadPod | undefined): boolean {
  if (!old) return true;
  return (
    pod.metadata.uid !== old.metadata.uid ||
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    isPodReady(pod) !== isPodReady(old) ||
    isPodTerminal(pod) !== isPodTerminal(old) ||
    pod.spec?.hostname !== old.spec?.hostname ||
    pod.spec?.subdomain !== old.spec?.subdomain ||
    !deepEqual(pod.status?.podIPs, old.status?.podIPs) ||
    !deepEqual(pod.metadata.labels, old.metadata.labels)
  );
}

/** True where a pod has an address to publish: it has not finished, and is not going away unless those count too. */
export function isEndpoint(pod: ReadPod, includeTerminating: boolean): boolean {
  if (isPodTerminal(pod)) return false;
  if (!pod.status?.podIP && !pod.status?.podIPs?.length) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** A pod's addresses by family. */
interface Addresses {
  readonly IPv4: readonly string[];
  readonly IPv6: readonly string[];
}

/** Parsed once per state of a pod: a Service looks at all of its pods whenever one changes. */
const parsed = new WeakMap<ReadPod, Addresses>();

/** The pod's addresses of one family, in canonical form. */
export function addressesOf(pod: ReadPod, family: "IPv4" | "IPv6"): string[] {
  let addresses = parsed.get(pod);
  if (!addresses) parsed.set(pod, (addresses = parseAddresses(pod)));
  return [...addresses[family]];
}

function parseAddresses(pod: ReadPod): Addresses {
  const addresses = { IPv4: [] as string[], IPv6: [] as string[] };
  for (const { ip = "" } of pod.status?.podIPs ?? []) {
    const bytes = parseIP(ip);
    if (bytes) addresses[isIPv6(ip) ? "IPv6" : "IPv4"].push(formatIP(bytes));
  }
  return addresses;
}

/** The hostname that the pod has in this (headless) Service's DNS. */
export function hostnameOf(pod: ReadPod, service: ReadService): string | undefined {
  const named = pod.spec?.hostname && pod.spec.subdomain === service.metadata.name;
  return named && pod.metadata.namespace === service.metadata.namespace ? pod.spec?.hostname : undefined;
}

/** True for a Service without an address of its own. */
export const isHeadless = (service: ReadService): boolean =>
  !service.spec?.clusterIP || service.spec.clusterIP === "None";

/**
 * The pod's port that a Service's port leads to: a number as it is, a name looked up in the pod's containers and
 * sidecars; undefined where the pod has none of that name.
 */
export function targetPort(pod: ReadPod, port: DeepReadonly<ServicePort>): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target;
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const candidate of container.ports ?? []) {
      const sameProtocol = (candidate.protocol ?? "TCP") === (port.protocol ?? "TCP");
      if (candidate.name === target && sameProtocol) return candidate.containerPort;
    }
  }
  return undefined;
}
