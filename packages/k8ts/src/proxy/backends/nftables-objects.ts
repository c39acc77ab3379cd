/** From a plan to nftables' objects: chains with rules, affinity sets, and elements of the table's maps and sets. Pure. */
import { createHash } from "node:crypto";
import { cidrContains, parseCIDR, parseIP } from "@k8ts/api";
import { type Endpoint, endpointText } from "../endpoint.ts";
import type { ServicePlan, Verdict } from "../plan.ts";
import type { IPFamily } from "../service-port.ts";

/** The maps and sets of the base rules that plans put elements into. */
export type Container =
  | "cluster-ips"
  | "service-ips"
  | "service-nodeports"
  | "no-endpoint-services"
  | "no-endpoint-nodeports"
  | "firewall-ips"
  | "hairpin-connections";

/** One element; `value` is the verdict in maps, "" in sets. */
export interface Element {
  readonly container: Container;
  readonly key: string;
  readonly value: string;
}

/** What one plan needs in the kernel. */
export interface NftObjects {
  /** Rules by chain, callees before callers. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Timeout in seconds by affinity set. */
  readonly sets: ReadonlyMap<string, number>;
  readonly elements: readonly Element[];
}

/** What rules need to know beside the plan. */
export interface NftContext {
  readonly family: IPFamily;
  /** "mark set mark or 0x4000": marks a packet for masquerading. */
  readonly masquerade: string;
  /** The cluster's pod CIDRs of this family. */
  readonly clusterCIDRs: readonly string[];
  /** The node's own addresses of this family. */
  readonly nodeIPs: readonly string[];
}

/** Where endpoints of a policy are chosen. */
const serviceChain = (plan: ServicePlan): string => chainName("service", plan.name);
const localChain = (plan: ServicePlan): string => chainName("local", plan.name);
const externalChain = (plan: ServicePlan): string => chainName("external", plan.name);
const firewallChain = (plan: ServicePlan): string => chainName("firewall", plan.name);
/** Per endpoint, where a client's choice is remembered. */
const endpointChain = (plan: ServicePlan, endpoint: Endpoint): string =>
  chainName("endpoint", `${plan.name}__${endpoint.address}/${endpoint.port}`);
const affinitySet = (plan: ServicePlan, endpoint: Endpoint): string =>
  chainName("affinity", `${plan.name}__${endpoint.address}/${endpoint.port}`);

/** The kernel takes names of at most 127 characters; upstream stays at 128 less its prefixes, and so do we. */
const maxBaseLength = 115;
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** "service-ULMVA6XW-default/web/tcp/http": the hash makes it unique where it has to be cut. */
function chainName(prefix: string, name: string): string {
  let base = `${hash(name)}-${name.replaceAll(/[^A-Za-z0-9._/-]/g, ".")}`;
  if (base.length > maxBaseLength) base = `${base.slice(0, maxBaseLength - 3)}...`;
  return `${prefix}-${base}`;
}

/** The first eight base32 digits of the SHA-256. */
function hash(text: string): string {
  const digest = createHash("sha256").update(text).digest();
  let bits = BigInt(`0x${digest.subarray(0, 5).toString("hex")}`);
  let digits = "";
  for (let n = 0; n < 8; n++) {
    digits = base32[Number(bits & 31n)]! + digits;
    bits >>= 5n;
  }
  return digits;
}

/** "ip" or "ip6", as rules and tables say it. */
export const protocolOf = (family: IPFamily): "ip" | "ip6" => (family === "IPv4" ? "ip" : "ip6");

/** The objects of a plan. */
export function nftObjects(plan: ServicePlan, context: NftContext): NftObjects {
  const chains = new Map<string, readonly string[]>();
  const sets = new Map<string, number>();
  if (plan.port.affinitySeconds !== undefined) addEndpointChains(plan, context, chains, sets);
  // Nothing leads to the endpoints of a policy that has none.
  if (plan.cluster.length > 0) chains.set(serviceChain(plan), choice(plan, plan.cluster, context));
  if (plan.local.length > 0) chains.set(localChain(plan), choice(plan, plan.local, context));
  if (plan.external && plan.external !== "reject") chains.set(externalChain(plan), externalRules(plan, context));
  if (isFirewalled(plan)) chains.set(firewallChain(plan), [firewallRule(plan, context)]);
  return { chains, sets, elements: elementsOf(plan) };
}

const isFirewalled = ({ port }: ServicePlan): boolean =>
  port.loadBalancerIPs.length > 0 && port.sourceRanges.length > 0;

function addEndpointChains(
  plan: ServicePlan,
  { family }: NftContext,
  chains: Map<string, readonly string[]>,
  sets: Map<string, number>,
): void {
  for (const endpoint of plan.reachable) {
    const set = affinitySet(plan, endpoint);
    sets.set(set, plan.port.affinitySeconds ?? 0);
    chains.set(endpointChain(plan, endpoint), [
      `update @${set} { ${protocolOf(family)} saddr }`,
      `meta l4proto ${plan.port.protocol} dnat to ${endpointText(endpoint)}`,
    ]);
  }
}

