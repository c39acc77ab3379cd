/**
 * How strictly a pod spec is checked. New values are held to today's rules; what an older version let into the stored
 * object may stay, so that an object which is already there can still be updated.
 */
import { isLabelValue, type DeepReadonly } from "@k8ts/api";
import type { NodeSelectorTerm, PodAffinityTerm, PodSpec } from "@k8ts/api/core/v1";
import { hasInvalidSelectorValue } from "../meta/labels.ts";

/** The rules of one validation. */
export interface PodRules {
  /** A Pod itself, not the template of something. */
  readonly isPod: boolean;
  readonly allowInvalidSelectorValues: boolean;
  readonly allowInvalidNodeAffinityValues: boolean;
  readonly allowInvalidSpreadSelectors: boolean;
  /** The stored object already has sysctls that its host namespaces forbid. */
  readonly allowHostSysctls: boolean;
  readonly allowRestartingInitContainers: boolean;
}

/** The rules for something new. */
export const newPodRules: PodRules = {
  isPod: true,
  allowInvalidSelectorValues: false,
  allowInvalidNodeAffinityValues: false,
  allowInvalidSpreadSelectors: false,
  allowHostSysctls: false,
  allowRestartingInitContainers: false,
};

/** The rules for a new template. */
export const newTemplateRules: PodRules = { ...newPodRules, isPod: false };

/** The rules for an update of something that has `old` as its spec. */
export function rulesForUpdate(old: DeepReadonly<PodSpec> | undefined, isPod: boolean): PodRules {
  if (!old) return isPod ? newPodRules : newTemplateRules;
  return {
    isPod,
    allowInvalidSelectorValues: affinityTerms(old).some(
      (term) => hasInvalidSelectorValue(term.labelSelector) || hasInvalidSelectorValue(term.namespaceSelector),
    ),
    allowInvalidNodeAffinityValues: requiredTerms(old).some(hasInvalidValue),
    allowInvalidSpreadSelectors: (old.topologySpreadConstraints ?? []).some((constraint) =>
      hasInvalidSelectorValue(constraint.labelSelector),
    ),
    allowHostSysctls: (old.securityContext?.sysctls ?? []).some(
      ({ name }) =>
        (old.hostNetwork && sysctlNamespace(name) === "net") || (old.hostIPC && sysctlNamespace(name) === "ipc"),
    ),
    allowRestartingInitContainers: (old.initContainers ?? []).some(
      (container) =>
        container.restartPolicy !== "Always" &&
        (container.resizePolicy ?? []).some(({ restartPolicy }) => restartPolicy === "RestartContainer"),
    ),
  };
}

function affinityTerms(spec: DeepReadonly<PodSpec>): DeepReadonly<PodAffinityTerm>[] {
  return [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((weighted) => weighted.podAffinityTerm),
  ]);
}

const requiredTerms = (spec: DeepReadonly<PodSpec>): readonly DeepReadonly<NodeSelectorTerm>[] =>
  spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];

const hasInvalidValue = (term: DeepReadonly<NodeSelectorTerm>): boolean =>
  (term.matchExpressions ?? []).some(({ values }) => (values ?? []).some((value) => isLabelValue(value).length > 0));

/** The kernel namespace that a sysctl belongs to; undefined where it is not namespaced. */
export function sysctlNamespace(name: string): "net" | "ipc" | undefined {
  const dotted = dottedSysctl(name);
  if (["kernel.sem", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni"].includes(dotted)) return "ipc";
  if (dotted.startsWith("kernel.shm") || dotted.startsWith("fs.mqueue.")) return "ipc";
  return dotted.startsWith("net.") ? "net" : undefined;
}

/** "net/ipv4/conf/eth0.100/arp" is the slash form of a sysctl, in which dots and slashes swap meaning. */
function dottedSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0];
  if (first !== "/") return name;
  return [...name].map((char) => (char === "/" ? "." : char === "." ? "/" : char)).join("");
}
