/** How far the deletion of a namespace is: its conditions, computed from what was found and what went wrong. */
import { findCondition, formatTime, type DeepReadonly } from "@k8ts/api";
import type { NamespaceCondition } from "@k8ts/api/core/v1";
import { errorText } from "../errors.ts";

/** What one pass over a namespace's content came to. */
export interface DeletionProgress {
  readonly discoveryError?: unknown;
  /** Why content could not be deleted, one per resource. */
  readonly contentErrors: readonly unknown[];
  /** How many objects remain, by "resource.group". */
  readonly remaining: ReadonlyMap<string, number>;
  /** How many objects wait for a finalizer, by its name. */
  readonly finalizers: ReadonlyMap<string, number>;
}

interface Wording {
  readonly type: string;
  readonly okReason: string;
  readonly okMessage: string;
  readonly reason: string;
  /** The message where the condition holds. */
  message(progress: DeletionProgress): string | undefined;
}

const sorted = (texts: readonly string[]): string => texts.toSorted().join(", ");

const wordings: readonly Wording[] = [
  {
    type: "NamespaceDeletionDiscoveryFailure",
    okReason: "ResourcesDiscovered",
    okMessage: "All resources successfully discovered",
    reason: "DiscoveryFailed",
    message: ({ discoveryError }) => (discoveryError === undefined ? undefined : errorText(discoveryError)),
  },
  {
    type: "NamespaceDeletionGroupVersionParsingFailure",
    okReason: "ParsedGroupVersions",
    okMessage: "All legacy kube types successfully parsed",
    reason: "GroupVersionParsingFailed",
    message: () => undefined,
  },
  {
    type: "NamespaceDeletionContentFailure",
    okReason: "ContentDeleted",
    okMessage: "All content successfully deleted, may be waiting on finalization",
    reason: "ContentDeletionFailed",
    message: ({ contentErrors }) =>
      contentErrors.length === 0
        ? undefined
        : `Failed to delete all resource types, ${contentErrors.length} remaining: ${sorted(contentErrors.map(errorText))}`,
  },
  {
    type: "NamespaceContentRemaining",
    okReason: "ContentRemoved",
    okMessage: "All content successfully removed",
    reason: "SomeResourcesRemain",
    message: ({ remaining }) =>
      remaining.size === 0
        ? undefined
        : `Some resources are remaining: ${sorted([...remaining].map(([name, count]) => `${name} has ${count} resource instances`))}`,
  },
  {
    type: "NamespaceFinalizersRemaining",
    okReason: "ContentHasNoFinalizers",
    okMessage: "All content-preserving finalizers finished",
    reason: "SomeFinalizersRemain",
    message: ({ finalizers }) =>
      finalizers.size === 0
        ? undefined
        : `Some content in the namespace has finalizers remaining: ${sorted([...finalizers].map(([name, count]) => `${name} in ${count} resource instances`))}`,
  },
];

/** The namespace's conditions after a pass; undefined where none changed. */
export function namespaceConditions(
  old: readonly DeepReadonly<NamespaceCondition>[] | undefined,
  progress: DeletionProgress,
  now: number,
): NamespaceCondition[] | undefined {
  const conditions = [...((old ?? []) as readonly NamespaceCondition[])];
  let changed = false;
  for (const wording of wordings) {
    const next = conditionFor(wording, progress);
    const before = findCondition(conditions, wording.type);
    if (before && before.status === next.status && before.reason === next.reason && before.message === next.message)
      continue;
    const sameStatus = before?.status === next.status;
    const lastTransitionTime = sameStatus ? before?.lastTransitionTime : formatTime(now);
    const condition = { ...next, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
    if (before) conditions[conditions.indexOf(before)] = condition;
    else conditions.push(condition);
    changed = true;
  }
  return changed ? conditions : undefined;
}

function conditionFor(wording: Wording, progress: DeletionProgress): NamespaceCondition {
  const { type, okReason, okMessage, reason } = wording;
  const message = wording.message(progress);
  if (message === undefined) return { type, status: "False", reason: okReason, message: okMessage };
  return { type, status: "True", reason, message };
}
