/** The baseline level: no known way to the host. Texts and order are upstream's. */
import type { DeepReadonly } from "@k8ts/api";
import type { LifecycleHandler, Probe, SELinuxOptions } from "@k8ts/api/core/v1";
import {
  containersText,
  distinct,
  plural,
  quoted,
  type Check,
  type PodUnderCheck,
  type Violation,
} from "./pod-under-check.ts";
import { findSeccomp } from "./seccomp.ts";

type Found = Violation | undefined;

function findAppArmor(pod: PodUnderCheck): Found {
  const isBad = (type: string | undefined): boolean =>
    type !== undefined && type !== "RuntimeDefault" && type !== "Localhost";
  const bad = pod.named((_, context) => isBad(context?.appArmorProfile?.type));
  const setters = pod.setters(isBad(pod.context?.appArmorProfile?.type), bad);
  const values = distinct(pod.values((context) => context.appArmorProfile?.type).filter(isBad));
  const annotations = Object.entries(pod.annotations)
    .filter(([key]) => key.startsWith("container.apparmor.security.beta.kubernetes.io/"))
    .filter(([, value]) => value !== "" && value !== "runtime/default" && !value.startsWith("localhost/"))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const who = [...(setters ? [setters] : []), ...(annotations.length > 0 ? [plural("annotation", annotations)] : [])];
  if (who.length === 0) return undefined;
  const all = [...values, ...annotations];
  return {
    reason: plural("forbidden AppArmor profile", all),
    detail: `${who.join(" and ")} must not set AppArmor profile type to ${quoted(all)}`,
  };
}

const defaultCapabilities = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

function findCapabilities(pod: PodUnderCheck): Found {
  const isBad = (name: string): boolean => !defaultCapabilities.has(name);
  const bad = pod.named((_, context) => context?.capabilities?.add?.some(isBad) ?? false);
  if (bad.length === 0) return undefined;
  const added = pod.containers.flatMap((one) => one.securityContext?.capabilities?.add ?? []).filter(isBad);
  return {
    reason: "non-default capabilities",
    detail: `${containersText(bad)} must not include ${quoted(distinct(added))} in securityContext.capabilities.add`,
  };
}

function findHostNamespaces({ spec }: PodUnderCheck): Found {
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((name) => spec[name]);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((name) => `${name}=true`).join(", ") };
}

