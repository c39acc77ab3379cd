import type { SchedulerPlugin } from "../framework.ts";

/** A pod with scheduling gates waits until they are all removed (KEP-3521). */
export const schedulingGates: SchedulerPlugin = {
  name: "SchedulingGates",
  preEnqueue(pod) {
    const gates = pod.spec?.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(" ")}]`;
  },
};
