/** What a pod as a whole asks for or is limited to: the sum that scheduler, kubelet and quotas all count with. */
import type { Container, PodSpec } from "../types/core/v1.ts";
import type { DeepReadonly } from "./meta.ts";
import { quantityMilli, quantityValue } from "./quantity.ts";

/** Which of a container's two lists is summed. */
export type ResourceList = "requests" | "limits";

/** cpu in thousandths of a core, everything else in whole units. */
const numberOf = (name: string, text: string | undefined): number =>
  text === undefined ? 0 : name === "cpu" ? quantityMilli(text) : quantityValue(text);

/**
 * What the pod needs of a resource at any time: the regular containers and all sidecars together, or an init container
 * with the sidecars started before it, whichever is more (KEP-753); what the pod itself says wins (KEP-2837); and its
 * overhead. cpu in thousandths, else whole units. `absent`: what a container counts as that says nothing.
 */
export function podResource(spec: DeepReadonly<PodSpec>, list: ResourceList, name: string, absent = 0): number {
  const overhead = numberOf(name, spec.overhead?.[name]);
  const whole = spec.resources?.[list]?.[name];
  if (whole !== undefined) return numberOf(name, whole) + overhead;
  const own = ({ resources }: DeepReadonly<Container>): number => {
    const text = resources?.[list]?.[name];
    return text === undefined ? absent : numberOf(name, text);
  };
  let sum = spec.containers.reduce((total, container) => total + own(container), 0);
  let sidecars = 0;
  let peak = 0;
  for (const container of spec.initContainers ?? []) {
    const amount = own(container);
    if (container.restartPolicy === "Always") {
      sum += amount;
      sidecars += amount;
      peak = Math.max(peak, sidecars);
    } else peak = Math.max(peak, sidecars + amount);
  }
  return Math.max(sum, peak) + overhead;
}

/** Names of all resources that a pod says anything of. */
export function podResourceNames(spec: DeepReadonly<PodSpec>, list: ResourceList): Set<string> {
  const names = new Set<string>([...Object.keys(spec.overhead ?? {}), ...Object.keys(spec.resources?.[list] ?? {})]);
  for (const container of [...spec.containers, ...(spec.initContainers ?? [])]) {
    for (const name in container.resources?.[list]) names.add(name);
  }
  return names;
}
