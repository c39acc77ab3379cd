/** A pod's sandbox as the runtime takes it. */
import type { PodSandboxConfig, PortMapping } from "../runtimes/runtime.ts";
import { initContainers, isHostNetwork, isSidecar, regularContainers, type DesiredPod } from "../pods/pod-spec.ts";
import { kernelHostname, podHostname } from "./hostname.ts";
import { sandboxLabels } from "./labels.ts";
import type { DnsSettings } from "./pod-dns.ts";
import { sandboxSecurityContext } from "./security-context.ts";

/** What the node adds to the spec. */
export interface SandboxSettings {
  readonly attempt: number;
  readonly dns: DnsSettings;
  readonly clusterDomain: string;
  readonly logDirectory: string;
  readonly cgroupParent: string;
}

/** "<podLogs>/<namespace>_<name>_<uid>". */
export function podLogDirectory(root: string, pod: DesiredPod): string {
  const { namespace, name, uid } = pod.metadata;
  return `${root}/${namespace}_${name}_${uid}`;
}

/** The sandbox's configuration; throws for a malformed hostname. */
export function sandboxConfig(pod: DesiredPod, settings: SandboxSettings): PodSandboxConfig {
  const { name = "", namespace = "", uid = "", annotations } = pod.metadata;
  const sysctls = pod.spec?.securityContext?.sysctls ?? [];
  return {
    metadata: { name, namespace, uid, attempt: settings.attempt },
    hostname: isHostNetwork(pod) ? "" : kernelHostname(pod, podHostname(pod, settings.clusterDomain)),
    logDirectory: settings.logDirectory,
    dns: settings.dns,
    portMappings: isHostNetwork(pod) ? [] : portMappings(pod),
    labels: sandboxLabels(pod),
    annotations: { ...annotations },
    cgroupParent: settings.cgroupParent,
    // runc knows a sysctl's namespace only by its dotted name.
    sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [dotted(name), value])),
    securityContext: sandboxSecurityContext(pod),
  };
}

/** "net/ipv4/tcp_syncookies" with dots; in a name that already has dots first, slashes are literal. */
export function dotted(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== "/") return name;
  return name.replace(/[./]/g, (separator) => (separator === "/" ? "." : "/"));
}

function portMappings(pod: DesiredPod): PortMapping[] {
  return [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)].flatMap((container) =>
    (container.ports ?? []).map((port) => ({
      protocol: (port.protocol ?? "TCP") as PortMapping["protocol"],
      containerPort: port.containerPort,
      hostPort: port.hostPort ?? 0,
      hostIp: port.hostIP ?? "",
    })),
  );
}
