/** Labels and selectors as columns show them. */
import type { DeepReadonly } from "@k8ts/api";
import type { LabelSelector, LabelSelectorRequirement } from "@k8ts/api/meta/v1";

/** "a=b,c=d", keys sorted; "<none>" without labels. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  return equalities(labels).join(",") || "<none>";
}

function equalities(labels: Readonly<Record<string, string>> | undefined): string[] {
  return Object.keys(labels ?? {})
    .sort()
    .map((key) => `${key}=${labels![key]}`);
}

/** A selector in its one-line form ("app=web,tier in (a,b),!old"); "<none>" for none or an empty one. */
export function formatLabelSelector(selector: DeepReadonly<LabelSelector> | undefined): string {
  if (!selector) return "<none>";
  const parts = [
    ...Object.entries(selector.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(selector.matchExpressions ?? []).map((term) => ({ key: term.key, text: requirementText(term) })),
  ];
  return (
    parts
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map((part) => part.text)
      .join(",") || "<none>"
  );
}

function requirementText(term: DeepReadonly<LabelSelectorRequirement>): string {
  const values = [...(term.values ?? [])].sort().join(",");
  switch (term.operator) {
    case "In":
      return `${term.key} in (${values})`;
    case "NotIn":
      return `${term.key} notin (${values})`;
    case "Exists":
      return term.key;
    case "DoesNotExist":
      return `!${term.key}`;
    default:
      return "<error>";
  }
}
