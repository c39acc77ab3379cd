/** Whether a running container has to be changed to the resources that its pod has been given, and how. */
import { quantityMilli, quantityValue } from "@k8ts/api";
import type { ObservedPod } from "./observed-pod.ts";
import { latestContainer } from "./observed-pod.ts";
import { initContainers, isSidecar, regularContainers, type ContainerSpec, type DesiredPod } from "./pod-spec.ts";
import type { ResourceAllocation, Resources } from "./resource-allocation.ts";

/** "keep": it has what it shall have; "update": in place; "restart": its resize policy wants it anew. */
export type ContainerResize = "keep" | "update" | "restart";

/** What containers really have, and their pod. */
export type Actual = Pick<ResourceAllocation, "actuated" | "actuatedPod">;

/** The resources that can be changed. */
const resizable = ["cpu", "memory"] as const;
const lists = ["requests", "limits"] as const;

/** cpu in thousandths, memory in bytes; 0: none. */
export function amountOf(resources: Resources | undefined, list: (typeof lists)[number], name: string): number {
  const text = resources?.[list]?.[name];
  if (text === undefined) return 0;
  return name === "cpu" ? quantityMilli(text) : quantityValue(text);
}

/** A container without a limit of its own has its pod's (KEP-2837). */
function limitedBy(pod: Resources | undefined, resources: Resources = {}): Resources {
  return pod?.limits === undefined ? resources : { ...resources, limits: { ...pod.limits, ...resources.limits } };
}

/** What a container of `pod` shall have, beside what it has: undefined counts as what it shall have. */
export function containerResize(pod: DesiredPod, container: ContainerSpec, actual: Actual): ContainerResize {
  const own = actual.actuated(container.name);
  if (own === undefined) return "keep";
  const whole = pod.spec?.resources;
  const wanted = limitedBy(whole, container.resources);
  const actuated = limitedBy(actual.actuatedPod ?? whole, own);
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
export function isResizeInProgress(pod: DesiredPod, observed: ObservedPod, actual: Actual): boolean {
  return [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)].some(
    (container) =>
      latestContainer(observed, container.name)?.state === "RUNNING" &&
      containerResize(pod, container, actual) !== "keep",
  );
}
