/** Which kernel parameters a pod may set: those of its own namespaces that can harm nobody else, and those the node allows. */
import { dotted } from "../containers/sandbox-config.ts";
import { isHostNetwork, type DesiredPod } from "./pod-spec.ts";

/** Namespaced and isolated since Linux 4.15. */
const safe: readonly string[] = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
];

function isAllowed(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? name.startsWith(dotted(pattern).slice(0, -1)) : name === dotted(pattern),
  );
}

/** Why the pod may not set one of its sysctls; undefined: it may. `unsafe`: names, or patterns that end in "*". */
export function forbiddenSysctl(pod: DesiredPod, unsafe: readonly string[]): string | undefined {
  for (const { name } of pod.spec?.securityContext?.sysctls ?? []) {
    const sysctl = dotted(name);
    if (!isAllowed(sysctl, safe) && !isAllowed(sysctl, unsafe)) return `forbidden sysctl: "${sysctl}" not allowlisted`;
    const network = sysctl.startsWith("net.");
    // It would be the node's own.
    const shared = network ? isHostNetwork(pod) : pod.spec?.hostIPC === true;
    if (shared) return `forbidden sysctl: "${sysctl}" not allowed with host ${network ? "Net" : "IPC"} enabled`;
  }
  return undefined;
}
