/** The cgroups above pods: the node's parent, one per QoS class, one per pod. What runs inside is the runtime's. */
import type { QosClass } from "@k8ts/api";

/** What a pod as a whole may use. Undefined: not limited. */
export interface PodResources {
  readonly cpuShares: number;
  /** Microseconds per 100 ms. */
  readonly cpuQuota: number | undefined;
  /** Bytes. */
  readonly memoryLimit: number | undefined;
}

/** Makes and removes cgroups. Implementations: v1 (one directory per controller), v2 (unified), none (simulated nodes). */
export interface CgroupManager {
  /** 0: none. */
  readonly version: 0 | 1 | 2;
  /** Makes the node's parent and those of the QoS classes; throws where cgroups cannot be written. */
  start(): Promise<void>;
  /** The parent of the pod's sandbox and containers, as CRI takes it; "" lets the runtime choose. */
  podPath(uid: string, qos: QosClass): string;
  /** Makes the pod's cgroup, or sets its limits anew. */
  ensurePod(uid: string, qos: QosClass, resources: PodResources): Promise<void>;
  /** Ends what still runs inside, and removes it; nothing there is fine. */
  removePod(uid: string): Promise<void>;
  /** The uids of all pods that have a cgroup. */
  pods(): Promise<readonly string[]>;
  /** Removes everything below the node's parent, and the parent. */
  removeAll(): Promise<void>;
}

/** For nodes without cgroups. */
export const noCgroups: CgroupManager = {
  version: 0,
  start: async () => undefined,
  podPath: () => "",
  ensurePod: async () => undefined,
  removePod: async () => undefined,
  pods: async () => [],
  removeAll: async () => undefined,
};
