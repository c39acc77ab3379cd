/** What a pod as a whole asks for and may use: the sums over its containers, or what the pod says for itself. */
import { addQuantities, compareQuantities } from "@k8ts/api";
import { initContainers, isSidecar, regularContainers, type DesiredPod } from "../pods/pod-spec.ts";

type Amounts = Record<string, string>;
type List = "requests" | "limits";

/** What a pod may say for itself, in place of its containers (KEP-2837). */
function isPodLevel(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

function add(to: Amounts, more: Readonly<Amounts> = {}): Amounts {
  for (const [name, amount] of Object.entries(more))
    to[name] = to[name] === undefined ? amount : addQuantities(to[name], amount);
  return to;
}

function raise(to: Amounts, atLeast: Readonly<Amounts>): void {
  for (const [name, amount] of Object.entries(atLeast)) {
    if (to[name] === undefined || compareQuantities(amount, to[name]) > 0) to[name] = amount;
  }
}

/**
 * Regular containers and sidecars run together; an init container beside the sidecars before it. A pod's overhead counts
 * for its requests, and for the limits that there are.
 */
export function podResourceList(pod: DesiredPod, list: List): Amounts {
  const sum: Amounts = {};
  for (const { resources } of regularContainers(pod)) add(sum, resources?.[list]);
  const sidecars: Amounts = {};
  const peak: Amounts = {};
  for (const container of initContainers(pod)) {
    const own = container.resources?.[list];
    if (isSidecar(container)) {
      add(sum, own);
      raise(peak, add(sidecars, own));
    } else raise(peak, add({ ...sidecars }, own));
  }
  raise(sum, peak);
  for (const [name, amount] of Object.entries(pod.spec?.resources?.[list] ?? {})) {
    if (isPodLevel(name)) sum[name] = amount;
  }
  for (const [name, amount] of Object.entries(pod.spec?.overhead ?? {})) {
    if (list === "requests" || sum[name] !== undefined) add(sum, { [name]: amount });
  }
  return sum;
}
