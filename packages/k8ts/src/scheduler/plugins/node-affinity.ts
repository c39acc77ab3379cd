import { nodeSelectorTermMatches, podMatchesNode } from "@k8ts/api";
import type { SchedulerPlugin } from "../framework.ts";

/** Node selector and required node affinity filter; preferred node affinity scores by the weights of matching terms. */
export const nodeAffinity: SchedulerPlugin = {
  name: "NodeAffinity",
  weight: 2,
  normalize: "linear",
  hint: (pod, event) =>
    (event.type === "NodeAdded" || event.type === "NodeUpdated") && podMatchesNode(pod.pod, event.node),
  filterNode: (pod, node) =>
    podMatchesNode(pod.pod, node) ? undefined : "node(s) didn't match Pod's node affinity/selector",
  score(pod, snapshot, feasible, scores) {
    const preferred = pod.pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length === 0) return false;
    for (let at = 0; at < feasible.length; at++) {
      const node = snapshot.node(feasible[at]!);
      scores[at] = 0;
      for (const term of preferred) if (nodeSelectorTermMatches(term.preference, node)) scores[at]! += term.weight;
    }
    return true;
  },
};
