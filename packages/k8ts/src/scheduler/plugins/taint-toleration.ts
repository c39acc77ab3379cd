import { tolerates, untoleratedTaint, type DeepReadonly } from "@k8ts/api";
import type { Toleration } from "@k8ts/api/core/v1";
import type { SchedulerPlugin } from "../framework.ts";

const hard = ["NoSchedule", "NoExecute"];

const preferring = (tolerations: readonly DeepReadonly<Toleration>[] | undefined): DeepReadonly<Toleration>[] =>
  (tolerations ?? []).filter((toleration) => !toleration.effect || toleration.effect === "PreferNoSchedule");

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer untolerated soft taints. */
export const taintToleration: SchedulerPlugin = {
  name: "TaintToleration",
  weight: 3,
  normalize: "reversed",
  hint(pod, event) {
    if (event.type !== "NodeAdded" && event.type !== "NodeUpdated") return false;
    return untoleratedTaint(event.node.spec?.taints, pod.pod.spec?.tolerations, hard) === undefined;
  },
  filterNode(pod, node) {
    const taint = untoleratedTaint(node.spec?.taints, pod.pod.spec?.tolerations, hard);
    return taint ? "node(s) had untolerated taint(s)" : undefined;
  },
  score(pod, snapshot, feasible, scores) {
    const tolerations = preferring(pod.pod.spec?.tolerations);
    for (let at = 0; at < feasible.length; at++) {
      let count = 0;
      for (const taint of snapshot.node(feasible[at]!).spec?.taints ?? []) {
        if (taint.effect !== "PreferNoSchedule") continue;
        if (!tolerations.some((toleration) => tolerates(toleration, taint))) count++;
      }
      scores[at] = count;
    }
    return true;
  },
};
