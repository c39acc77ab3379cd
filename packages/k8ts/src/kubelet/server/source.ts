/** What the kubelet's server needs of the kubelet: its pods and the machine's usage. All else it asks of the runtime. */
import type { DeepReadonly } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";

/** Labels that the kubelet puts on every sandbox and container, and by which the server finds them (CRI convention). */
export const podNameLabel = "io.kubernetes.pod.name";
export const podNamespaceLabel = "io.kubernetes.pod.namespace";
export const podUidLabel = "io.kubernetes.pod.uid";
export const containerNameLabel = "io.kubernetes.container.name";

/** One filesystem of the machine, in bytes and inodes. */
export interface FilesystemStats {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly usedBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
  readonly inodesUsed: number;
}

/** The whole machine's usage, as /stats/summary and /metrics/resource report it. */
export interface NodeUsage {
  /** Milliseconds since the epoch: when the machine (or simulated node) started. */
  readonly startTime: number;
  /** Milliseconds since the epoch: when the figures were read. */
  readonly time: number;
  readonly cpuUsageCoreNanoSeconds: bigint;
  readonly memoryAvailableBytes: number;
  readonly memoryUsageBytes: number;
  readonly memoryWorkingSetBytes: number;
  readonly memoryRssBytes: number;
  readonly nodeFs: FilesystemStats;
  readonly imageFs?: FilesystemStats;
}

/** The kubelet, as its server sees it. */
export interface KubeletServerSource {
  readonly nodeName: string;
  /** Every pod bound to this node, with the kubelet's own newest status. */
  pods(): readonly DeepReadonly<Pod>[];
  /** The pod of that name, with the kubelet's own newest status. */
  pod(namespace: string, name: string): DeepReadonly<Pod> | undefined;
  /** What the machine uses now. */
  usage(): Promise<NodeUsage>;
  /** Why the kubelet's own loop is unwell; undefined while it is fine (the syncloop check of /healthz). */
  unhealthy(): string | undefined;
}
