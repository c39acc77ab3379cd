import type { SchedulerPlugin } from "../framework.ts";

/** A host port goes to one pod per node. */
export const nodePorts: SchedulerPlugin = {
  name: "NodePorts",
  hint(pod, event) {
    if (event.type === "NodeAdded") return true;
    if (event.type !== "AssignedPodDeleted") return false;
    return event.pod.hostPorts.some((freed) =>
      pod.hostPorts.some((wanted) => wanted.port === freed.port && wanted.protocol === freed.protocol),
    );
  },
  filter(pod, snapshot, verdicts) {
    if (pod.hostPorts.length === 0) return;
    const taken = verdicts.code(["node(s) didn't have free ports for the requested pod ports"]);
    for (let index = 0; index < snapshot.size; index++) {
      if (verdicts.codes[index] === 0 && snapshot.portsConflict(index, pod.hostPorts)) verdicts.codes[index] = taken;
    }
  },
};
