/**
 * How a node does, judged by when this process last saw a sign of life (a renewed Lease, a new heartbeat in the status):
 * clocks of nodes are never compared with ours.
 */
import { deepEqual, formatTime, parseTime, type DeepReadonly } from "@k8ts/api";
import type { Node, NodeCondition } from "@k8ts/api/core/v1";

type ReadNode = DeepReadonly<Node>;

/** Time that a node's silence is tolerated; KEP-5759 sets what must fit in it. */
export const monitorGracePeriod = 50_000;
/** The same for a node that never posted its status. */
export const startupGracePeriod = 60_000;

/** Kubelet's conditions; NodeNetworkUnavailable is the control plane's own. */
const kubeletConditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** The node's Ready condition. */
export const nodeReady = (node: ReadNode): DeepReadonly<NodeCondition> | undefined =>
  node.status?.conditions?.find(({ type }) => type === "Ready");

/** Signs of life of one node. */
export interface SignsOfLife {
  readonly uid: string;
  /** When the last one was seen, in milliseconds since the epoch by our clock. */
  seen: number;
}

/** Signs of life as of a node's first sight: one that never posted its status is as old as itself. */
export function firstSigns(node: ReadNode, now: number): SignsOfLife {
  const created = parseTime(node.metadata.creationTimestamp);
  const seen = nodeReady(node) || Number.isNaN(created) ? now : created;
  return { uid: node.metadata.uid ?? "", seen };
}

/** True where the node's status tells of a heartbeat that `old` did not. */
export function hasNewHeartbeat(node: ReadNode, old: ReadNode): boolean {
  const [next, before] = [nodeReady(node), nodeReady(old)];
  return next !== undefined && !(before && next.lastHeartbeatTime === before.lastHeartbeatTime);
}

/** Milliseconds until the node's silence is too long; 0 or less: it is. */
export function untilSilent(node: ReadNode, signs: SignsOfLife, now: number): number {
  return signs.seen + (nodeReady(node) ? monitorGracePeriod : startupGracePeriod) - now;
}

/** The conditions of a node that is silent; undefined where they say so already. */
export function unknownConditions(node: ReadNode, now: number): NodeCondition[] | undefined {
  const conditions = (node.status?.conditions ?? []).map((condition) => ({ ...condition }));
  const lastTransitionTime = formatTime(now);
  for (const type of kubeletConditions) {
    const current = conditions.find((condition) => condition.type === type);
    if (!current) {
      conditions.push({
        type,
        status: "Unknown",
        reason: "NodeStatusNeverUpdated",
        message: "Kubelet never posted node status.",
        ...(node.metadata.creationTimestamp && { lastHeartbeatTime: node.metadata.creationTimestamp }),
        lastTransitionTime,
      });
    } else if (current.status !== "Unknown") {
      const message = "Kubelet stopped posting node status.";
      Object.assign(current, { status: "Unknown", reason: "NodeStatusUnknown", message, lastTransitionTime });
    }
  }
  return deepEqual(conditions, node.status?.conditions) ? undefined : conditions;
}
