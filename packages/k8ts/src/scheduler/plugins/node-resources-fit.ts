import type { DeepReadonly } from "@k8ts/api";
import type { Node } from "@k8ts/api/core/v1";
import type { SchedulerPlugin, Verdicts } from "../framework.ts";
import type { PodInfo } from "../pod-info.ts";
import type { NodeSnapshot } from "../snapshot.ts";

function rejectFull(pod: PodInfo, snapshot: NodeSnapshot, index: number, verdicts: Verdicts): void {
  const { requests } = pod;
  const reasons: string[] = [];
  if (snapshot.podCount[index]! + 1 > snapshot.allowedPods[index]!) reasons.push("Too many pods");
  const freeCpu = snapshot.allocatableMilliCpu[index]! - snapshot.requestedMilliCpu[index]!;
  const freeMemory = snapshot.allocatableMemory[index]! - snapshot.requestedMemory[index]!;
  const freeDisk = snapshot.allocatableEphemeral[index]! - snapshot.requestedEphemeral[index]!;
  if (requests.milliCpu > 0 && requests.milliCpu > freeCpu) reasons.push("Insufficient cpu");
  if (requests.memory > 0 && requests.memory > freeMemory) reasons.push("Insufficient memory");
  if (requests.ephemeralStorage > 0 && requests.ephemeralStorage > freeDisk) {
    reasons.push("Insufficient ephemeral-storage");
  }
  for (const [name, amount] of requests.scalars) {
    if (amount > 0 && amount > snapshot.scalarFree(index, name)) reasons.push(`Insufficient ${name}`);
  }
  if (reasons.length > 0) verdicts.codes[index] = verdicts.code(reasons);
}

const allocatableChanged = (node: DeepReadonly<Node>, old: DeepReadonly<Node>): boolean =>
  JSON.stringify(node.status?.allocatable) !== JSON.stringify(old.status?.allocatable);

/** Share of a resource still free with this pod, 0..100. */
const leastAllocated = (requested: number, allocatable: number): number =>
  requested > allocatable ? 0 : Math.trunc(((allocatable - requested) * 100) / allocatable);

/** Requests must fit what the node has left; nodes with more left score higher (LeastAllocated over cpu and memory). */
export const nodeResourcesFit: SchedulerPlugin = {
  name: "NodeResourcesFit",
  weight: 1,
  hint(_pod, event) {
    if (event.type === "NodeAdded" || event.type === "AssignedPodDeleted") return true;
    return event.type === "NodeUpdated" && allocatableChanged(event.node, event.old);
  },
  filter(pod, snapshot, verdicts) {
    for (let index = 0; index < snapshot.size; index++) {
      if (verdicts.codes[index] === 0) rejectFull(pod, snapshot, index, verdicts);
    }
  },
  score(pod, snapshot, feasible, scores) {
    for (let at = 0; at < feasible.length; at++) {
      const index = feasible[at]!;
      const cpu = snapshot.allocatableMilliCpu[index]!;
      const memory = snapshot.allocatableMemory[index]!;
      let sum = 0;
      if (cpu > 0) sum += leastAllocated(snapshot.scoredMilliCpu[index]! + pod.scoredMilliCpu, cpu);
      if (memory > 0) sum += leastAllocated(snapshot.scoredMemory[index]! + pod.scoredMemory, memory);
      const parts = (cpu > 0 ? 1 : 0) + (memory > 0 ? 1 : 0);
      scores[at] = parts === 0 ? 0 : Math.trunc(sum / parts);
    }
    return true;
  },
};
