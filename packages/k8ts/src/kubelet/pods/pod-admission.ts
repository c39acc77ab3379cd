/** Whether a pod that was bound to this node can run here; what the scheduler has checked, a node checks again. */
import { podMatchesNode, quantityMilli, quantityValue } from "@k8ts/api";
import { podAmount } from "../cgroups/pod-resources.ts";
import { qosClass } from "../status/qos-class.ts";
import type { NodeContext } from "./pod-dependencies.ts";
import {
  allContainers,
  initContainers,
  isCriticalPod,
  isHostNetwork,
  isSidecar,
  regularContainers,
} from "./pod-spec.ts";
import type { DesiredPod } from "./pod-spec.ts";
import { forbiddenSysctl } from "./sysctl-admission.ts";

/** Why a pod is not let in: a reason as PodStatus has it, and its text. */
export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

type Node = Pick<
  NodeContext,
  "nodeName" | "node" | "allocatable" | "activePods" | "pressures" | "allowedUnsafeSysctls"
>;

/** Undefined: the pod may run. */
export function admitPod(pod: DesiredPod, context: Node): Refusal | undefined {
  return (
    refusedForPressure(pod, context) ??
    refusedForSysctl(pod, context) ??
    refusedForOs(pod) ??
    refusedForFit(pod, context)
  );
}

const memoryPressureTaint = "node.kubernetes.io/memory-pressure";

function refusedForPressure(pod: DesiredPod, context: Node): Refusal | undefined {
  const pressures = context.pressures();
  if (pressures.length === 0 || isCriticalPod(pod)) return undefined;
  if (pressures.length === 1 && pressures[0] === "MemoryPressure") {
    if (qosClass(pod) !== "BestEffort") return undefined;
    const tolerates = pod.spec?.tolerations?.some(
      ({ key, operator, effect }) =>
        (key === memoryPressureTaint || (!key && operator === "Exists")) && (!effect || effect === "NoSchedule"),
    );
    if (tolerates) return undefined;
  }
  return { reason: "Evicted", message: `The node had condition: [${pressures.join(" ")}]. ` };
}

function refusedForSysctl(pod: DesiredPod, { allowedUnsafeSysctls }: Node): Refusal | undefined {
  const message = forbiddenSysctl(pod, allowedUnsafeSysctls);
  return message === undefined ? undefined : { reason: "SysctlForbidden", message };
}

function refusedForOs(pod: DesiredPod): Refusal | undefined {
  const labelled = pod.metadata.labels?.["kubernetes.io/os"];
  if (labelled !== undefined && labelled !== "linux") {
    const message = "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label";
    return { reason: "PodOSSelectorNodeLabelDoesNotMatch", message };
  }
  if (pod.spec?.os !== undefined && pod.spec.os.name !== "linux")
    return { reason: "PodOSNotSupported", message: "Failed to admit pod as the OS field doesn't match node OS" };
  const policy = pod.spec?.securityContext?.supplementalGroupsPolicy;
  if (policy === "Strict") {
    const message = "SupplementalGroupsPolicy=Strict is not supported in this node";
    return { reason: "SupplementalGroupsPolicyNotSupported", message };
  }
  if (pod.spec?.hostUsers === false) {
    const message = "user namespaces (hostUsers: false) are not supported by this node's container runtime";
    return { reason: "UnexpectedAdmissionError", message };
  }
  return undefined;
}

const failed = (predicate: string, text: string): Refusal => ({
  reason: predicate,
  message: `Predicate ${predicate} failed: ${text}`,
});

function refusedForFit(pod: DesiredPod, context: Node): Refusal | undefined {
  const others = context.activePods().filter((other) => other.metadata.uid !== pod.metadata.uid);
  const shortage = insufficient(pod, others, context.allocatable());
  if (shortage !== undefined) return shortage;
  const node = context.node();
  if (node !== undefined && !podMatchesNode(pod, node))
    return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  if (pod.spec?.nodeName !== undefined && pod.spec.nodeName !== context.nodeName)
    return failed("NodeName", "node(s) didn't match the requested node name");
  if (others.some((other) => portsConflict(pod, other)))
    return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  return undefined;
}

/** Why the node has no room for all that a pod asks for beside the others; undefined: it has. */
export function lacksRoom(pod: DesiredPod, context: Pick<Node, "activePods" | "allocatable">): Refusal | undefined {
  const others = context.activePods().filter((other) => other.metadata.uid !== pod.metadata.uid);
  return insufficient(pod, others, context.allocatable());
}

function insufficient(
  pod: DesiredPod,
  others: readonly DesiredPod[],
  allocatable: Readonly<Record<string, string>>,
): Refusal | undefined {
  const refuse = (name: string, requested: number, used: number, capacity: number): Refusal => ({
    reason: `OutOf${name}`,
    message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  });
  const places = quantityValue(allocatable["pods"] ?? "0");
  if (others.length + 1 > places) return refuse("pods", 1, others.length, places);
  for (const name of requestedResources(pod)) {
    const requested = podAmount(pod, "requests", name);
    const capacity = allocatable[name];
    // An extended resource that this node does not count is the business of whoever promised it.
    if (requested === 0 || (capacity === undefined && name.includes("/"))) continue;
    const whole = name === "cpu" ? quantityMilli(capacity ?? "0") : quantityValue(capacity ?? "0");
    const used = others.reduce((sum, other) => sum + podAmount(other, "requests", name), 0);
    if (requested > whole - used) return refuse(name, requested, used, whole);
  }
  return undefined;
}

function requestedResources(pod: DesiredPod): Set<string> {
  const names = new Set(["cpu", "memory", "ephemeral-storage"]);
  for (const { spec } of allContainers(pod))
    for (const name of Object.keys(spec.resources?.requests ?? {})) names.add(name);
  return names;
}

interface HostPort {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
}

const anyAddress: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

/** The node's ports that the pod takes. */
export function hostPorts(pod: DesiredPod): HostPort[] {
  const containers = [...regularContainers(pod), ...initContainers(pod).filter(isSidecar)];
  return containers.flatMap((container) =>
    (container.ports ?? []).flatMap(({ hostPort, containerPort, protocol = "TCP", hostIP = "" }) => {
      const port = hostPort ?? (isHostNetwork(pod) ? containerPort : 0);
      return port > 0 ? [{ protocol, ip: hostIP, port }] : [];
    }),
  );
}

function portsConflict(a: DesiredPod, b: DesiredPod): boolean {
  const taken = hostPorts(b);
  if (taken.length === 0) return false;
  return hostPorts(a).some((one) =>
    taken.some(
      ({ protocol, ip, port }) =>
        protocol === one.protocol &&
        port === one.port &&
        (ip === one.ip || anyAddress.has(ip) || anyAddress.has(one.ip)),
    ),
  );
}
