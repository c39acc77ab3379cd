/** What the scheduler works out about a pod once, when it first sees it, and then compares by number. */
import { quantityMilli, quantityValue, type DeepReadonly } from "@k8ts/api";
import type { Container, Pod, PodSpec, ResourceRequirements } from "@k8ts/api/core/v1";

/** Amounts of the resources every node has, as plain numbers, and of the others by name. */
export interface ResourceAmounts {
  /** Thousandths of a core. */
  milliCpu: number;
  /** Bytes. */
  memory: number;
  /** Bytes. */
  ephemeralStorage: number;
  /** Whole units, by resource name: extended resources and huge pages. */
  readonly scalars: Map<string, number>;
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

const emptyAmounts = (): ResourceAmounts => ({ milliCpu: 0, memory: 0, ephemeralStorage: 0, scalars: new Map() });

/** Adds a resource list ({ cpu: "100m" }) to amounts, `sign` times. */
export function addResourceList(
  amounts: ResourceAmounts,
  list: Readonly<Record<string, string>> | undefined,
  sign = 1,
): void {
  for (const name in list) {
    const text = list[name]!;
    if (name === "cpu") amounts.milliCpu += sign * quantityMilli(text);
    else if (name === "memory") amounts.memory += sign * quantityValue(text);
    else if (name === "ephemeral-storage") amounts.ephemeralStorage += sign * quantityValue(text);
    else if (name !== "pods") amounts.scalars.set(name, (amounts.scalars.get(name) ?? 0) + sign * quantityValue(text));
  }
}

function raiseTo(amounts: ResourceAmounts, floor: ResourceAmounts): void {
  amounts.milliCpu = Math.max(amounts.milliCpu, floor.milliCpu);
  amounts.memory = Math.max(amounts.memory, floor.memory);
  amounts.ephemeralStorage = Math.max(amounts.ephemeralStorage, floor.ephemeralStorage);
  for (const [name, value] of floor.scalars) amounts.scalars.set(name, Math.max(amounts.scalars.get(name) ?? 0, value));
}

function add(amounts: ResourceAmounts, more: ResourceAmounts): void {
  amounts.milliCpu += more.milliCpu;
  amounts.memory += more.memory;
  amounts.ephemeralStorage += more.ephemeralStorage;
  for (const [name, value] of more.scalars) amounts.scalars.set(name, (amounts.scalars.get(name) ?? 0) + value);
}

/** A container's requests; with `assume`, what scoring takes a container without cpu or memory requests to need. */
function containerRequests(container: DeepReadonly<Container>, assume: boolean): ResourceAmounts {
  const amounts = emptyAmounts();
  const requests = container.resources?.requests;
  addResourceList(amounts, requests);
  if (assume && requests?.["cpu"] === undefined) amounts.milliCpu = assumedMilliCpu;
  if (assume && requests?.["memory"] === undefined) amounts.memory = assumedMemory;
  return amounts;
}

/** Pod-level requests win over the sum of the containers', resource by resource (KEP-2837). */
function overrideWithPodLevel(
  amounts: ResourceAmounts,
  resources: DeepReadonly<ResourceRequirements> | undefined,
): void {
  const requests = resources?.requests;
  if (requests?.["cpu"] !== undefined) amounts.milliCpu = quantityMilli(requests["cpu"]);
  if (requests?.["memory"] !== undefined) amounts.memory = quantityValue(requests["memory"]);
}

/**
 * What a pod asks of its node: the larger of what its running containers and sidecars need together and what any init
 * container needs beside the sidecars started before it, plus the runtime's overhead (KEP-753).
 */
export function podRequests(spec: DeepReadonly<PodSpec>, assume = false): ResourceAmounts {
  const total = emptyAmounts();
  for (const container of spec.containers) add(total, containerRequests(container, assume));
  const sidecars = emptyAmounts();
  const initPeak = emptyAmounts();
  for (const container of spec.initContainers ?? []) {
    const own = containerRequests(container, assume);
    if (container.restartPolicy === "Always") {
      add(sidecars, own);
      raiseTo(initPeak, sidecars);
    } else {
      add(own, sidecars);
      raiseTo(initPeak, own);
    }
  }
  add(total, sidecars);
  raiseTo(total, initPeak);
  overrideWithPodLevel(total, spec.resources);
  addResourceList(total, spec.overhead);
  return total;
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
  const scored = podRequests(spec, true);
  return {
    pod,
    uid: pod.metadata.uid ?? `${pod.metadata.namespace}/${pod.metadata.name}`,
    priority: spec.priority ?? 0,
    requests: podRequests(spec),
    scoredMilliCpu: scored.milliCpu,
    scoredMemory: scored.memory,
    hostPorts: hostPortsOf(spec),
    classKey: classKeyOf(spec),
  };
}
