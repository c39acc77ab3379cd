/** A node's status, from its machine, its runtime and its pressures. Pure. */
import type { ContainerImage, Node, NodeCondition, NodeStatus } from "@k8ts/api/core/v1";
import type { KubeletConfig } from "../config.ts";
import type { Image, RuntimeStatus, RuntimeVersion } from "../runtimes/runtime.ts";
import type { MachineInfo } from "./machine.ts";
import type { Amounts } from "./node-resources.ts";

/** Names that one image shows in the status, as upstream. */
const maxNamesPerImage = 5;

/** What the status is made from. */
export interface NodeStatusInput {
  readonly machine: MachineInfo;
  readonly config: KubeletConfig;
  readonly capacity: Amounts;
  readonly allocatable: Amounts;
  readonly version: RuntimeVersion | undefined;
  readonly runtime: RuntimeStatus | undefined;
  readonly images: readonly Image[];
  readonly conditions: NodeCondition[];
  /** The kubelet's server's port. */
  readonly port: number;
}

/** The status to report. */
export function nodeStatus(input: NodeStatusInput): NodeStatus {
  const { machine, config, capacity, allocatable, conditions, port, version } = input;
  return {
    capacity,
    allocatable,
    conditions,
    addresses: [
      ...machine.addresses.map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: machine.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    nodeInfo: {
      machineID: machine.machineID,
      systemUUID: machine.systemUUID,
      bootID: machine.bootID,
      kernelVersion: machine.kernelVersion,
      osImage: machine.osImage,
      containerRuntimeVersion: version === undefined ? "containerd://Unknown" : `${version.name}://${version.version}`,
      kubeletVersion: config.version,
      kubeProxyVersion: "",
      operatingSystem: "linux",
      architecture: machine.architecture,
      ...(machine.swapBytes > 0 && { swap: { capacity: machine.swapBytes } }),
    },
    images: imageList(input.images, config.nodeStatusMaxImages),
    features: { supplementalGroupsPolicy: false },
    runtimeHandlers: (input.runtime?.handlers ?? []).map((name) => ({
      name,
      features: { recursiveReadOnlyMounts: false, userNamespaces: false },
    })),
  };
}

/** The largest images first. */
function imageList(images: readonly Image[], max: number): ContainerImage[] {
  const sorted = [...images].sort((a, b) => b.size - a.size);
  return (max < 0 ? sorted : sorted.slice(0, max)).map(({ repoDigests, repoTags, size }) => ({
    names: [...repoDigests, ...repoTags].slice(0, maxNamesPerImage),
    sizeBytes: size,
  }));
}

/** Labels that every node has. */
export function defaultNodeLabels(machine: MachineInfo): Record<string, string> {
  return {
    "beta.kubernetes.io/arch": machine.architecture,
    "beta.kubernetes.io/os": "linux",
    "kubernetes.io/arch": machine.architecture,
    "kubernetes.io/hostname": machine.hostname,
    "kubernetes.io/os": "linux",
  };
}

/** The node as it registers itself. */
export function initialNode(
  name: string,
  machine: MachineInfo,
  config: KubeletConfig,
  podCidr: string | undefined,
  status: NodeStatus,
): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name,
      labels: { ...defaultNodeLabels(machine), ...config.nodeLabels },
      annotations: { "volumes.kubernetes.io/controller-managed-attach-detach": "true" },
    },
    spec: {
      ...(config.registerWithTaints.length > 0 && { taints: [...config.registerWithTaints] }),
      ...(podCidr !== undefined && { podCIDR: podCidr, podCIDRs: [podCidr] }),
    },
    status,
  };
}
