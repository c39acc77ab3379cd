/** Whether a running container has to be changed to the resources that its pod has been given, and how. */
import { quantityMilli, quantityValue } from "@k8ts/api";
import type { ObservedPod } from "./observed-pod.ts";
import { latestContainer } from "./observed-pod.ts";
import { initContainers, isSidecar, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";
import type { Resources } from "./resource-allocation.ts";

/** "keep": it has what it shall have; "update": in place; "restart": its resize policy wants it anew. */
export type ContainerResize = "keep" | "update" | "restart";

/** The resources that can be changed. */
const resizable = ["cpu", "memory"] as const;
const lists = ["requests", "limits"] as const;

/** cpu in thousandths, memory in bytes; 0: none. */
export function amountOf(resources: Resources | undefined, list: (typeof lists)[number], name: string): number {
  const text = resources?.[list]?.[name];
  if (text === undefined) return 0;
  return name === "cpu" ? quantityMilli(text) : quantityValue(text);
}

/** `actuated`: what the container really has; undefined counts as what it shall have. */
export function containerResize(container: ContainerSpec, actuated: Resources | undefined): ContainerResize {
  if (actuated === undefined) return "keep";
  const wanted = container.resources;
  const changed = resizable.filter((name) =>
    lists.some((list) => amountOf(wanted, list, name) !== amountOf(actuated, list, name)),
  );
  if (changed.length === 0) return "keep";
  const restarts = changed.some((name) =>
    container.resizePolicy?.some(
      (policy) => policy.resourceName === name && policy.restartPolicy === "RestartContainer",
    ),
  );
  return restarts ? "restart" : "update";
}

/** Whether a running container still has other resources than the pod has been given. */
export function isResizeInProgress(
  pod: DesiredPod,
  observed: ObservedPod,
  actuated: (name: string) => Resources | undefined,
): boolean {
  return [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)].some(
    (container) =>
      latestContainer(observed, container.name)?.state === "RUNNING" &&
      containerResize(container, actuated(container.name)) !== "keep",
  );
}
