/**
 * Which pods go first when replicas are removed: those that do or would do least. The order is Kubernetes' own, so that
 * people's expectations (and pod-deletion-cost) hold.
 */
import { parseTime, type DeepReadonly } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import { isPodActive, isPodReady, readyCondition } from "../pods/pod-state.ts";

type ReadPod = DeepReadonly<Pod>;

/** Annotation with a pod's price of being deleted, an int32; KEP-2255. */
export const deletionCostAnnotation = "controller.kubernetes.io/pod-deletion-cost";

/** What the order looks at, computed once per pod. */
interface Rank {
  readonly pod: ReadPod;
  readonly assigned: boolean;
  readonly phase: number;
  readonly ready: boolean;
  readonly cost: number;
  /** Active pods of the same owner's owner on the same node. */
  readonly neighbours: number;
  /** NaN where unknown. */
  readonly readySince: number;
  readonly restarts: readonly [regular: number, sidecar: number];
  readonly created: number;
}

const phases: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** The `count` pods to delete; `related` are the pods that neighbours on a node are counted in. */
export function podsToDelete(
  pods: readonly ReadPod[],
  related: readonly ReadPod[],
  count: number,
  now: number,
): readonly ReadPod[] {
  if (count >= pods.length) return pods;
  const onNode = new Map<string, number>();
  for (const pod of related) {
    const node = pod.spec?.nodeName ?? "";
    if (isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const ranks = pods.map((pod) => rankOf(pod, onNode.get(pod.spec?.nodeName ?? "") ?? 0));
  ranks.sort((a, b) => compareRanks(a, b, now));
  return ranks.slice(0, count).map((rank) => rank.pod);
}

function rankOf(pod: ReadPod, neighbours: number): Rank {
  const ready = isPodReady(pod);
  return {
    pod,
    assigned: (pod.spec?.nodeName ?? "") !== "",
    phase: phases[pod.status?.phase ?? ""] ?? 0,
    ready,
    cost: deletionCost(pod.metadata.annotations?.[deletionCostAnnotation]),
    neighbours,
    readySince: ready ? parseTime(readyCondition(pod)?.lastTransitionTime) : Number.NaN,
    restarts: maxRestarts(pod),
    created: parseTime(pod.metadata.creationTimestamp),
  };
}

/** The int32 in the annotation; 0 where it is absent or malformed ("+10" and "008" are). */
export function deletionCost(text: string | undefined): number {
  if (text === undefined || !/^(?:-\d+|0|[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

function maxRestarts(pod: ReadPod): [number, number] {
  const sidecars = new Set<string>();
  for (const container of pod.spec?.initContainers ?? []) {
    if (container.restartPolicy === "Always") sidecars.add(container.name);
  }
  let regular = 0;
  let sidecar = 0;
  for (const status of pod.status?.containerStatuses ?? []) regular = Math.max(regular, status.restartCount);
  for (const status of pod.status?.initContainerStatuses ?? []) {
    if (sidecars.has(status.name)) sidecar = Math.max(sidecar, status.restartCount);
  }
  return [regular, sidecar];
}

const first = (yes: boolean): number => (yes ? -1 : 1);

function compareRanks(a: Rank, b: Rank, now: number): number {
  if (a.assigned !== b.assigned) return first(!a.assigned);
  if (a.phase !== b.phase) return a.phase - b.phase;
  if (a.ready !== b.ready) return first(!a.ready);
  if (a.cost !== b.cost) return a.cost - b.cost;
  if (a.neighbours !== b.neighbours) return b.neighbours - a.neighbours;
  if (a.ready && !sameTime(a.readySince, b.readySince)) return compareAges(a, b, a.readySince, b.readySince, now);
  if (a.restarts[0] !== b.restarts[0]) return b.restarts[0] - a.restarts[0];
  if (a.restarts[1] !== b.restarts[1]) return b.restarts[1] - a.restarts[1];
  if (!sameTime(a.created, b.created)) return compareAges(a, b, a.created, b.created, now);
  return 0;
}

const sameTime = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/**
 * Younger first, an unknown time before all; ages of the same power of two count as equal and fall to the uid's order,
 * so that old pods do not live forever (KEP-2185).
 */
function compareAges(a: Rank, b: Rank, timeA: number, timeB: number, now: number): number {
  if (Number.isNaN(timeA)) return -1;
  if (Number.isNaN(timeB)) return 1;
  const difference = logarithmicAge(now - timeA) - logarithmicAge(now - timeB);
  if (difference !== 0) return difference;
  return first((a.pod.metadata.uid ?? "") < (b.pod.metadata.uid ?? ""));
}

/** The power of two of an age in nanoseconds, the unit the rule was made for; -1 for the future. */
const logarithmicAge = (milliseconds: number): number =>
  milliseconds > 0 ? Math.trunc(Math.log2(milliseconds * 1e6)) : -1;
