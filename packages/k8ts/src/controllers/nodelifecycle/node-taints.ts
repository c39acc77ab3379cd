/** The taints and labels that follow from a node's state. */
import { deepEqual, formatTime, type DeepReadonly } from "@k8ts/api";
import type { Node, Taint } from "@k8ts/api/core/v1";

type ReadNode = DeepReadonly<Node>;

const notReady = "node.kubernetes.io/not-ready";
const unreachable = "node.kubernetes.io/unreachable";
const unschedulable = "node.kubernetes.io/unschedulable";

/** The taint of each condition's status. */
const conditionTaints: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReady, Unknown: unreachable },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
};

/** Keys of NoSchedule taints that follow from conditions; others are people's own. */
const managed: ReadonlySet<string> = new Set([
  unschedulable,
  ...Object.values(conditionTaints).flatMap((taints) => Object.values(taints)),
]);

const isEviction = ({ key, effect }: DeepReadonly<Taint>): boolean =>
  effect === "NoExecute" && (key === notReady || key === unreachable);

/** The NoExecute taint that a node's Ready condition asks for; undefined: none. */
export function evictionTaint(node: ReadNode): string | undefined {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready")?.status;
  return ready === undefined ? undefined : conditionTaints.Ready?.[ready];
}

/** The NoExecute taint for being not ready or unreachable that a node has. */
export const currentEvictionTaint = (node: ReadNode): string | undefined => node.spec?.taints?.find(isEviction)?.key;

/** The node's taints as they should be, with `eviction` as its one NoExecute taint of ours; undefined: as they are. */
export function taintsFor(node: ReadNode, eviction: string | undefined, now: number): Taint[] | undefined {
  const old = (node.spec?.taints ?? []) as readonly Taint[];
  const wanted = new Map<string, string>();
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = conditionTaints[type]?.[status];
    if (key !== undefined) wanted.set(`${key}:NoSchedule`, key);
  }
  if (node.spec?.unschedulable === true) wanted.set(`${unschedulable}:NoSchedule`, unschedulable);
  if (eviction !== undefined) wanted.set(`${eviction}:NoExecute`, eviction);
  const kept = old.filter((taint) => {
    const ours = isEviction(taint) || (taint.effect === "NoSchedule" && managed.has(taint.key));
    const stays = !ours || wanted.has(`${taint.key}:${taint.effect}`);
    if (stays) wanted.delete(`${taint.key}:${taint.effect}`);
    return stays;
  });
  const timeAdded = formatTime(now);
  const added = [...wanted].map(([text, key]) => ({ key, effect: text.slice(key.length + 1), timeAdded }));
  const next = [...kept, ...added];
  return deepEqual(next, old) ? undefined : next;
}

/** Old names of labels that still follow the new ones. */
const labelPairs: readonly (readonly [label: string, old: string])[] = [
  ["kubernetes.io/os", "beta.kubernetes.io/os"],
  ["kubernetes.io/arch", "beta.kubernetes.io/arch"],
];

/** Labels to set; undefined where none need be. */
export function labelsFor(node: ReadNode): Record<string, string> | undefined {
  const labels = node.metadata.labels ?? {};
  const changed = labelPairs.filter(([label, old]) => labels[label] !== undefined && labels[label] !== labels[old]);
  return changed.length > 0 ? Object.fromEntries(changed.map(([label, old]) => [old, labels[label]!])) : undefined;
}
