/**
 * What the kubelet needs of a container runtime: CRI v1 in TypeScript shapes (fields as in CRI, camel case; int64 times
 * in nanoseconds are bigint). `cri.ts` speaks gRPC to containerd; `simulated.ts` keeps pods in memory under the clock it is
 * given. Both pass contract.ts. Ids are opaque. Every method throws RuntimeError.
 */
import type { Duplex } from "node:stream";

/** Why a runtime call failed: gRPC's own codes, by name. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  /** "NOT_FOUND", "DEADLINE_EXCEEDED", "UNAVAILABLE", "UNKNOWN" … */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** As Go's gRPC prints it and events of failed sandboxes show it: "rpc error: code = NotFound desc = …". */
  get rpcText(): string {
    const name = this.code
      .toLowerCase()
      .split("_")
      .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
      .join("");
    // Go's spelling of the one code that it writes otherwise.
    return `rpc error: code = ${name === "Cancelled" ? "Canceled" : name} desc = ${this.message}`;
  }
}

export interface PodSandboxMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface PortMapping {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIp: string;
}

/** POD: a namespace for the pod; CONTAINER: for each container; NODE: the node's. */
export type NamespaceMode = "POD" | "CONTAINER" | "NODE" | "TARGET";

export interface NamespaceOptions {
  readonly network: NamespaceMode;
  readonly pid: NamespaceMode;
  readonly ipc: NamespaceMode;
  readonly targetId?: string;
}

export interface SecurityProfile {
  readonly profileType: "RuntimeDefault" | "Unconfined" | "Localhost";
  readonly localhostRef?: string;
}

export interface SeLinuxOptions {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

export interface SandboxSecurityContext {
  readonly namespaceOptions: NamespaceOptions;
  readonly seLinuxOptions?: SeLinuxOptions;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly readonlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly privileged: boolean;
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface PodSandboxConfig {
  readonly metadata: PodSandboxMetadata;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dns: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly portMappings: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly cgroupParent: string;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly securityContext: SandboxSecurityContext;
}

export interface PodSandbox {
  readonly id: string;
  readonly metadata: PodSandboxMetadata;
  readonly state: "READY" | "NOTREADY";
  /** Nanoseconds since the epoch. */
  readonly createdAt: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly runtimeHandler: string;
}

export interface PodSandboxStatus extends PodSandbox {
  /** The pod's addresses, main one first; empty on the node's network. */
  readonly ips: readonly string[];
}

export interface ContainerMetadata {
  readonly name: string;
  readonly attempt: number;
}

export interface ContainerMount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readonly: boolean;
  readonly selinuxRelabel: boolean;
  readonly propagation: "PRIVATE" | "HOST_TO_CONTAINER" | "BIDIRECTIONAL";
  readonly recursiveReadOnly?: boolean;
}

export interface ContainerDevice {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly permissions: string;
}

export interface LinuxResources {
  readonly cpuPeriod?: number;
  readonly cpuQuota?: number;
  readonly cpuShares?: number;
  readonly memoryLimitInBytes?: number;
  readonly oomScoreAdj?: number;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
  /** cgroup v2 keys. */
  readonly unified?: Readonly<Record<string, string>>;
}

export interface ContainerSecurityContext {
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly privileged: boolean;
  readonly namespaceOptions: NamespaceOptions;
  readonly seLinuxOptions?: SeLinuxOptions;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsUsername?: string;
  readonly readonlyRootfs: boolean;
  readonly supplementalGroups: readonly number[];
  readonly noNewPrivs: boolean;
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly seccomp?: SecurityProfile;
  readonly apparmor?: SecurityProfile;
}

export interface ContainerConfig {
  readonly metadata: ContainerMetadata;
  /** As CRI's ImageStatus id or digest. */
  readonly image: string;
  readonly userSpecifiedImage: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDir: string;
  readonly envs: readonly { readonly key: string; readonly value: string }[];
  readonly mounts: readonly ContainerMount[];
  readonly devices: readonly ContainerDevice[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's logDirectory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: LinuxResources;
  readonly securityContext: ContainerSecurityContext;
}

export type ContainerState = "CREATED" | "RUNNING" | "EXITED" | "UNKNOWN";

export interface Container {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: ContainerMetadata;
  readonly image: string;
  readonly imageRef: string;
  readonly state: ContainerState;
  readonly createdAt: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatus extends Container {
  /** Nanoseconds; 0n: not yet. */
  readonly startedAt: bigint;
  readonly finishedAt: bigint;
  readonly exitCode: number;
  /** "Completed", "Error", "OOMKilled", "StartError" … */
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
  readonly mounts: readonly ContainerMount[];
  readonly resources?: LinuxResources;
}

export interface ExecResult {
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly exitCode: number;
}

/** What a person's exec or attach asks for. */
export interface StreamRequest {
  readonly containerId: string;
  /** Empty for attach. */
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The runtime's end of an exec or attach, independent of the client's protocol. */
export interface ProcessStreams {
  readonly stdin?: NodeJS.ReadableStream;
  readonly stdout?: NodeJS.WritableStream;
  readonly stderr?: NodeJS.WritableStream;
  /** Terminal sizes as the client sends them. */
  onResize?(listener: (size: { width: number; height: number }) => void): void;
}

export interface Image {
  readonly id: string;
  readonly repoTags: readonly string[];
  readonly repoDigests: readonly string[];
  readonly size: number;
  readonly uid?: number;
  readonly username?: string;
  readonly pinned: boolean;
}

export interface RegistryAuth {
  readonly username: string;
  readonly password: string;
  readonly auth?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

export interface FilesystemUsage {
  readonly mountpoint: string;
  readonly usedBytes: number;
  readonly inodesUsed: number;
}

export interface ContainerStats {
  readonly id: string;
  readonly podSandboxId: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Nanoseconds. */
  readonly timestamp: bigint;
  readonly cpuUsageCoreNanoSeconds: bigint;
  readonly memoryWorkingSetBytes: number;
  readonly memoryUsageBytes: number;
  readonly memoryRssBytes: number;
  readonly writableLayerBytes: number;
}

/** Something happened to a container or sandbox: look at its pod again. */
export interface RuntimeEvent {
  readonly type: "CREATED" | "STARTED" | "EXITED" | "OOM" | "DELETED";
  /** A container's id, or a sandbox's. */
  readonly id: string;
}

export interface RuntimeStatus {
  readonly runtimeReady: boolean;
  readonly networkReady: boolean;
  /** Why not, for the Ready condition's message. */
  readonly message: string;
  readonly handlers: readonly string[];
}

export interface RuntimeVersion {
  /** "containerd". */
  readonly name: string;
  readonly version: string;
}

/** A container runtime. */
export interface ContainerRuntime {
  version(): Promise<RuntimeVersion>;
  status(): Promise<RuntimeStatus>;
  /** Tells the runtime this node's pod CIDR, where its network plugin is configured by it. */
  updateRuntimeConfig(podCidr: string): Promise<void>;

  runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string>;
  /** Idempotent; kills what runs in it. */
  stopPodSandbox(id: string): Promise<void>;
  removePodSandbox(id: string): Promise<void>;
  podSandboxStatus(id: string): Promise<PodSandboxStatus>;
  listPodSandboxes(filter?: { id?: string; labels?: Readonly<Record<string, string>> }): Promise<readonly PodSandbox[]>;

  createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** SIGTERM (or the image's stop signal), after `timeoutSeconds` SIGKILL. Idempotent. */
  stopContainer(id: string, timeoutSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  listContainers(filter?: {
    id?: string;
    podSandboxId?: string;
    labels?: Readonly<Record<string, string>>;
  }): Promise<readonly Container[]>;
  containerStatus(id: string): Promise<ContainerStatus>;
  updateContainerResources(id: string, resources: LinuxResources): Promise<void>;
  reopenContainerLog(id: string): Promise<void>;

  /** Throws DEADLINE_EXCEEDED after `timeoutSeconds` (0: none). */
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  /** Runs until the process ends or `signal` aborts; resolves to its exit code. */
  exec(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<number>;
  attach(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<void>;
  /** Connects to a port inside the pod's network. */
  portForward(sandboxId: string, port: number, signal: AbortSignal): Promise<Duplex>;

  listImages(): Promise<readonly Image[]>;
  /** Undefined where the image is not present. */
  imageStatus(image: string): Promise<Image | undefined>;
  /** Resolves to the image's reference (digest or id). */
  pullImage(image: string, auth: RegistryAuth | undefined, sandbox: PodSandboxConfig | undefined): Promise<string>;
  removeImage(image: string): Promise<void>;
  imageFsInfo(): Promise<readonly FilesystemUsage[]>;

  containerStats(id: string): Promise<ContainerStats>;
  listContainerStats(filter?: { podSandboxId?: string }): Promise<readonly ContainerStats[]>;

  /** Events from now on until `signal` aborts; resubscribes by itself, calling `lost` when some may have been missed. */
  events(listener: (event: RuntimeEvent) => void, lost: () => void, signal: AbortSignal): void;
  close(): Promise<void>;
}