function findHostPaths({ spec }: PodUnderCheck): Found {
  const names = (spec.volumes ?? []).filter((volume) => volume.hostPath).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${plural("volume", names)} ${quoted(names)}` };
}

const uses = (containers: readonly string[], what: string, items: readonly string[], list: string): string =>
  `${containersText(containers)} ${containers.length === 1 ? "uses" : "use"} ${plural(what, items)} ${list}`;

function findHostPorts(pod: PodUnderCheck): Found {
  const bad = pod.named(({ ports }) => ports?.some(({ hostPort }) => hostPort) ?? false);
  if (bad.length === 0) return undefined;
  const ports = pod.containers.flatMap((one) => one.ports ?? []).flatMap(({ hostPort }) => hostPort || []);
  const all = distinct(ports.map(String));
  return { reason: "hostPort", detail: uses(bad, "hostPort", all, all.join(", ")) };
}

function findProbeHosts(pod: PodUnderCheck): Found {
  const hostsOf = (one: (typeof pod.containers)[number]): string[] => {
    const handlers: (DeepReadonly<Probe | LifecycleHandler> | undefined)[] = [
      one.livenessProbe,
      one.readinessProbe,
      one.startupProbe,
      one.lifecycle?.postStart,
      one.lifecycle?.preStop,
    ];
    return handlers.flatMap((handler) => [handler?.httpGet?.host || [], handler?.tcpSocket?.host || []].flat());
  };
  const bad = distinct(pod.named((one) => hostsOf(one).length > 0));
  if (bad.length === 0) return undefined;
  const hosts = distinct(pod.containers.flatMap(hostsOf));
  return { reason: "probe or lifecycle host", detail: uses(bad, "probe or lifecycle host", hosts, quoted(hosts)) };
}

function findPrivileged(pod: PodUnderCheck): Found {
  const bad = pod.named((_, context) => context?.privileged ?? false);
  if (bad.length === 0) return undefined;
  return { reason: "privileged", detail: `${containersText(bad)} must not set securityContext.privileged=true` };
}

/** Masks of /proc that are not the default. The restricted level looks for them too. */
export function findProcMounts(pod: PodUnderCheck): Found {
  const isBad = (type: string | undefined): boolean => type !== undefined && type !== "Default";
  const bad = pod.named((_, context) => isBad(context?.procMount));
  if (bad.length === 0) return undefined;
  const types = distinct(pod.containers.flatMap((one) => one.securityContext?.procMount ?? []).filter(isBad));
  const detail = `${containersText(bad)} must not set securityContext.procMount to ${quoted(types)}`;
  return { reason: "procMount", detail };
}

const seLinuxTypes = ["", "container_t", "container_init_t", "container_kvm_t"];

function findSELinux(pod: PodUnderCheck, types: readonly string[]): Found {
  type Options = DeepReadonly<SELinuxOptions> | undefined;
  const isBadType = (type = ""): boolean => !types.includes(type);
  const isBad = (options: Options): boolean =>
    options !== undefined && (isBadType(options.type) || !!options.user || !!options.role);
  const bad = pod.named((_, context) => isBad(context?.seLinuxOptions));
  const setters = pod.setters(isBad(pod.context?.seLinuxOptions), bad);
  if (setters === undefined) return undefined;
  const badTypes = distinct(pod.values((context) => context.seLinuxOptions?.type).filter(isBadType));
  const faults = badTypes.length > 0 ? [`${plural("type", badTypes)} ${quoted(badTypes)}`] : [];
  if (pod.values((context) => context.seLinuxOptions?.user || undefined).length > 0) faults.push("user may not be set");
  if (pod.values((context) => context.seLinuxOptions?.role || undefined).length > 0) faults.push("role may not be set");
  return {
    reason: "seLinuxOptions",
    detail: `${setters} set forbidden securityContext.seLinuxOptions: ${faults.join("; ")}`,
  };
}

function findSeccompAnnotations(pod: PodUnderCheck): Found {
  const keys = ["seccomp.security.alpha.kubernetes.io/pod"];
  for (const { name } of pod.containers) keys.push(`container.seccomp.security.alpha.kubernetes.io/${name}`);
  const isBad = (value: string | undefined): value is string =>
    value !== undefined && !["runtime/default", "docker/default"].includes(value) && !value.startsWith("localhost/");
  const bad = keys.filter((key) => isBad(pod.annotations[key]));
  if (bad.length === 0) return undefined;
  const all = distinct(bad.map((key) => `${key}=${JSON.stringify(pod.annotations[key])}`));
  return { reason: "seccompProfile", detail: `forbidden ${plural("annotation", all)} ${all.join(", ")}` };
}

const sysctls = [
  { since: 0, names: ["kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies"] },
  { since: 0, names: ["net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start"] },
  { since: 27, names: ["net.ipv4.ip_local_reserved_ports"] },
  { since: 29, names: ["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout"] },
  { since: 29, names: ["net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"] },
  { since: 32, names: ["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"] },
];

function findSysctls(pod: PodUnderCheck, version: number): Found {
  const safe = new Set(sysctls.filter(({ since }) => since <= version).flatMap(({ names }) => names));
  const bad = (pod.context?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name));
  return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
}

function findHostProcess(pod: PodUnderCheck): Found {
  const bad = pod.named((_, context) => context?.windowsOptions?.hostProcess ?? false);
  const setters = pod.setters(pod.context?.windowsOptions?.hostProcess ?? false, bad);
  if (setters === undefined) return undefined;
  return { reason: "hostProcess", detail: `${setters} must not set securityContext.windowsOptions.hostProcess=true` };
}

const always = (id: string, find: (pod: PodUnderCheck) => Found): Check => ({ id, rules: [{ since: 0, find }] });

/** The checks, by name. */
export const baseline: readonly Check[] = [
  always("appArmorProfile", findAppArmor),
  always("capabilities_baseline", findCapabilities),
  always("hostNamespaces", findHostNamespaces),
  always("hostPathVolumes", findHostPaths),
  always("hostPorts", findHostPorts),
  { id: "hostProbesAndHostLifecycle", rules: [{ since: 34, find: findProbeHosts }] },
  always("privileged", findPrivileged),
  {
    id: "procMount",
    rules: [
      { since: 0, find: findProcMounts },
      { since: 35, find: (pod) => (pod.hasOwnUsers ? undefined : findProcMounts(pod)) },
    ],
  },
  {
    id: "seLinuxOptions",
    rules: [
      { since: 0, find: (pod) => findSELinux(pod, seLinuxTypes) },
      { since: 31, find: (pod) => findSELinux(pod, [...seLinuxTypes, "container_engine_t"]) },
    ],
  },
  {
    id: "seccompProfile_baseline",
    rules: [
      { since: 0, find: findSeccompAnnotations },
      { since: 19, find: (pod) => findSeccomp(pod, false) },
    ],
  },
  { id: "sysctls", rules: [0, 27, 29, 32].map((since) => ({ since, find: (pod) => findSysctls(pod, since) })) },
  always("windowsHostProcess", findHostProcess),
];
