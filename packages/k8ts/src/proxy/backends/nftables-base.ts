/**
 * The rules that stand once for all Services. Where a packet meets them:
 *
 *     prerouting ─▶ firewall-check (load balancers' source ranges) ─▶ services (DNAT to an endpoint)
 *     output     ─▶ firewall-check ─▶ services
 *     input, forward, output ─▶ no endpoints: reject or drop; cluster IPs that were not translated: reject
 *     postrouting ─▶ masquerading (marked packets, hairpins, pods that leave the cluster)
 */
import type { IPFamily } from "../service-port.ts";
import type { ProxyRules } from "./backend.ts";
import { cidrSet, protocolOf } from "./nftables-objects.ts";

/** The bit of the packet mark that asks for masquerading; kube-proxy's default, bit 14. */
export const masqueradeMark = 0x4000;

/** Base chains: name, type, hook, priority. */
const baseChains: readonly (readonly [string, string, string, string])[] = [
  ["filter-prerouting-pre-dnat", "filter", "prerouting", "dstnat - 10"],
  ["filter-output-pre-dnat", "filter", "output", "-110"],
  ["filter-input", "filter", "input", "filter"],
  ["filter-forward", "filter", "forward", "filter"],
  ["filter-output", "filter", "output", "filter"],
  ["nat-prerouting", "nat", "prerouting", "dstnat"],
  ["nat-output", "nat", "output", "-100"],
  ["nat-postrouting", "nat", "postrouting", "srcnat"],
];

/** The whole table without any Service, as nft's own text inside `table … { }`. */
export function baseTable(family: IPFamily, rules: ProxyRules): string {
  const address = family === "IPv4" ? "ipv4_addr" : "ipv6_addr";
  const destination = `${address} . inet_proto . inet_service`;
  return [
    set("cluster-ips", address),
    set("hairpin-connections", `${address} . ${address} . inet_proto . inet_service`),
    ...(rules.nodePortIPs ? [set("nodeport-ips", address, rules.nodePortIPs)] : []),
    map("service-ips", destination),
    map("service-nodeports", "inet_proto . inet_service"),
    map("no-endpoint-services", destination),
    map("no-endpoint-nodeports", "inet_proto . inet_service"),
    map("firewall-ips", destination),
    ...sharedChains(family, rules),
    ...baseChains.map(([name, type, hook, priority]) =>
      chain(name, [`type ${type} hook ${hook} priority ${priority}`, ...jumps[name]!]),
    ),
  ].join("\n");
}

/** Where each base chain leads, in this order. */
const jumps: Readonly<Record<string, readonly string[]>> = {
  "filter-prerouting-pre-dnat": ["ct state new jump firewall-check"],
  "filter-output-pre-dnat": ["ct state new jump firewall-check"],
  "filter-input": ["ct state new jump nodeport-endpoints-check", "ct state new jump service-endpoints-check"],
  "filter-forward": ["ct state new jump service-endpoints-check", "ct state new jump cluster-ips-check"],
  "filter-output": ["ct state new jump service-endpoints-check", "ct state new jump cluster-ips-check"],
  "nat-prerouting": ["jump services"],
  "nat-output": ["jump services"],
  "nat-postrouting": ["jump masquerading"],
};

function sharedChains(family: IPFamily, rules: ProxyRules): string[] {
  const ip = protocolOf(family);
  const target = `${ip} daddr . meta l4proto . th dport vmap`;
  const nodePort = rules.nodePortIPs ? `${ip} daddr @nodeport-ips` : notLoopback(family);
  const nodePortFromAnywhere = rules.nodePortIPs ? nodePort : `fib daddr type local ${nodePort}`;
  return [
    // A reset, since the kernel limits how many ICMP errors it sends: a storm of clients would wait for nothing.
    chain("reject-chain", ["meta l4proto tcp reject with tcp reset", "reject"]),
    chain("firewall-check", [`${target} @firewall-ips`]),
    chain("service-endpoints-check", [`${target} @no-endpoint-services`]),
    chain("nodeport-endpoints-check", [`${nodePort} meta l4proto . th dport vmap @no-endpoint-nodeports`]),
    chain("cluster-ips-check", clusterIPsCheck(family, rules)),
    chain("services", [
      ...offCluster(family, rules),
      `${target} @service-ips`,
      `${nodePortFromAnywhere} meta l4proto . th dport vmap @service-nodeports`,
    ]),
    chain("masquerading", masquerading(family, rules)),
  ];
}

const notLoopback = (family: IPFamily): string => (family === "IPv4" ? "ip daddr != 127.0.0.0/8" : "ip6 daddr != ::1");

/** "mark set mark or 0x4000". */
export const markRule = `mark set mark or 0x${masqueradeMark.toString(16)}`;

/** Rejects ports of cluster IPs that no Service has; drops what goes to cluster IPs that nobody has. */
function clusterIPsCheck(family: IPFamily, { serviceCIDRs }: ProxyRules): string[] {
  const ip = protocolOf(family);
  const drop = serviceCIDRs.length > 0 ? [`${ip} daddr ${cidrSet(serviceCIDRs)} drop`] : [];
  return [`${ip} daddr @cluster-ips goto reject-chain`, ...drop];
}

/** Traffic to a cluster IP that comes from no pod may go on to another node: the answer must come back through us. */
function offCluster(family: IPFamily, { masqueradeAll, clusterCIDRs }: ProxyRules): string[] {
  const ip = protocolOf(family);
  if (masqueradeAll) return [`${ip} daddr @cluster-ips ${markRule}`];
  if (clusterCIDRs.length === 0) return [];
  return [`${ip} daddr @cluster-ips ${ip} saddr != ${cidrSet(clusterCIDRs)} ${markRule}`];
}

function masquerading(family: IPFamily, { masqueradePods }: ProxyRules): string[] {
  const ip = protocolOf(family);
  const mark = `0x${masqueradeMark.toString(16)}`;
  const rules = [
    `mark and ${mark} != 0 mark set mark xor ${mark} masquerade fully-random`,
    `ct status dnat ${ip} saddr . ${ip} daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random`,
  ];
  if (masqueradePods?.from.length) {
    const multicast = family === "IPv4" ? "224.0.0.0/4" : "ff00::/8";
    const inside = cidrSet([...masqueradePods.except, multicast]);
    rules.push(`${ip} saddr ${cidrSet(masqueradePods.from)} ${ip} daddr != ${inside} masquerade fully-random`);
  }
  return rules;
}

const chain = (name: string, rules: readonly string[]): string =>
  `  chain ${name} {\n${rules.map((rule) => `    ${rule};\n`).join("")}  }`;
const set = (name: string, type: string, elements: readonly string[] = []): string => {
  const filled = elements.length > 0 ? `    elements = { ${elements.join(", ")} };\n` : "";
  return `  set ${name} {\n    type ${type};\n${filled}  }`;
};
const map = (name: string, type: string): string => `  map ${name} {\n    type ${type} : verdict;\n  }`;
