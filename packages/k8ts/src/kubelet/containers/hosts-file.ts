/** The /etc/hosts that the kubelet keeps for a pod. */
import type { DesiredPod } from "../pods/pod-spec.ts";
import type { PodHostname } from "./hostname.ts";

function aliases(pod: DesiredPod): string {
  const entries = pod.spec?.hostAliases ?? [];
  if (entries.length === 0) return "";
  const lines = entries.map((alias) => `${alias.ip}\t${(alias.hostnames ?? []).join("\t")}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join("")}`;
}

const localNames = [
  "127.0.0.1\tlocalhost",
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::0\tip6-localnet",
  "fe00::0\tip6-mcastprefix",
  "fe00::1\tip6-allnodes",
  "fe00::2\tip6-allrouters",
];

/** For a pod with its own network. */
export function podHostsFile(pod: DesiredPod, ips: readonly string[], { hostname, domain }: PodHostname): string {
  const names = domain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  const lines = ["# Kubernetes-managed hosts file.", ...localNames, ...ips.map((ip) => `${ip}\t${names}`)];
  return `${lines.join("\n")}\n${aliases(pod)}`;
}

/** For a pod on the node's network: the node's own file and the aliases. */
export function hostNetworkHostsFile(pod: DesiredPod, nodeFile: string): string {
  return `# Kubernetes-managed hosts file (host network).\n${nodeFile}${aliases(pod)}`;
}
