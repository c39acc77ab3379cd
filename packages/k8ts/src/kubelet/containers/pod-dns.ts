/** The resolv.conf of a pod, by its dnsPolicy and dnsConfig and the node's own. */
import type { DesiredPod } from "../pods/pod-spec.ts";
import { isHostNetwork, podText } from "../pods/pod-spec.ts";

/** A resolver's settings. */
export interface DnsSettings {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

/** The cluster's part in them. */
export interface ClusterDns {
  readonly clusterDNS: readonly string[];
  /** "" where the cluster has none. */
  readonly clusterDomain: string;
}

/** The limits of resolv.conf that upstream keeps to. */
const maxServers = 3;
const maxSearches = 32;
const maxSearchCharacters = 2048;

const clusterOptions: readonly string[] = ["ndots:5"];

/** Settings, and what to warn of ("DNSConfigForming", "MissingClusterDNS"). */
export interface PodDns {
  readonly settings: DnsSettings;
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
}

/** Reads a resolv.conf. */
export function parseResolvConf(text: string): DnsSettings {
  const servers: string[] = [];
  let searches: string[] = [];
  const options = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === "nameserver" && values[0] !== undefined) servers.push(values[0]);
    if (keyword === "search") searches = values.filter((one) => one !== ".").map((one) => one.replace(/\.$/, ""));
    if (keyword === "options") for (const option of values) options.set(option.split(":")[0]!, option);
  }
  return { servers, searches, options: [...options.values()] };
}

/** What resolves names inside the pod. */
export function podDns(pod: DesiredPod, cluster: ClusterDns, node: DnsSettings): PodDns {
  const warnings: { reason: string; message: string }[] = [];
  let settings = byPolicy(pod, cluster, node, warnings);
  const own = pod.spec?.dnsConfig;
  if (own !== undefined) {
    settings = {
      servers: unique([...settings.servers, ...(own.nameservers ?? [])]),
      searches: unique([...settings.searches, ...(own.searches ?? [])]),
      options: mergeOptions(settings.options, own.options ?? []),
    };
  }
  return { settings: withinLimits(settings, warnings), warnings };
}

function byPolicy(
  pod: DesiredPod,
  cluster: ClusterDns,
  node: DnsSettings,
  warnings: { reason: string; message: string }[],
): DnsSettings {
  const policy = pod.spec?.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return { servers: [], searches: [], options: [] };
  const ofCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !isHostNetwork(pod));
  if (ofCluster && cluster.clusterDNS.length > 0) {
    const { clusterDomain: domain } = cluster;
    const searches = domain === "" ? [] : [`${pod.metadata.namespace}.svc.${domain}`, `svc.${domain}`, domain];
    return {
      servers: cluster.clusterDNS,
      searches: unique([...searches, ...node.searches]),
      options: clusterOptions,
    };
  }
  if (ofCluster) {
    const message = `pod: "${podText(pod)}". kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`;
    warnings.push({ reason: "MissingClusterDNS", message });
  }
  return node;
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

function mergeOptions(
  options: readonly string[],
  own: readonly { readonly name?: string; readonly value?: string }[],
): string[] {
  const merged = new Map(options.map((option) => [option.split(":")[0]!, option]));
  for (const { name = "", value } of own) merged.set(name, value ? `${name}:${value}` : name);
  return [...merged.values()];
}

function withinLimits(settings: DnsSettings, warnings: { reason: string; message: string }[]): DnsSettings {
  const warn = (message: string): void => void warnings.push({ reason: "DNSConfigForming", message });
  let { servers, searches } = settings;
  if (servers.length > maxServers) {
    servers = servers.slice(0, maxServers);
    warn(
      `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.join(" ")}`,
    );
  }
  let kept = searches.slice(0, maxSearches);
  while (kept.join(" ").length > maxSearchCharacters) kept = kept.slice(0, -1);
  if (kept.length < searches.length) {
    searches = kept;
    warn(
      `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(" ")}`,
    );
  }
  return { servers, searches, options: settings.options };
}
