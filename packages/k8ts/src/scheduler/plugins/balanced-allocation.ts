import type { SchedulerPlugin } from "../framework.ts";

const fraction = (requested: number, allocatable: number): number => Math.min(1, requested / allocatable);

/** How evenly two resources are used: 100 where both are used to the same share. */
function balance(cpu: number, cpuAllocatable: number, memory: number, memoryAllocatable: number): number {
  if (cpuAllocatable === 0 || memoryAllocatable === 0) return 100;
  const deviation = Math.abs(fraction(cpu, cpuAllocatable) - fraction(memory, memoryAllocatable)) / 2;
  return Math.trunc((1 - deviation) * 100);
}

/** Prefers nodes whose cpu and memory use this pod makes more even; around 75 where it changes little. */
export const balancedAllocation: SchedulerPlugin = {
  name: "NodeResourcesBalancedAllocation",
  weight: 1,
  score(pod, snapshot, feasible, scores) {
    const { milliCpu, memory } = pod.requests;
    if (milliCpu === 0 && memory === 0) return false;
    for (let at = 0; at < feasible.length; at++) {
      const index = feasible[at]!;
      const cpuAllocatable = snapshot.allocatableMilliCpu[index]!;
      const memoryAllocatable = snapshot.allocatableMemory[index]!;
      const cpuNow = snapshot.requestedMilliCpu[index]!;
      const memoryNow = snapshot.requestedMemory[index]!;
      const after = balance(cpuNow + milliCpu, cpuAllocatable, memoryNow + memory, memoryAllocatable);
      const before = balance(cpuNow, cpuAllocatable, memoryNow, memoryAllocatable);
      scores[at] = 50 + Math.trunc((50 + after - before) / 2);
    }
    return true;
  },
};
