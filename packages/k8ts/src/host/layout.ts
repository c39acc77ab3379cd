/** Where a cluster keeps what, below its data directory. Everything k8ts writes on a machine is here. */
import { join } from "node:path";

/** Paths of one cluster on one machine. */
export interface HostLayout {
  readonly dataDirectory: string;
  /** cluster.json: how the cluster was set up, for the next `k8ts up`. */
  readonly configFile: string;
  /** The daemon's pid, removed when it ends. */
  readonly pidFile: string;
  readonly logFile: string;
  /** Certificates and keys. */
  readonly pki: string;
  /** kubeconfig files: admin.conf and one a component. */
  readonly kubeconfigs: string;
  /** The embedded store. */
  readonly store: string;
  /** Loaded images, as an OCI layout. */
  readonly images: string;
  /** The kubelet's pods, volumes and plugins. */
  readonly kubelet: string;
  /** Container logs. */
  readonly podLogs: string;
  readonly containerd: {
    readonly directory: string;
    readonly root: string;
    readonly state: string;
    readonly socket: string;
    readonly config: string;
    readonly log: string;
    readonly pidFile: string;
    /** hosts.toml directories: which registries to ask. */
    readonly registries: string;
  };
  readonly cni: {
    /** *.conflist, which containerd writes. */
    readonly config: string;
    /** What containerd makes the network list from. */
    readonly template: string;
    /** Addresses that are given out. */
    readonly data: string;
  };
}

/** The layout below a data directory. */
export function hostLayout(dataDirectory: string): HostLayout {
  const at = (...parts: string[]): string => join(dataDirectory, ...parts);
  return {
    dataDirectory,
    configFile: at("cluster.json"),
    pidFile: at("k8ts.pid"),
    logFile: at("k8ts.log"),
    pki: at("pki"),
    kubeconfigs: at("kubeconfig"),
    store: at("store"),
    images: at("images"),
    kubelet: at("kubelet"),
    podLogs: at("pod-logs"),
    containerd: {
      directory: at("containerd"),
      root: at("containerd", "root"),
      state: at("containerd", "state"),
      socket: at("containerd", "containerd.sock"),
      config: at("containerd", "config.toml"),
      log: at("containerd", "containerd.log"),
      pidFile: at("containerd", "containerd.pid"),
      registries: at("containerd", "registries"),
    },
    cni: { config: at("cni", "net.d"), template: at("cni", "network.template"), data: at("cni", "data") },
  };
}

/** The default data directory: the system's for root, else the user's own. */
export function defaultDataDirectory(env: Readonly<Record<string, string | undefined>>, isRoot: boolean): string {
  if (env["K8TS_DATA_DIR"]) return env["K8TS_DATA_DIR"];
  if (isRoot) return "/var/lib/k8ts";
  return join(env["XDG_DATA_HOME"] ?? join(env["HOME"] ?? ".", ".local", "share"), "k8ts");
}
