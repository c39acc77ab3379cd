/** Which objects a ResourceQuota is about. */
import { podQosClass, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import type { Pod, PodAffinityTerm, ResourceQuota, ScopedResourceSelectorRequirement } from "@k8ts/api/core/v1";

type In<T> = DeepReadonly<T>;

/** True where every scope of the quota matches. Scopes are about pods: with one, nothing else is counted. */
export function isAbout(
  { spec }: In<ResourceQuota>,
  group: string,
  resource: string,
  object: In<KubernetesObject>,
): boolean {
  const plain = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: "Exists" }));
  const all: readonly In<ScopedResourceSelectorRequirement>[] = [
    ...plain,
    ...(spec?.scopeSelector?.matchExpressions ?? []),
  ];
  if (all.length === 0) return true;
  return group === "" && resource === "pods" && all.every((scope) => matches(scope, object as In<Pod>));
}

function matches({ scopeName, operator, values = [] }: In<ScopedResourceSelectorRequirement>, pod: In<Pod>): boolean {
  switch (scopeName) {
    case "Terminating":
      return pod.spec?.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return pod.spec?.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return podQosClass(pod.spec) === "BestEffort";
    case "NotBestEffort":
      return podQosClass(pod.spec) !== "BestEffort";
    case "PriorityClass":
      return matchesName(operator, values, pod.spec?.priorityClassName ?? "");
    case "CrossNamespacePodAffinity":
      return affinityTerms(pod).some((term) => term.namespaces?.length || term.namespaceSelector);
    default:
      return false;
  }
}

function matchesName(operator: string, values: readonly string[], name: string): boolean {
  switch (operator) {
    case "Exists":
      return name !== "";
    case "DoesNotExist":
      return name === "";
    case "NotIn":
      return !values.includes(name);
    default:
      return values.includes(name);
  }
}

function affinityTerms({ spec }: In<Pod>): In<PodAffinityTerm>[] {
  return [spec?.affinity?.podAffinity, spec?.affinity?.podAntiAffinity].flatMap((affinity) => [
    ...(affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
}
