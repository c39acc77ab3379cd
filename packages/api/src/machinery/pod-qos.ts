/** A pod's quality-of-service class, from what its containers request and are limited to. */
import type { PodSpec, ResourceRequirements } from "../types/core/v1.ts";
import type { DeepReadonly } from "./meta.ts";
import { addQuantities, compareQuantities } from "./quantity.ts";

type Amounts = Readonly<Record<string, string>>;
const computed = ["cpu", "memory"] as const;

/** Sums positive cpu and memory into `total`; returns whether both were there. */
function collect(total: Map<string, string>, amounts: Amounts | undefined): boolean {
  let found = 0;
  for (const name of computed) {
    const amount = amounts?.[name];
    if (amount === undefined || compareQuantities(amount, "0") <= 0) continue;
    found++;
    const sum = total.get(name);
    total.set(name, sum === undefined ? amount : addQuantities(sum, amount));
  }
  return found === computed.length;
}

/** A limit without a request asks for as much, as defaulting makes it. */
const requested = (resources: DeepReadonly<ResourceRequirements> | undefined): Amounts => ({
  ...resources?.limits,
  ...resources?.requests,
});

/** The classes of PodStatus.qosClass. */
export type QosClass = "Guaranteed" | "Burstable" | "BestEffort";

/** "Guaranteed": every limit set and equal to the request; "BestEffort": nothing set; else "Burstable". */
export function podQosClass(spec: DeepReadonly<PodSpec> | undefined): QosClass {
  const requests = new Map<string, string>();
  const limits = new Map<string, string>();
  let limited = true;
  if (spec?.resources) {
    collect(requests, requested(spec.resources));
    if (Object.keys(spec.resources.limits ?? {}).length > 0) limited = collect(limits, spec.resources.limits);
  } else {
    for (const { resources } of [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]) {
      collect(requests, requested(resources));
      if (!collect(limits, resources?.limits)) limited = false;
    }
  }
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  const equal = [...requests].every(([name, amount]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(limit, amount) === 0;
  });
  return limited && equal && requests.size === limits.size ? "Guaranteed" : "Burstable";
}
