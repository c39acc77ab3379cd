/** What is accepted of a pod but deserves a warning: deprecated, ignored or ambiguous settings. */
import { isDnsLabel, quantityMilli, isQuantity, type DeepReadonly } from "@k8ts/api";
import type { Container, ContainerPort, Pod, PodSpec, Volume } from "@k8ts/api/core/v1";
import type { ObjectMeta } from "@k8ts/api/meta/v1";
import { eachContainer } from "./pod-visit.ts";

type In<T> = DeepReadonly<T>;

const deprecatedVolumes: Readonly<Partial<Record<keyof Volume, string>>> = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  gitRepo: "deprecated in v1.11, and disabled by default in v1.33+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
};

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
  "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
  "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
};

const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Warnings of a new pod; updates get none. */
export function podWarnings(pod: In<Pod>, old: In<Pod> | undefined): string[] {
  if (old) return [];
  const details = isDnsLabel(pod.metadata.name ?? "");
  const name =
    details.length > 0
      ? [
          `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${details.join(" ")}]`,
        ]
      : [];
  return [...name, ...templateWarnings(pod.spec, pod.metadata, "")];
}

interface TemplateOwner {
  readonly metadata: { readonly name?: string; readonly generation?: number };
}

/** Warnings of what makes pods from a template: when it is new, and when its spec changes. */
export function ownerWarnings(
  owner: TemplateOwner,
  old: TemplateOwner | undefined,
  template: { readonly metadata?: In<ObjectMeta>; readonly spec?: In<PodSpec> } | undefined,
  path: string,
): string[] {
  if (old && owner.metadata.generation === old.metadata.generation) return [];
  const details = old ? [] : isDnsLabel(owner.metadata.name ?? "");
  const name =
    details.length > 0
      ? [
          `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${details.join(" ")}]`,
        ]
      : [];
  return [...name, ...templateWarnings(template?.spec, template?.metadata, path)];
}

/** Warnings of a pod spec with its metadata; `path` is "" for a Pod and the template's path otherwise. */
export function templateWarnings(
  spec: In<PodSpec> | undefined,
  metadata: In<ObjectMeta> | undefined,
  path: string,
): string[] {
  if (!spec) return [];
  const warnings: string[] = [];
  const prefix = path === "" ? "" : `${path}.`;
  const warn = (field: string, text: string): number => warnings.push(`${prefix}${field}: ${text}`);
  for (const key in spec.nodeSelector) {
    if (deprecatedNodeLabels[key]) warn(`spec.nodeSelector[${key}]`, deprecatedNodeLabels[key]);
  }
  spec.topologySpreadConstraints?.forEach(({ topologyKey, labelSelector }, index) => {
    const at = `spec.topologySpreadConstraints[${index}]`;
    const deprecated = deprecatedNodeLabels[topologyKey];
    if (deprecated) warn(`${at}.topologyKey`, `${topologyKey} is ${deprecated}`);
    if (!labelSelector) warn(`${at}.labelSelector`, "a null labelSelector results in matching no pod");
  });
  for (const key in deprecatedAnnotations) {
    if (metadata?.annotations?.[key] !== undefined) warn(`metadata.annotations[${key}]`, deprecatedAnnotations[key]!);
  }
  spec.volumes?.forEach((volume, index) => {
    for (const source of Object.keys(deprecatedVolumes) as (keyof Volume)[]) {
      if (volume[source] !== undefined) warn(`spec.volumes[${index}].${source}`, deprecatedVolumes[source]!);
    }
  });
  warnAboutDuplicates(spec, warn);
  eachContainer(spec, "spec", (container, at) => warnAboutContainer(container, at, warn));
  warnAboutPorts(spec, prefix, warn);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warn("spec.terminationGracePeriodSeconds", "must be >= 0; negative values are invalid and will be treated as 1");
  }
  return warnings;
}

type Warn = (field: string, text: string) => number;

function warnAboutDuplicates(spec: In<PodSpec>, warn: Warn): void {
  const ips = new Set<string>();
  spec.hostAliases?.forEach(({ ip = "" }, index) => {
    if (ips.has(ip)) warn(`spec.hostAliases[${index}].ip`, `duplicate ip ${JSON.stringify(ip)}`);
    ips.add(ip);
  });
  const secrets = new Set<string>();
  spec.imagePullSecrets?.forEach(({ name = "" }, index) => {
    const field = `spec.imagePullSecrets[${index}].name`;
    if (secrets.has(name)) warn(field, `duplicate name ${JSON.stringify(name)}`);
    if (name === "") warn(field, 'invalid empty name ""');
    secrets.add(name);
  });
}

function warnAboutContainer(container: In<Container>, path: string, warn: Warn): void {
  for (const kind of ["limits", "requests"] as const) {
    for (const name of ["memory", "ephemeral-storage"]) {
      const amount = container.resources?.[kind]?.[name];
      if (amount === undefined || !isQuantity(amount) || quantityMilli(amount) % 1000 === 0) continue;
      const text = `fractional byte value ${JSON.stringify(amount)} is invalid, must be an integer`;
      warn(`${path}.resources.${kind}[${name}]`, text);
    }
  }
  const names = new Set<string>();
  container.env?.forEach(({ name, value = "", valueFrom }, index) => {
    const reference = `$(${name})`;
    const hides = valueFrom !== undefined || value === reference || !value.includes(reference);
    if (names.has(name) && hides) {
      const text = `hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`;
      warn(`${path}.env[${index}]`, text);
    }
    names.add(name);
  });
}

interface SeenPort {
  readonly path: string;
  readonly port: In<ContainerPort>;
}

function warnAboutPorts(spec: In<PodSpec>, prefix: string, warn: Warn): void {
  const byPort = new Map<string, SeenPort[]>();
  const byName = new Map<string, string>();
  eachContainer(spec, "spec", (container, at) =>
    container.ports?.forEach((port, index) => {
      const path = `${at}.ports[${index}]`;
      const key = `${port.containerPort}/${port.protocol}`;
      const others = byPort.get(key) ?? [];
      for (const other of others) {
        const overlap = portOverlap(port, other.port);
        if (overlap) warn(path, `${overlap} port definition with ${prefix}${other.path}`);
      }
      byPort.set(key, [...others, { path, port }]);
      if (!port.name) return;
      const first = byName.get(port.name);
      if (first === undefined) byName.set(port.name, `${prefix}${path}`);
      else {
        const text = `duplicate port name ${JSON.stringify(port.name)} with ${first}, services and probes that select ports by name will use ${first}`;
        warn(path, text);
      }
    }),
  );
}

function portOverlap(port: In<ContainerPort>, other: In<ContainerPort>): string | undefined {
  const [hostPort, otherPort] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [hostIP, otherIP] = [port.hostIP ?? "", other.hostIP ?? ""];
  if (hostIP === otherIP && hostPort === otherPort) return "duplicate";
  if (hostPort === 0 || otherPort === 0) return "overlapping";
  return hostPort === otherPort && (hostIP === "") !== (otherIP === "") ? "dangerously ambiguous" : undefined;
}
