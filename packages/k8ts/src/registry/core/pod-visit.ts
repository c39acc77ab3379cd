/** Walking over all containers of a pod. */
import type { DeepReadonly } from "@k8ts/api";
import type { Container, PodSpec } from "@k8ts/api/core/v1";

/** Calls `visit` for init containers, containers and ephemeral containers, in that order, with each one's path. */
export function eachContainer(
  spec: DeepReadonly<PodSpec>,
  path: string,
  visit: (container: DeepReadonly<Container>, path: string) => void,
): void {
  for (const list of ["initContainers", "containers", "ephemeralContainers"] as const) {
    spec[list]?.forEach((container, index) => visit(container as DeepReadonly<Container>, `${path}.${list}[${index}]`));
  }
}

/** True for a sidecar: an init container that keeps running. */
export const isSidecar = (container: DeepReadonly<Container> | undefined): boolean =>
  container?.restartPolicy === "Always";
