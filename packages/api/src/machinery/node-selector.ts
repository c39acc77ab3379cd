/** Node selectors and node affinity terms: whether a node's labels and fields satisfy them. */
import type { DeepReadonly } from "./meta.ts";
import type { Node, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm, Pod } from "../types/core/v1.ts";

const integer = /^[+-]?\d+$/;

function compares(value: string, wanted: readonly string[], greater: boolean): boolean {
  const limit = wanted[0] ?? "";
  if (wanted.length !== 1 || !integer.test(value) || !integer.test(limit)) return false;
  return greater ? BigInt(value) > BigInt(limit) : BigInt(value) < BigInt(limit);
}

/** One requirement against a label's value; undefined: the node has no such label. */
function requirementMatches(requirement: DeepReadonly<NodeSelectorRequirement>, value: string | undefined): boolean {
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case "In":
      return value !== undefined && values.includes(value);
    case "NotIn":
      return value === undefined || !values.includes(value);
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    case "Gt":
    case "Lt":
      return value !== undefined && compares(value, values, requirement.operator === "Gt");
    default:
      return false;
  }
}

/** All requirements of a term; an empty term matches nothing. The one field is metadata.name. */
export function nodeSelectorTermMatches(term: DeepReadonly<NodeSelectorTerm>, node: DeepReadonly<Node>): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    expressions.every((requirement) => requirementMatches(requirement, labels[requirement.key])) &&
    fields.every((field) => field.key === "metadata.name" && requirementMatches(field, node.metadata.name))
  );
}

/** Any term of a selector. */
export function nodeSelectorMatches(selector: DeepReadonly<NodeSelector>, node: DeepReadonly<Node>): boolean {
  return selector.nodeSelectorTerms.some((term) => nodeSelectorTermMatches(term, node));
}

/** What a pod requires of its node: nodeSelector and required node affinity. */
export function podMatchesNode(pod: DeepReadonly<Pod>, node: DeepReadonly<Node>): boolean {
  const labels = node.metadata.labels ?? {};
  const selector = pod.spec?.nodeSelector;
  for (const key in selector) if (labels[key] !== selector[key]) return false;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || nodeSelectorMatches(required, node);
}
