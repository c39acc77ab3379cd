import { tolerates } from "@k8ts/api";
import type { SchedulerPlugin } from "../framework.ts";

const unschedulableTaint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** A cordoned node takes only pods that tolerate the unschedulable taint. */
export const nodeUnschedulable: SchedulerPlugin = {
  name: "NodeUnschedulable",
  hint: (_pod, event) =>
    (event.type === "NodeAdded" || event.type === "NodeUpdated") && event.node.spec?.unschedulable !== true,
  filterNode(pod, node) {
    if (!node.spec?.unschedulable) return undefined;
    const tolerated = pod.pod.spec?.tolerations?.some((toleration) => tolerates(toleration, unschedulableTaint));
    return tolerated ? undefined : "node(s) were unschedulable";
  },
};
