/**
 * A container runtime reached by CRI v1 over its socket: containerd, or any other that speaks it. Calls are described in
 * cri/messages.ts, events in cri/events.ts, exec, attach and port-forward in cri/streams.ts.
 */
import type { Duplex } from "node:stream";
import { silentLogger, type Clock, type Logger } from "@k8ts/api";
import { CriConnection, type CallOptions } from "./cri/connection.ts";
import * as convert from "./cri/convert.ts";
import { ExecGate } from "./cri/exec-gate.ts";
import { subscribe } from "./cri/events.ts";
import { CriStreams } from "./cri/streams.ts";
import type { Fields } from "./cri/wire.ts";
import {
  RuntimeError,
  type Container,
  type ContainerConfig,
  type ContainerRuntime,
  type ContainerStats,
  type ContainerStatus,
  type ExecResult,
  type FilesystemUsage,
  type Image,
  type LinuxResources,
  type PodSandbox,
  type PodSandboxConfig,
  type PodSandboxStatus,
  type ProcessStreams,
  type RegistryAuth,
  type RuntimeEvent,
  type RuntimeStatus,
  type RuntimeVersion,
  type StreamRequest,
} from "./runtime.ts";

/** Where the runtime is and what it is handed. */
export interface CriOptions {
  /** The socket's path, with or without "unix://". */
  readonly socket: string;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** What a call may take beside its own work (killing, unmounting), in milliseconds: the kubelet's runtimeRequestTimeout. */
const allowance = 120_000;

/** How long a command counts as starting at most, in milliseconds: a start takes 50 to 120. */
const longestStart = 400;

const idempotent: CallOptions = { idempotent: true };

/** Connects to a CRI runtime; the socket is opened with the first call, which fails as UNAVAILABLE where nobody listens. */
export function createCriRuntime(options: CriOptions): ContainerRuntime {
  return new CriRuntime(options);
}

class CriRuntime implements ContainerRuntime {
  readonly #connection: CriConnection;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #streams: CriStreams;
  readonly #gate = new ExecGate();
  /** Containers' sandboxes, which a status does not tell. */
  readonly #sandboxes = new Map<string, string>();
  #handlers: readonly string[] | undefined;

  constructor(options: CriOptions) {
    this.#connection = new CriConnection(options.socket, options.clock);
    this.#clock = options.clock;
    this.#logger = options.logger ?? silentLogger;
    this.#streams = new CriStreams(this.#connection);
  }

  async version(): Promise<RuntimeVersion> {
    const answer = await this.#runtime("Version", "VersionRequest", {}, "VersionResponse", idempotent);
    return { name: answer["runtimeName"] as string, version: answer["runtimeVersion"] as string };
  }

