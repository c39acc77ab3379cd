/** What one object counts for in quotas, by the names that ResourceQuotas give to amounts. */
import {
  addQuantities,
  compareQuantities,
  subtractQuantities,
  type DeepReadonly,
  type KubernetesObject,
} from "@k8ts/api";
import type { PersistentVolumeClaim, Pod, Service } from "@k8ts/api/core/v1";
import { totalOf, isNativeResource } from "../../registry/index.ts";

type In<T> = DeepReadonly<T>;

/** Quantities by name. */
export type Usage = Record<string, string>;

/** Kinds whose number had a name of its own before all could be counted. */
const oldNames = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);

const computed = ["cpu", "memory", "ephemeral-storage"];

/** A pod that has come to its end uses nothing any more. */
const isOver = ({ status }: In<Pod>): boolean => status?.phase === "Failed" || status?.phase === "Succeeded";

function podUsage(pod: In<Pod>): Usage {
  const usage: Usage = {};
  if (!pod.spec || isOver(pod)) return usage;
  const requests = { ...totalOf(pod.spec, "requests"), ...pod.spec.resources?.requests };
  const limits = { ...totalOf(pod.spec, "limits"), ...pod.spec.resources?.limits };
  for (const [name, amount] of Object.entries(requests)) {
    const huge = name.startsWith("hugepages-");
    if (computed.includes(name) || huge) usage[name] = amount;
    if (computed.includes(name) || huge || !isNativeResource(name)) usage[`requests.${name}`] = amount;
  }
  for (const [name, amount] of Object.entries(limits)) if (computed.includes(name)) usage[`limits.${name}`] = amount;
  for (const [name, amount] of Object.entries(pod.spec.overhead ?? {})) {
    for (const counted of [name, `requests.${name}`, `limits.${name}`]) {
      if (usage[counted] !== undefined) usage[counted] = addQuantities(usage[counted], amount);
    }
  }
  return usage;
}

function serviceUsage({ spec }: In<Service>): Usage {
  const ports = spec?.ports ?? [];
  const external = spec?.type === "NodePort" || spec?.type === "LoadBalancer";
  const chosen = spec?.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort) : ports;
  return {
    "services.nodeports": String(external ? chosen.length : 0),
    "services.loadbalancers": spec?.type === "LoadBalancer" ? "1" : "0",
  };
}

function claimUsage({ metadata, spec }: In<PersistentVolumeClaim>): Usage {
  const storage = spec?.resources?.requests?.["storage"];
  const name = metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? spec?.storageClassName;
  const usage: Usage = storage === undefined ? {} : { "requests.storage": storage };
  if (!name) return usage;
  usage[`${name}.storageclass.storage.k8s.io/persistentvolumeclaims`] = "1";
  if (storage !== undefined) usage[`${name}.storageclass.storage.k8s.io/requests.storage`] = storage;
  return usage;
}

/** What this object counts for. */
export function usageOf(group: string, resource: string, object: In<KubernetesObject>): Usage {
  const usage: Usage = { [`count/${resource}${group && `.${group}`}`]: "1" };
  if (group !== "") return usage;
  if (oldNames.has(resource) && !(resource === "pods" && isOver(object as In<Pod>))) usage[resource] = "1";
  if (resource === "pods") return Object.assign(usage, podUsage(object as In<Pod>));
  if (resource === "services") return Object.assign(usage, serviceUsage(object as In<Service>));
  return resource === "persistentvolumeclaims"
    ? Object.assign(usage, claimUsage(object as In<PersistentVolumeClaim>))
    : usage;
}

/** Both together. */
export function add(a: Readonly<Usage>, b: Readonly<Usage>): Usage {
  const sum: Usage = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    sum[name] = sum[name] === undefined ? amount : addQuantities(sum[name], amount);
  }
  return sum;
}

/** What `a` has more than `b`, without what it has less or as much of. */
export function surplus(a: Readonly<Usage>, b: Readonly<Usage>): Usage {
  const more = Object.entries(a).filter(([name, amount]) => compareQuantities(amount, b[name] ?? "0") > 0);
  return Object.fromEntries(more.map(([name, amount]) => [name, subtractQuantities(amount, b[name] ?? "0")]));
}

/** Only the amounts that `names` has. */
export function only(usage: Readonly<Usage>, names: Readonly<Record<string, unknown>>): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([name]) => names[name] !== undefined));
}
