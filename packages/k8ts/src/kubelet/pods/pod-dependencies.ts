/** What pod workers work with: the kubelet's other parts, and what they need to know of the node. */
import type { DeepReadonly, Random } from "@k8ts/api";
import type { Node, Service } from "@k8ts/api/core/v1";
import type { CgroupManager } from "../cgroups/cgroup-manager.ts";
import type { DnsSettings } from "../containers/pod-dns.ts";
import type { ProfileSettings } from "../containers/security-context.ts";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import type { ImageManager } from "../images/image-manager.ts";
import type { ProbeManager } from "../probes/probe-manager.ts";
import type { StatusManager } from "../status/status-manager.ts";
import type { VolumeManager } from "../volumes/volume-manager.ts";
import type { Backoff } from "./backoff.ts";
import type { KillDependencies } from "./kill-container.ts";
import type { DesiredPod } from "./pod-spec.ts";
import type { RuntimeView } from "./runtime-view.ts";

/** The node, as pods see it. */
export interface NodeContext {
  readonly nodeName: string;
  /** "containerd". */
  readonly runtimeName: string;
  readonly hostIPs: readonly string[];
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  /** The node's own resolver settings. */
  readonly dns: DnsSettings;
  /** Bytes. */
  readonly memoryCapacity: number;
  readonly profiles: ProfileSettings;
  readonly allowedUnsafeSysctls: readonly string[];
  allocatable(): Readonly<Record<string, string>>;
  /** The node's object, as far as it is known. */
  node(): DeepReadonly<Node> | undefined;
  /** All Services; throws before they have been read once. */
  services(): readonly DeepReadonly<Service>[];
  /** The runtime's handler for a RuntimeClass ("" is the default's); throws where there is no such class. */
  runtimeHandler(runtimeClassName: string | undefined): string;
  /** Why pods cannot have a network now; undefined: they can. */
  networkFault(): string | undefined;
  /** What the node is short of: "MemoryPressure", "DiskPressure", "PIDPressure". */
  pressures(): readonly string[];
  /** The pods that this node runs or is about to, this one included. */
  activePods(): readonly DesiredPod[];
}

/** Directories of the kubelet. */
export interface KubeletDirectories {
  /** "/var/lib/kubelet": pods' volumes and files. */
  readonly root: string;
  /** "/var/log/pods". */
  readonly podLogs: string;
}

/** Everything a pod worker uses. */
export interface PodDependencies extends KillDependencies {
  readonly random: Random;
  readonly files: NodeFilesystem;
  readonly directories: KubeletDirectories;
  readonly node: NodeContext;
  readonly view: RuntimeView;
  readonly images: ImageManager;
  readonly volumes: VolumeManager;
  readonly cgroups: CgroupManager;
  readonly probes: ProbeManager;
  readonly status: StatusManager;
  readonly crashes: Backoff;
}

/** A pod's own directory. */
export function podDirectory(directories: KubeletDirectories, uid: string): string {
  return `${directories.root}/pods/${uid}`;
}