/** Rules that choose one of the endpoints at random, or the one that this client had last. */
function choice(plan: ServicePlan, endpoints: readonly Endpoint[], { family }: NftContext): string[] {
  const ip = protocolOf(family);
  const count = endpoints.length;
  if (plan.port.affinitySeconds === undefined) {
    const targets = endpoints.map(({ address, port }, n) => `${n} : ${address} . ${port}`).join(", ");
    return [
      `meta l4proto ${plan.port.protocol} dnat ${ip} addr . port to numgen random mod ${count} map { ${targets} }`,
    ];
  }
  const remembered = endpoints.map(
    (endpoint) => `${ip} saddr @${affinitySet(plan, endpoint)} goto ${endpointChain(plan, endpoint)}`,
  );
  const jumps = endpoints.map((endpoint, n) => `${n} : goto ${endpointChain(plan, endpoint)}`).join(", ");
  return [...remembered, `numgen random mod ${count} vmap { ${jumps} }`];
}

/** Traffic to a node port, external or load-balancer IP. */
function externalRules(plan: ServicePlan, { family, masquerade, clusterCIDRs }: NftContext): string[] {
  const ip = protocolOf(family);
  if (!plan.port.externalLocal) return [masquerade, `goto ${serviceChain(plan)}`];
  const rules: string[] = [];
  if (plan.cluster.length > 0) {
    // What starts on this node is no external traffic: it goes to any endpoint, as if over the load balancer and back.
    if (clusterCIDRs.length > 0) rules.push(`${ip} saddr ${cidrSet(clusterCIDRs)} goto ${serviceChain(plan)}`);
    rules.push(`fib saddr type local ${masquerade}`, `fib saddr type local goto ${serviceChain(plan)}`);
  }
  // Policy Local keeps the client's address: no masquerading.
  if (plan.external === "local") rules.push(`goto ${localChain(plan)}`);
  return rules;
}

/** "10.0.0.0/8" or "{ 10.0.0.0/8, 192.168.0.0/16 }": what nft takes as a set, which must not overlap. */
export function cidrSet(cidrs: readonly string[]): string {
  const apart = withoutContained(cidrs);
  return apart.length === 1 ? apart[0]! : `{ ${apart.join(", ")} }`;
}

/** Leaves out addresses and ranges that lie within another one; the first of equal ones stays. */
function withoutContained(cidrs: readonly string[]): string[] {
  const blocks = cidrs.flatMap((text) => {
    const cidr = parseCIDR(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
    return cidr ? [{ text, cidr }] : [];
  });
  return blocks
    .filter(({ cidr }, at) => {
      return !blocks.some((other, n) => {
        if (n === at || !cidrContains(other.cidr, cidr.address)) return false;
        return other.cidr.prefixLength < cidr.prefixLength || (other.cidr.prefixLength === cidr.prefixLength && n < at);
      });
    })
    .map(({ text }) => text);
}

/** A node that has a load balancer's address assigned uses it as source: it passes where the node itself may. */
function firewallRule({ port }: ServicePlan, { family, nodeIPs }: NftContext): string {
  const { sourceRanges, loadBalancerIPs } = port;
  const nodeMay = sourceRanges.some((range) => nodeIPs.some((address) => contains(range, address)));
  const sources = nodeMay ? [...sourceRanges, ...loadBalancerIPs] : sourceRanges;
  return `${protocolOf(family)} saddr != ${cidrSet(sources)} drop`;
}

function contains(range: string, address: string): boolean {
  const [cidr, bytes] = [parseCIDR(range), parseIP(address)];
  return cidr !== undefined && bytes !== undefined && cidrContains(cidr, bytes);
}

function elementsOf(plan: ServicePlan): Element[] {
  const { port } = plan;
  const elements: Element[] = [{ container: "cluster-ips", key: port.clusterIP, value: "" }];
  const add = (container: Container, key: string, value: string): void => void elements.push({ container, key, value });
  const key = (address: string): string => `${address} . ${port.protocol} . ${port.port}`;
  for (const endpoint of plan.reachable) {
    if (!endpoint.isLocal) continue;
    const { address } = endpoint;
    add("hairpin-connections", `${address} . ${address} . ${port.protocol} . ${endpoint.port}`, "");
  }
  const chain = chainOf(plan.internal, plan);
  if (chain) add("service-ips", key(port.clusterIP), `goto ${chain}`);
  else add("no-endpoint-services", key(port.clusterIP), refusal(plan.internal));
  if (plan.external) addExternal(plan, plan.external, key, add);
  return elements;
}

function addExternal(
  plan: ServicePlan,
  external: Verdict,
  key: (address: string) => string,
  add: (container: Container, key: string, value: string) => void,
): void {
  const { port } = plan;
  const nodePort = `${port.protocol} . ${port.nodePort}`;
  const addresses = [...port.externalIPs, ...port.loadBalancerIPs];
  if (external !== "reject") {
    const go = `goto ${externalChain(plan)}`;
    for (const address of addresses) add("service-ips", key(address), go);
    if (port.nodePort !== 0) add("service-nodeports", nodePort, go);
  }
  if (external === "reject" || external === "drop") {
    for (const address of addresses) add("no-endpoint-services", key(address), refusal(external));
    if (port.nodePort !== 0) add("no-endpoint-nodeports", nodePort, refusal(external));
  }
  if (!isFirewalled(plan)) return;
  for (const address of port.loadBalancerIPs) add("firewall-ips", key(address), `goto ${firewallChain(plan)}`);
}

function chainOf(verdict: Verdict, plan: ServicePlan): string | undefined {
  if (verdict === "cluster") return serviceChain(plan);
  return verdict === "local" ? localChain(plan) : undefined;
}

const refusal = (verdict: Verdict): string => (verdict === "reject" ? "goto reject-chain" : "drop");
