/** What a kubelet is made of, and what it is to others. */
import type { Clock, Logger, Metrics, Random } from "@k8ts/api";
import type { Client, EventRecorder, InformerFactory } from "@k8ts/client";
import type { Component } from "../component.ts";
import type { CgroupManager } from "./cgroups/cgroup-manager.ts";
import type { KubeletConfig } from "./config.ts";
import type { NodeFilesystem } from "./filesystem/node-filesystem.ts";
import type { Machine } from "./node/machine.ts";
import type { KubeletDirectories } from "./pods/pod-dependencies.ts";
import type { Prober } from "./probes/prober.ts";
import type { ContainerRuntime } from "./runtimes/runtime.ts";
import type { KubeletServerSource } from "./server/source.ts";
import type { ReferencedObjects } from "./volumes/referenced-objects.ts";

/** What a kubelet is made of. */
export interface KubeletOptions {
  /** Acts as system:node:<nodeName>. */
  readonly client: Client;
  /** Shared with other components of the same client; default: informers of the kubelet's own, which it stops. */
  readonly informers?: InformerFactory;
  readonly runtime: ContainerRuntime;
  readonly nodeName: string;
  readonly machine: Machine;
  readonly directories: KubeletDirectories;
  /** Default: none, nothing is kept (simulated nodes). A real node is given realFilesystem. */
  readonly files?: NodeFilesystem;
  /** Default: none. */
  readonly cgroups?: CgroupManager;
  /** Default: real probes, over the runtime and the network; on a node without files, all is well. */
  readonly prober?: Prober;
  /** ConfigMaps and Secrets; kubelets of one process may share one. Default: watches of its own. */
  readonly objects?: ReferencedObjects;
  /** Addresses of the cluster's DNS; none: pods resolve as the node does. */
  readonly clusterDNS?: readonly string[];
  readonly clusterDomain?: string;
  /** The node's own resolver settings, as a file's path (resolv.conf). */
  readonly resolvConf?: string;
  /** Set on the Node when it registers. Default: a controller sets it. */
  readonly podCidr?: string;
  /** Where the kubelet's server listens, as the Node's status says. */
  readonly port?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Default: events by "kubelet" on this node. */
  readonly recorder?: EventRecorder;
  readonly config?: Partial<KubeletConfig>;
}

/** A node's agent. */
export interface Kubelet extends Component {
  /** What its server serves from. */
  readonly source: KubeletServerSource;
}
