/**
 * What a scheduler plugin is. A plugin works on whole columns of nodes: it is called once per pod, not once per node, and
 * loops over the snapshot's arrays itself. Filters come in two kinds: static ones depend only on the pod's class and the
 * node object, so their verdicts are cached per class; dynamic ones look at what runs on the nodes and run every time.
 */
import type { DeepReadonly } from "@k8ts/api";
import type { Node, Pod } from "@k8ts/api/core/v1";
import type { PodInfo } from "./pod-info.ts";
import type { NodeSnapshot } from "./snapshot.ts";

/** Something that changed in the cluster and may make a pod schedulable. */
export type ClusterEvent =
  | { readonly type: "NodeAdded"; readonly node: DeepReadonly<Node> }
  | { readonly type: "NodeUpdated"; readonly node: DeepReadonly<Node>; readonly old: DeepReadonly<Node> }
  | { readonly type: "AssignedPodAdded" | "AssignedPodDeleted"; readonly pod: PodInfo; readonly nodeName: string }
  | { readonly type: "PodUpdated"; readonly pod: DeepReadonly<Pod>; readonly old: DeepReadonly<Pod> };

/** Why nodes are out: one code per node, 0 while the node is still in. */
export interface Verdicts {
  /** Rows still in have 0. */
  readonly codes: Uint16Array;
  /** The code for these reasons, the same one each time. */
  code(reasons: readonly string[]): number;
}

/** A plugin of the scheduler. Every hook is synchronous, touches nothing but what it is given, and may be left out. */
export interface SchedulerPlugin {
  /** As upstream: "NodeResourcesFit". */
  readonly name: string;
  /**
   * Queueing hint: could this event make a pod schedulable that this plugin has rejected? Asked for each waiting pod, so
   * it must be cheap; when in doubt, true. Absent: no event ever helps.
   */
  hint?(pod: PodInfo, event: ClusterEvent): boolean;
  /** May this pod enter the queue at all? A text says why not; asked again when the pod changes. */
  preEnqueue?(pod: DeepReadonly<Pod>): string | undefined;
  /** Static filter: why this node will not do for pods of this class, or undefined. Cached until the node changes. */
  filterNode?(pod: PodInfo, node: DeepReadonly<Node>): string | undefined;
  /** Dynamic filter: sets a code for rows still in that will not do. */
  filter?(pod: PodInfo, snapshot: NodeSnapshot, verdicts: Verdicts): void;
  /** Weight of the score in the profile's sum. */
  readonly weight?: number;
  /**
   * Scores the rows `feasible`: writes 0..100 (or, with `normalize`, any number) to `scores`, in the order of `feasible`.
   * Returns false to leave this plugin out of the sum for this pod.
   */
  score?(pod: PodInfo, snapshot: NodeSnapshot, feasible: Int32Array, scores: Float64Array): boolean;
  /** Scales raw scores to 0..100. "reversed": the highest raw score gets 0. */
  readonly normalize?: "linear" | "reversed";
  /** A node was chosen; `undo` is called where a later step fails. Throws to reject. */
  reserve?(pod: PodInfo, nodeName: string): (() => void) | void;
  /** Last word before binding; resolves to let the pod go on, throws to reject. May wait. */
  permit?(pod: PodInfo, nodeName: string, signal: AbortSignal): Promise<void> | void;
  /** Work that must be done before the pod is bound (volumes, devices). Throws to reject. */
  preBind?(pod: PodInfo, nodeName: string, signal: AbortSignal): Promise<void> | void;
}

/** Scales scores in place so that the highest becomes 100 (reversed: 0). */
export function normalizeScores(scores: Float64Array, count: number, reversed: boolean): void {
  let highest = 0;
  for (let at = 0; at < count; at++) highest = Math.max(highest, scores[at]!);
  for (let at = 0; at < count; at++) {
    const scaled = highest === 0 ? 0 : Math.trunc((100 * scores[at]!) / highest);
    scores[at] = reversed ? 100 - scaled : scaled;
  }
}
