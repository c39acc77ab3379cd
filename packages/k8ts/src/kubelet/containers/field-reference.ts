/** The downward API: a pod's own fields and its containers' resources as text (fieldRef, resourceFieldRef). */
import { quantityMilli, quantityValue } from "@k8ts/api";
import { allContainers, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";

/** What a pod does not know of itself. */
export interface NodeFacts {
  readonly podIPs: readonly string[];
  readonly hostIPs: readonly string[];
  /** The node's allocatable amounts stand in for limits that a container does not have. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The value of a fieldRef's path; throws in upstream's words for a path that is not supported. */
export function fieldValue(pod: DesiredPod, path: string, facts: NodeFacts): string {
  const keyed = /^metadata\.(annotations|labels)\['(.*)'\]$/s.exec(path);
  if (keyed !== null) return pod.metadata[keyed[1] as "annotations" | "labels"]?.[keyed[2]!] ?? "";
  switch (path) {
    case "metadata.name":
      return pod.metadata.name ?? "";
    case "metadata.namespace":
      return pod.metadata.namespace ?? "";
    case "metadata.uid":
      return pod.metadata.uid ?? "";
    case "metadata.labels":
      return formatMap(pod.metadata.labels);
    case "metadata.annotations":
      return formatMap(pod.metadata.annotations);
    case "spec.nodeName":
      return pod.spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return pod.spec?.serviceAccountName ?? "";
    case "status.hostIP":
      return facts.hostIPs[0] ?? "";
    case "status.hostIPs":
      return facts.hostIPs.join(",");
    case "status.podIP":
      return facts.podIPs[0] ?? "";
    case "status.podIPs":
      return facts.podIPs.join(",");
    default:
      throw new Error(`unsupported fieldPath: ${path}`);
  }
}

/** Labels or annotations as the downward API writes them: sorted `key="value"` lines. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}

/** A resourceFieldRef, in a container's own environment or naming another container. */
export interface ResourceReference {
  readonly containerName?: string;
  readonly resource: string;
  readonly divisor?: string;
}

/** The value of a resourceFieldRef, in units of its divisor, rounded up. */
export function resourceValue(
  pod: DesiredPod,
  own: ContainerSpec | undefined,
  reference: ResourceReference,
  facts: NodeFacts,
): string {
  const named = reference.containerName;
  const container = named ? allContainers(pod).find(({ spec }) => spec.name === named)?.spec : own;
  if (container === undefined) throw new Error(`container ${named} not found`);
  const match = /^(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)$/.exec(reference.resource);
  if (match === null) throw new Error(`unsupported container resource : ${reference.resource}`);
  const [, list, name] = match as unknown as [string, "limits" | "requests", string];
  let amount = container.resources?.[list]?.[name];
  if (list === "limits" && (amount === undefined || quantityMilli(amount) === 0)) amount = facts.allocatable[name];
  return inUnits(name, amount ?? "0", reference.divisor);
}

function inUnits(name: string, amount: string, divisor: string | undefined): string {
  const unit = divisor === undefined || quantityMilli(divisor) === 0 ? "1" : divisor;
  const value =
    name === "cpu" ? quantityMilli(amount) / quantityMilli(unit) : quantityValue(amount) / quantityValue(unit);
  return String(Math.ceil(value));
}
