/** What the proxy needs to know of a Service: one ServicePort for each of its ports and IP families. Pure. */
import { type DeepReadonly, formatCIDR, formatIP, parseCIDR, parseIP } from "@k8ts/api";
import type { Service, ServicePort as ApiPort } from "@k8ts/api/core/v1";

/** Which of the two address families. */
export type IPFamily = "IPv4" | "IPv6";

/** One port of a Service in one IP family; addresses and CIDRs are canonical. */
export interface ServicePort {
  readonly namespace: string;
  readonly name: string;
  /** "" for the only port of a Service that does not name it. */
  readonly portName: string;
  readonly family: IPFamily;
  readonly protocol: "tcp" | "udp" | "sctp";
  readonly clusterIP: string;
  readonly port: number;
  /** 0 for none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  /** Who may use the load balancer's addresses; empty for everybody. */
  readonly sourceRanges: readonly string[];
  /** Seconds for which a client stays with its endpoint; absent without session affinity. */
  readonly affinitySeconds?: number;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
}

/** "default/web/tcp/http": names a port of a Service in one family. */
export function servicePortName({ namespace, name, protocol, portName }: ServicePort): string {
  return `${namespace}/${name}/${protocol}/${portName}`;
}

/** True where traffic from outside the cluster can reach the port. */
export function isExternallyAccessible(port: ServicePort): boolean {
  return port.nodePort !== 0 || port.externalIPs.length > 0 || port.loadBalancerIPs.length > 0;
}

/** Services with this label are some other proxy's. */
const proxyNameLabel = "service.kubernetes.io/service-proxy-name";

/** The default of sessionAffinityConfig.clientIP.timeoutSeconds: three hours. */
const defaultAffinitySeconds = 10_800;

/** The ports that this proxy serves: none for headless, ExternalName and other proxies' Services. */
export function servicePorts(service: DeepReadonly<Service>): ServicePort[] {
  const { spec, metadata } = service;
  if (!spec || spec.type === "ExternalName" || metadata.labels?.[proxyNameLabel] !== undefined) return [];
  const addresses = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ""];
  return addresses.flatMap((address) => {
    const clusterIP = canonicalIP(address);
    if (clusterIP === undefined) return [];
    return (spec.ports ?? []).flatMap((port) => servicePort(service, clusterIP, port) ?? []);
  });
}

function servicePort(
  service: DeepReadonly<Service>,
  clusterIP: string,
  port: DeepReadonly<ApiPort>,
): ServicePort | undefined {
  const { spec = {}, metadata } = service;
  const protocol = (port.protocol ?? "TCP").toLowerCase();
  if (protocol !== "tcp" && protocol !== "udp" && protocol !== "sctp") return undefined;
  const family = familyOf(clusterIP);
  const takesExternal = spec.type === "NodePort" || spec.type === "LoadBalancer" || !!spec.externalIPs?.length;
  const affinity = spec.sessionAffinity === "ClientIP";
  const affinitySeconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds;
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name ?? "",
    portName: port.name ?? "",
    family,
    protocol,
    clusterIP,
    port: port.port,
    nodePort: port.nodePort ?? 0,
    externalIPs: inFamily(spec.externalIPs ?? [], family),
    loadBalancerIPs: inFamily(loadBalancerAddresses(service), family),
    sourceRanges: sourceRanges(spec.loadBalancerSourceRanges ?? [], family),
    ...(affinity && { affinitySeconds }),
    internalLocal: spec.internalTrafficPolicy === "Local",
    externalLocal: takesExternal && spec.externalTrafficPolicy === "Local",
  };
}

/** Addresses that the load balancer leaves to us: those in VIP mode, which is the default. */
function loadBalancerAddresses(service: DeepReadonly<Service>): string[] {
  const ingress = service.status?.loadBalancer?.ingress ?? [];
  return ingress.flatMap(({ ip, ipMode }) => (ip && (ipMode ?? "VIP") === "VIP" ? [ip] : []));
}

/** "IPv6" for addresses and CIDRs with a colon. */
export const familyOf = (address: string): IPFamily => (address.includes(":") ? "IPv6" : "IPv4");

/** The canonical text of an address; nothing for what is none ("None", ""). Rules must never hold anything else. */
export function canonicalIP(text: string): string | undefined {
  const bytes = parseIP(text);
  return bytes && formatIP(bytes);
}

function inFamily(addresses: readonly string[], family: IPFamily): string[] {
  const known = addresses.flatMap((address) => canonicalIP(address) ?? []);
  return [...new Set(known)].filter((address) => familyOf(address) === family);
}

/** A range of everything is no restriction. */
function sourceRanges(ranges: readonly string[], family: IPFamily): string[] {
  const known = ranges.flatMap((range) => canonicalCIDR(range) ?? []).filter((range) => familyOf(range) === family);
  return known.some((range) => range.endsWith("/0")) ? [] : known;
}

/** The canonical text of a CIDR; nothing for what is none. */
export function canonicalCIDR(text: string): string | undefined {
  const cidr = parseCIDR(text.trim());
  return cidr && formatCIDR(cidr);
}
