/** How a cluster is set up: what `k8ts up` takes as flags and keeps in cluster.json for the next start. */

/** A cluster's settings. */
export interface ClusterConfig {
  /** Names the bridge, the nft table and the cgroup parent: letters, digits and dashes, at most 12. */
  readonly name: string;
  /** Absolute; absent: everything in memory, nothing on disk. */
  readonly dataDirectory?: string;
  readonly storage: "lmdb" | "memory";
  readonly runtime: "containerd" | "simulated";
  readonly nodeName: string;
  /** Address the API server and the kubelet listen on; pods reach the server at the node's own address. */
  readonly address: string;
  readonly port: number;
  readonly kubeletPort: number;
  readonly proxyHealthPort: number;
  readonly registryPort: number;
  readonly podCidr: string;
  readonly serviceCidr: string;
  readonly clusterDomain: string;
  readonly logLevel: "error" | "warn" | "info" | "debug";
}

/** The settings of a cluster nobody said anything about. */
export const defaultClusterConfig: ClusterConfig = {
  name: "k8ts",
  storage: "lmdb",
  runtime: "containerd",
  nodeName: "k8ts",
  address: "0.0.0.0",
  port: 6443,
  kubeletPort: 10250,
  proxyHealthPort: 10256,
  registryPort: 5051,
  podCidr: "10.244.0.0/16",
  serviceCidr: "10.96.0.0/16",
  clusterDomain: "cluster.local",
  logLevel: "info",
};

/** Image of the pod sandbox, as Kubernetes 1.36 names it. */
export const sandboxImage = "registry.k8s.io/pause:3.10.1";

/** Version of Kubernetes whose API this is. */
export const kubernetesVersion = "v1.36.2";

const namePattern = /^[a-z]([a-z0-9-]{0,10}[a-z0-9])?$/;
const cidrPattern = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/;

/** What is wrong with settings that a person gave, as sentences; empty where nothing is. */
export function configFaults(config: ClusterConfig): string[] {
  const faults: string[] = [];
  if (!namePattern.test(config.name)) {
    faults.push(`--name "${config.name}": use lower-case letters, digits and dashes, at most 12, a letter first`);
  }
  for (const [flag, port] of [
    ["--port", config.port],
    ["--kubelet-port", config.kubeletPort],
    ["--proxy-health-port", config.proxyHealthPort],
    ["--registry-port", config.registryPort],
  ] as const) {
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      faults.push(`${flag} ${port}: use a port from 1 to 65535`);
  }
  for (const [flag, cidr] of [
    ["--pod-cidr", config.podCidr],
    ["--service-cidr", config.serviceCidr],
  ] as const) {
    if (!cidrPattern.test(cidr)) faults.push(`${flag} ${cidr}: use an IPv4 range such as 10.244.0.0/16`);
  }
  return faults;
}

/** Name of the pod bridge. */
export const bridgeName = (config: ClusterConfig): string => `${config.name}0`;

/** Name of the proxy's nft table. */
export const nftTableName = (config: ClusterConfig): string => config.name;

/** The node's cgroup below which all pods run. */
export const cgroupParent = (config: ClusterConfig): string => `/${config.name}`;

/** The n-th address of an IPv4 range: 10.96.0.0/16 and 1 give 10.96.0.1. */
export function addressInRange(cidr: string, n: number): string {
  const base =
    cidr
      .split("/")[0]!
      .split(".")
      .reduce((sum, part) => sum * 256 + Number(part), 0) + n;
  return [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join(".");
}
