/** Changes running containers to the resources that their pod has been given, without restarting them. */
import { containerResources } from "../containers/container-resources.ts";
import { amountOf } from "./container-resize.ts";
import type { ContainerToResize } from "./pod-actions.ts";
import type { PodDependencies } from "./pod-dependencies.ts";
import type { DesiredPod } from "./pod-spec.ts";
import type { ResourceAllocation } from "./resource-allocation.ts";

/** Resolves when all have what they shall have; throws what PodResizeInProgress shows. */
export async function resizeContainers(
  dependencies: PodDependencies,
  pod: DesiredPod,
  resources: ResourceAllocation,
  containers: readonly ContainerToResize[],
): Promise<void> {
  const { runtime, node } = dependencies;
  const faults = await Promise.all(containers.map((one) => memoryFault(dependencies, one, resources)));
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0)
    throw new Error(`cannot decrease memory limits: ${found.length === 1 ? found[0] : `[${found.join(", ")}]`}`);
  for (const { id, spec } of containers) {
    await runtime.updateContainerResources(id, containerResources(pod, spec, node.memoryCapacity));
    resources.setActuated(spec.name, spec.resources);
  }
}

/** A limit below what is used already would end the container: the kernel cannot take memory back. */
async function memoryFault(
  { runtime }: PodDependencies,
  { id, spec }: ContainerToResize,
  resources: ResourceAllocation,
): Promise<string | undefined> {
  const wanted = amountOf(spec.resources, "limits", "memory");
  const current = amountOf(resources.actuated(spec.name), "limits", "memory");
  if (wanted === 0 || (current > 0 && wanted >= current)) return undefined;
  const { memoryUsageBytes: used } = await runtime.containerStats(id);
  if (used < wanted) return undefined;
  return `attempting to set container "${spec.name}" memory limit (${wanted}) below current usage (${used})`;
}
