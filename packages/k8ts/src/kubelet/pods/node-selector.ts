/** Whether a node matches what a pod requires of it: nodeSelector and required node affinity. */
import type { DeepReadonly } from "@k8ts/api";
import type { Node, NodeSelectorRequirement, NodeSelectorTerm } from "@k8ts/api/core/v1";
import type { DesiredPod } from "./pod-spec.ts";

type Requirement = DeepReadonly<NodeSelectorRequirement>;

function holds({ operator, values = [] }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt": {
      if (value === undefined || !/^-?\d+$/.test(value) || !/^-?\d+$/.test(values[0] ?? "")) return false;
      return operator === "Gt" ? BigInt(value) > BigInt(values[0]!) : BigInt(value) < BigInt(values[0]!);
    }
    default:
      return false;
  }
}

function termMatches(term: DeepReadonly<NodeSelectorTerm>, node: DeepReadonly<Node>): boolean {
  const { matchExpressions = [], matchFields = [] } = term;
  // A term that says nothing matches nothing.
  if (matchExpressions.length + matchFields.length === 0) return false;
  return (
    matchExpressions.every((one) => holds(one, node.metadata.labels?.[one.key])) &&
    matchFields.every((one) => holds(one, one.key === "metadata.name" ? node.metadata.name : undefined))
  );
}

/** Whether the pod may run on this node, by its own wish. */
export function matchesNode(pod: DesiredPod, node: DeepReadonly<Node>): boolean {
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => node.metadata.labels?.[key] === value)) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => termMatches(term, node));
}