  async status(): Promise<RuntimeStatus> {
    const request = { verbose: this.#handlers === undefined };
    const answer = await this.#runtime("Status", "StatusRequest", request, "StatusResponse", idempotent);
    const conditions = (answer["status"] as { conditions: Fields[] } | undefined)?.conditions ?? [];
    const met = (type: string): boolean => conditions.some((each) => each["type"] === type && each["status"] === true);
    this.#handlers ??= runtimeHandlers(answer);
    return {
      runtimeReady: met("RuntimeReady"),
      networkReady: met("NetworkReady"),
      message: convert.conditionsMessage(conditions),
      handlers: this.#handlers,
    };
  }

  async updateRuntimeConfig(podCidr: string): Promise<void> {
    const request = { runtimeConfig: { networkConfig: { podCidr } } };
    await this.#runtime("UpdateRuntimeConfig", "UpdateRuntimeConfigRequest", request, "Empty", idempotent);
  }

  async runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string> {
    const request = { config: convert.sandboxConfig(config), runtimeHandler };
    const timeout = { timeout: 2 * allowance };
    const answer = await this.#runtime("RunPodSandbox", "RunPodSandboxRequest", request, "PodSandboxId", timeout);
    return answer["podSandboxId"] as string;
  }

  async stopPodSandbox(id: string): Promise<void> {
    await unlessGone(this.#runtime("StopPodSandbox", "PodSandboxId", { podSandboxId: id }, "Empty", idempotent));
  }

  async removePodSandbox(id: string): Promise<void> {
    await unlessGone(this.#runtime("RemovePodSandbox", "PodSandboxId", { podSandboxId: id }, "Empty", idempotent));
    for (const [container, sandbox] of this.#sandboxes) if (sandbox === id) this.#sandboxes.delete(container);
  }

  async podSandboxStatus(id: string): Promise<PodSandboxStatus> {
    const request = { podSandboxId: id };
    const response = "PodSandboxStatusResponse";
    const answer = await this.#runtime("PodSandboxStatus", "PodSandboxId", request, response, idempotent);
    return convert.sandboxStatus(present(answer["status"], `sandbox ${id}`));
  }

  async listPodSandboxes(filter?: { id?: string; labels?: Readonly<Record<string, string>> }): Promise<PodSandbox[]> {
    const request = { filter: { id: filter?.id, labels: filter?.labels } };
    const response = "ListPodSandboxResponse";
    const answer = await this.#runtime("ListPodSandbox", "ListPodSandboxRequest", request, response, idempotent);
    return answer["items"] as PodSandbox[];
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandbox: PodSandboxConfig): Promise<string> {
    const request = {
      podSandboxId: sandboxId,
      config: convert.containerConfig(config),
      sandboxConfig: convert.sandboxConfig(sandbox),
    };
    const answer = await this.#runtime("CreateContainer", "CreateContainerRequest", request, "ContainerId");
    const id = answer["containerId"] as string;
    this.#sandboxes.set(id, sandboxId);
    return id;
  }

  async startContainer(id: string): Promise<void> {
    await this.#runtime("StartContainer", "ContainerId", { containerId: id }, "Empty");
  }

  async stopContainer(id: string, timeoutSeconds: number): Promise<void> {
    const options = { idempotent: true, timeout: timeoutSeconds * 1000 + allowance };
    const request = { containerId: id, timeout: timeoutSeconds };
    await unlessGone(this.#runtime("StopContainer", "StopContainerRequest", request, "Empty", options));
  }

  async removeContainer(id: string): Promise<void> {
    await unlessGone(this.#runtime("RemoveContainer", "ContainerId", { containerId: id }, "Empty", idempotent));
    this.#sandboxes.delete(id);
  }

  async listContainers(
    filter: { id?: string; podSandboxId?: string; labels?: Readonly<Record<string, string>> } = {},
  ): Promise<Container[]> {
    const response = "ListContainersResponse";
    const answer = await this.#runtime("ListContainers", "ListContainersRequest", { filter }, response, idempotent);
    const containers = (answer["containers"] as Fields[]).map(convert.container);
    for (const { id, podSandboxId } of containers) this.#sandboxes.set(id, podSandboxId);
    return containers;
  }

  async containerStatus(id: string): Promise<ContainerStatus> {
    const response = "ContainerStatusResponse";
    const answer = await this.#runtime("ContainerStatus", "ContainerId", { containerId: id }, response, idempotent);
    const fields = present(answer["status"], `container ${id}`);
    return convert.containerStatus(fields, await this.#sandboxOf(fields["id"] as string));
  }

  async updateContainerResources(id: string, resources: LinuxResources): Promise<void> {
    const request = { containerId: id, linux: resources };
    const message = "UpdateContainerResourcesRequest";
    await this.#runtime("UpdateContainerResources", message, request, "Empty", idempotent);
  }

  async reopenContainerLog(id: string): Promise<void> {
    await this.#runtime("ReopenContainerLog", "ContainerId", { containerId: id }, "Empty", idempotent);
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult> {
    const request = { containerId: id, command, timeout: timeoutSeconds };
    const timeout = timeoutSeconds > 0 ? timeoutSeconds * 1000 + allowance : 0;
    return this.#starting(id, async () => {
      const answer = await this.#runtime("ExecSync", "ExecSyncRequest", request, "ExecSyncResponse", { timeout });
      return answer as unknown as ExecResult;
    });
  }

  exec(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<number> {
    return this.#starting(request.containerId, () => this.#streams.exec(request, streams, signal));
  }

  attach(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<void> {
    return this.#streams.attach(request, streams, signal);
  }

  portForward(sandboxId: string, port: number, signal: AbortSignal): Promise<Duplex> {
    return this.#streams.portForward(sandboxId, port, signal);
  }

  async listImages(): Promise<Image[]> {
    const answer = await this.#images("ListImages", "Empty", {}, "ListImagesResponse", idempotent);
    return (answer["images"] as Fields[]).map(convert.image);
  }

  async imageStatus(image: string): Promise<Image | undefined> {
    const request = { image: { image } };
    const answer = await this.#images("ImageStatus", "ImageRequest", request, "ImageStatusResponse", idempotent);
    const found = answer["image"] as Fields | undefined;
    return found === undefined ? undefined : convert.image(found);
  }

  async pullImage(image: string, auth?: RegistryAuth, sandbox?: PodSandboxConfig): Promise<string> {
    const sandboxConfig = sandbox === undefined ? undefined : convert.sandboxConfig(sandbox);
    const request = { image: { image }, auth, sandboxConfig };
    // However long it takes: the runtime itself gives up on a pull that makes no progress.
    const answer = await this.#images("PullImage", "PullImageRequest", request, "PullImageResponse", { timeout: 0 });
    return answer["imageRef"] as string;
  }

  async removeImage(image: string): Promise<void> {
    await this.#images("RemoveImage", "ImageRequest", { image: { image } }, "Empty", idempotent);
  }

  async imageFsInfo(): Promise<FilesystemUsage[]> {
    const answer = await this.#images("ImageFsInfo", "Empty", {}, "ImageFsInfoResponse", idempotent);
    return (answer["imageFilesystems"] as Fields[]).map(convert.filesystemUsage);
  }

  async containerStats(id: string): Promise<ContainerStats> {
    const response = "ContainerStatsResponse";
    const answer = await this.#runtime("ContainerStats", "ContainerId", { containerId: id }, response, idempotent);
    const fields = present(answer["stats"], `statistics of container ${id}`);
    const stats = convert.containerStats(fields, await this.#sandboxOf(id));
    return present(stats, `statistics of container ${id}`);
  }

  async listContainerStats(filter?: { podSandboxId?: string }): Promise<ContainerStats[]> {
    const request = { filter: { podSandboxId: filter?.podSandboxId } };
    const message = "ListContainerStatsRequest";
    const response = "ListContainerStatsResponse";
    const answer = await this.#runtime("ListContainerStats", message, request, response, idempotent);
    const all = answer["stats"] as (Fields & { attributes?: { id: string } })[];
    if (all.some(({ attributes }) => attributes !== undefined && !this.#sandboxes.has(attributes.id))) {
      await this.listContainers();
    }
    return all
      .map((fields) => convert.containerStats(fields, this.#sandboxes.get(fields.attributes?.id ?? "") ?? ""))
      .filter((stats) => stats !== undefined);
  }

  events(listener: (event: RuntimeEvent) => void, lost: () => void, signal: AbortSignal): void {
    const source = {
      connection: this.#connection,
      clock: this.#clock,
      logger: this.#logger,
      hasEnded: (id: string) => this.#hasEnded(id),
    };
    const onLost = (): void => {
      this.#handlers = undefined;
      lost();
    };
    subscribe(source, { event: listener, lost: onLost }, signal);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  #runtime(method: string, request: string, body: object, response: string, options?: CallOptions): Promise<Fields> {
    const path = `/runtime.v1.RuntimeService/${method}`;
    return this.#connection.call(path, request, body as Fields, response, options);
  }

  #images(method: string, request: string, body: object, response: string, options?: CallOptions): Promise<Fields> {
    return this.#connection.call(`/runtime.v1.ImageService/${method}`, request, body as Fields, response, options);
  }

  /** Runs a command when its pod's gate lets it start. */
  async #starting<T>(container: string, run: () => Promise<T>): Promise<T> {
    const leave = await this.#gate.enter(await this.#sandboxOf(container));
    const started = this.#clock.setTimer(longestStart, leave);
    try {
      return await run();
    } finally {
      started.cancel();
      leave();
    }
  }

  async #sandboxOf(container: string): Promise<string> {
    if (!this.#sandboxes.has(container)) await this.listContainers({ id: container });
    return this.#sandboxes.get(container) ?? "";
  }

  async #hasEnded(id: string): Promise<boolean> {
    try {
      const answer = await this.#runtime(
        "ContainerStatus",
        "ContainerId",
        { containerId: id },
        "ContainerStatusResponse",
      );
      return (answer["status"] as ContainerStatus | undefined)?.state === "EXITED";
    } catch (error) {
      if (!(error instanceof RuntimeError) || error.code !== "NOT_FOUND") throw error;
    }
    try {
      return (await this.podSandboxStatus(id)).state === "NOTREADY";
    } catch (error) {
      if (error instanceof RuntimeError && error.code === "NOT_FOUND") return true;
      throw error;
    }
  }
}

function present<T>(value: T | undefined, what: string): T & Fields {
  if (value === undefined) throw new RuntimeError("NOT_FOUND", `the runtime has no ${what}`);
  return value as T & Fields;
}

/** Stopping and removing what is not there is done: CRI says so, some versions of containerd answer NOT_FOUND. */
async function unlessGone(call: Promise<Fields>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof RuntimeError) || error.code !== "NOT_FOUND") throw error;
  }
}

/** Runtime handlers: listed since CRI of Kubernetes 1.30, before that only in containerd's verbose status. */
function runtimeHandlers(answer: Fields): readonly string[] {
  const listed = answer["handlers"] as { name: string }[];
  if (listed.length > 0) return listed.map(({ name }) => name);
  try {
    const config = JSON.parse((answer["info"] as Record<string, string>)["config"] ?? "{}") as {
      containerd?: { runtimes?: Record<string, unknown> };
    };
    return ["", ...Object.keys(config.containerd?.runtimes ?? {})];
  } catch {
    return [""];
  }
}
