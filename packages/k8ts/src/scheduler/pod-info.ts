/** What the scheduler works out about a pod once, when it first sees it, and then compares by number. */
import { podResource, podResourceNames, type DeepReadonly } from "@k8ts/api";
import type { Pod, PodSpec } from "@k8ts/api/core/v1";

/** Amounts of the resources every node has, as plain numbers, and of the others by name. */
export interface ResourceAmounts {
  /** Thousandths of a core. */
  readonly milliCpu: number;
  /** Bytes. */
  readonly memory: number;
  /** Bytes. */
  readonly ephemeralStorage: number;
  /** Whole units, by resource name: extended resources and huge pages. */
  readonly scalars: ReadonlyMap<string, number>;
}

/** A host port that a pod takes: address, protocol and port as one text. */
export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A pod with what scheduling needs of it. */
export interface PodInfo {
  readonly pod: DeepReadonly<Pod>;
  readonly uid: string;
  readonly priority: number;
  readonly requests: ResourceAmounts;
  /** For scoring: pods that ask for nothing count as 100m and 200 MB, as upstream assumes. */
  readonly scoredMilliCpu: number;
  readonly scoredMemory: number;
  readonly hostPorts: readonly HostPort[];
  /** Pods with the same class pass and fail the same static filters: the key of their shared node masks. */
  readonly classKey: string;
}

const assumedMilliCpu = 100;
const assumedMemory = 200 * 1024 * 1024;

/** What a pod asks of its node. */
function podRequests(spec: DeepReadonly<PodSpec>): ResourceAmounts {
  const scalars = new Map<string, number>();
  for (const name of podResourceNames(spec, "requests")) {
    if (!["cpu", "memory", "ephemeral-storage", "pods"].includes(name)) {
      scalars.set(name, podResource(spec, "requests", name));
    }
  }
  return {
    milliCpu: podResource(spec, "requests", "cpu"),
    memory: podResource(spec, "requests", "memory"),
    ephemeralStorage: podResource(spec, "requests", "ephemeral-storage"),
    scalars,
  };
}

function hostPortsOf(spec: DeepReadonly<PodSpec>): HostPort[] {
  const ports: HostPort[] = [];
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  for (const container of [...spec.containers, ...sidecars]) {
    for (const port of container.ports ?? []) {
      const host = port.hostPort ?? (spec.hostNetwork ? port.containerPort : 0);
      if (host > 0) ports.push({ ip: port.hostIP || "0.0.0.0", protocol: port.protocol ?? "TCP", port: host });
    }
  }
  return ports;
}

function classKeyOf(spec: DeepReadonly<PodSpec>): string {
  return JSON.stringify([
    spec.nodeName ?? "",
    spec.nodeSelector ?? null,
    spec.affinity?.nodeAffinity ?? null,
    spec.tolerations ?? null,
  ]);
}

/** Works out a pod's scheduling facts. */
export function podInfo(pod: DeepReadonly<Pod>): PodInfo {
  const spec = pod.spec ?? { containers: [] };
  return {
    pod,
    uid: pod.metadata.uid ?? `${pod.metadata.namespace}/${pod.metadata.name}`,
    priority: spec.priority ?? 0,
    requests: podRequests(spec),
    scoredMilliCpu: podResource(spec, "requests", "cpu", assumedMilliCpu),
    scoredMemory: podResource(spec, "requests", "memory", assumedMemory),
    hostPorts: hostPortsOf(spec),
    classKey: classKeyOf(spec),
  };
}
