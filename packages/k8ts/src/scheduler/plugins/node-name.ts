import type { SchedulerPlugin } from "../framework.ts";

/** A pod that names its node fits no other. */
export const nodeName: SchedulerPlugin = {
  name: "NodeName",
  hint: (_pod, event) => event.type === "NodeAdded",
  filterNode(pod, node) {
    const wanted = pod.pod.spec?.nodeName;
    return wanted && wanted !== node.metadata.name ? "node(s) didn't match the requested node name" : undefined;
  },
};
