/**
 * A container runtime that keeps its pods in memory, for clusters of thousands of nodes, for machines without root and
 * for tests under a virtual clock. It is a simulation, and says so:
 *
 * - Images of any name can be pulled, except those of `missing.k8ts.io`.
 * - A container whose command is one of a few programs (echo, cat, env, printenv, sleep, true, false, hostname, date, and
 *   sh with plain commands and `while`) runs it, exits as it does and logs what it writes. Any other command stands for a
 *   server: it runs until it is stopped and answers on every port (see simulated/port.ts). Nothing else is executed.
 * - The pod annotations in simulated/annotations.ts make it exit by itself, or say what it uses.
 * - There are no files, networks or limits: mounts, devices, security contexts and resources are kept and not enforced.
 *
 * An idle container costs its own objects only: no timer, no stream, no promise.
 */
import type { Duplex } from "node:stream";
import { quantityMilli, quantityValue, type Clock, type Random } from "@k8ts/api";
import { MemoryLogs } from "../logs/index.ts";
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
  type RuntimeEvent,
  type RuntimeStatus,
  type RuntimeVersion,
  type StreamRequest,
} from "./runtime.ts";
import { simulatedAnnotations } from "./simulated/annotations.ts";
import { SimulatedContainer } from "./simulated/container.ts";
import { execProcess } from "./simulated/exec.ts";
import { SimulatedImages } from "./simulated/images.ts";
import { PodAddresses } from "./simulated/pod-addresses.ts";
import { simulatedConnection } from "./simulated/port.ts";

/** What a simulated node is made of. */
export interface SimulatedOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Where its pods' addresses come from until updateRuntimeConfig says; default 10.244.0.0/24. */
  readonly podCidr?: string;
  /** Milliseconds that a pull takes; default 0. */
  readonly pullTime?: number;
  /** Where its containers log; default: logs of its own. */
  readonly logs?: MemoryLogs;
}

interface Sandbox {
  readonly status: PodSandboxStatus;
  readonly config: PodSandboxConfig;
  ready: boolean;
  readonly containers: Set<SimulatedContainer>;
}

/** A simulated runtime: `logs` is where its containers' output can be read, by their status' logPath. */
export class SimulatedRuntime implements ContainerRuntime {
  readonly logs: MemoryLogs;
  readonly #options: SimulatedOptions;
  readonly #images: SimulatedImages;
  readonly #sandboxes = new Map<string, Sandbox>();
  readonly #containers = new Map<string, SimulatedContainer>();
  /** Names in use, as containerd reserves them, with the ids that have them; and the other way round. */
  readonly #names = new Map<string, string>();
  readonly #reserved = new Map<string, string>();
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  #addresses: PodAddresses;
  #ids = 0;

  constructor(options: SimulatedOptions) {
    this.#options = options;
    this.logs = options.logs ?? new MemoryLogs();
    this.#images = new SimulatedImages(options.clock, options.pullTime ?? 0);
    this.#addresses = new PodAddresses(options.podCidr ?? "10.244.0.0/24");
  }

  async version(): Promise<RuntimeVersion> {
    return { name: "simulated", version: "1.0.0" };
  }

  async status(): Promise<RuntimeStatus> {
    return { runtimeReady: true, networkReady: true, message: "", handlers: ["", "runc"] };
  }

  async updateRuntimeConfig(podCidr: string): Promise<void> {
    // Pods that have an address keep it: the block changes before there are any.
    if (podCidr !== "" && this.#sandboxes.size === 0) this.#addresses = new PodAddresses(podCidr);
  }

  async runPodSandbox(config: PodSandboxConfig, runtimeHandler: string): Promise<string> {
    const { name, uid, namespace, attempt } = config.metadata;
    const id = this.#reserve("sandbox", `${name}_${namespace}_${uid}_${attempt}`);
    const ownNetwork = config.securityContext.namespaceOptions.network !== "NODE";
    const address = ownNetwork ? this.#addresses.take() : undefined;
    if (ownNetwork && address === undefined) {
      this.#release(id);
      throw new RuntimeError(
        "UNKNOWN",
        `failed to setup network for sandbox "${id}": no IP addresses available in range set`,
      );
    }
    const status: PodSandboxStatus = {
      id,
      metadata: config.metadata,
      state: "READY",
      createdAt: this.#now(),
      labels: config.labels,
      annotations: config.annotations,
      runtimeHandler,
      ips: address === undefined ? [] : [address],
    };
    this.#sandboxes.set(id, { status, config, ready: true, containers: new Set() });
    this.#emit("CREATED", id);
    this.#emit("STARTED", id);
    return id;
  }

  async stopPodSandbox(id: string): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined || !sandbox.ready) return;
    for (const container of sandbox.containers) container.kill();
    sandbox.ready = false;
    for (const address of sandbox.status.ips) this.#addresses.release(address);
    this.#emit("EXITED", id);
  }

  async removePodSandbox(id: string): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) return;
    await this.stopPodSandbox(id);
    for (const container of sandbox.containers) await this.removeContainer(container.id);
    this.#sandboxes.delete(id);
    this.#release(id);
    this.#emit("DELETED", id);
  }

  async podSandboxStatus(id: string): Promise<PodSandboxStatus> {
    return sandboxStatus(this.#sandbox(id));
  }

  async listPodSandboxes(filter?: { id?: string; labels?: Readonly<Record<string, string>> }): Promise<PodSandbox[]> {
    return [...this.#sandboxes.values()].map(sandboxStatus).filter((each) => matches(each, filter));
  }

  async createContainer(sandboxId: string, config: ContainerConfig, sandboxConfig: PodSandboxConfig): Promise<string> {
    const sandbox = this.#sandbox(sandboxId);
    if (!sandbox.ready) throw new RuntimeError("UNKNOWN", `sandbox container "${sandboxId}" is not running`);
    const image = this.#images.find(config.image);
    if (image === undefined)
      throw new RuntimeError("NOT_FOUND", `failed to resolve image "${config.image}": not found`);
    const { name, attempt } = config.metadata;
    const pod = sandbox.config.metadata;
    const id = this.#reserve("container", `${name}_${pod.name}_${pod.namespace}_${pod.uid}_${attempt}`);
    const container = new SimulatedContainer({
      id,
      podSandboxId: sandboxId,
      config,
      imageRef: image.id,
      logPath: config.logPath === "" ? "" : `${sandboxConfig.logDirectory}/${config.logPath}`,
      hostname: sandbox.config.hostname,
      podAnnotations: sandbox.config.annotations,
      clock: this.#options.clock,
      logs: this.logs,
      ended: () => this.#emit("EXITED", id),
    });
    this.#containers.set(id, container);
    sandbox.containers.add(container);
    return id;
  }

  async startContainer(id: string): Promise<void> {
    const container = this.#container(id);
    this.#emit("CREATED", id);
    this.#emit("STARTED", id);
    container.start();
  }

  async stopContainer(id: string, _timeoutSeconds: number): Promise<void> {
    this.#containers.get(id)?.stop();
  }

  async removeContainer(id: string): Promise<void> {
    const container = this.#containers.get(id);
    if (container === undefined) return;
    container.kill();
    this.#containers.delete(id);
    this.#sandboxes.get(container.podSandboxId)?.containers.delete(container);
    this.#release(id);
    this.#emit("DELETED", id);
  }

  async listContainers(
    filter: { id?: string; podSandboxId?: string; labels?: Readonly<Record<string, string>> } = {},
  ): Promise<Container[]> {
    const among =
      filter.podSandboxId === undefined
        ? this.#containers.values()
        : (this.#sandboxes.get(filter.podSandboxId)?.containers ?? []);
    return [...among].map((each) => each.status()).filter((each) => matches(each, filter));
  }

  async containerStatus(id: string): Promise<ContainerStatus> {
    return this.#container(id).status();
  }

  async updateContainerResources(id: string, resources: LinuxResources): Promise<void> {
    this.#container(id).resources = resources;
  }

  async reopenContainerLog(id: string): Promise<void> {
    const { state, logPath } = this.#container(id).status();
    if (state !== "RUNNING") throw new RuntimeError("UNKNOWN", "container is not running");
    this.logs.rotate(logPath);
  }

  async execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult> {
    return execProcess(this.#running(id), command, timeoutSeconds, this.#options.clock);
  }

  exec(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<number> {
    return this.#attempt(request.containerId, (container) => container.exec(request, streams, signal));
  }

  attach(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<void> {
    return this.#attempt(request.containerId, (container) => container.attach(streams, signal));
  }

  async portForward(sandboxId: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const sandbox = this.#sandbox(sandboxId);
    const { name, namespace } = sandbox.config.metadata;
    if (!sandbox.ready || ![...sandbox.containers].some((each) => each.running)) {
      throw new RuntimeError(
        "UNKNOWN",
        `failed to connect to localhost:${port} inside namespace "${sandboxId}": connection refused`,
      );
    }
    const connection = simulatedConnection(`${namespace}/${name}`);
    const abort = (): void => void connection.destroy();
    signal.addEventListener("abort", abort, { once: true });
    connection.once("close", () => signal.removeEventListener("abort", abort));
    return connection;
  }

  async listImages(): Promise<Image[]> {
    return this.#images.list();
  }

  async imageStatus(image: string): Promise<Image | undefined> {
    return this.#images.find(image);
  }

  pullImage(image: string): Promise<string> {
    return this.#images.pull(image);
  }

  async removeImage(image: string): Promise<void> {
    this.#images.remove(image);
  }

  async imageFsInfo(): Promise<FilesystemUsage[]> {
    return [{ mountpoint: "/", usedBytes: this.#images.usedBytes, inodesUsed: 0 }];
  }

  async containerStats(id: string): Promise<ContainerStats> {
    return this.#stats(this.#container(id));
  }

  async listContainerStats(filter?: { podSandboxId?: string }): Promise<ContainerStats[]> {
    return [...this.#containers.values()]
      .filter((each) => filter?.podSandboxId === undefined || each.podSandboxId === filter.podSandboxId)
      .map((each) => this.#stats(each));
  }

  events(listener: (event: RuntimeEvent) => void, _lost: () => void, signal: AbortSignal): void {
    // A listener of its own each time, so that the same function can be given twice.
    const own = (event: RuntimeEvent): void => listener(event);
    if (signal.aborted) return;
    this.#listeners.add(own);
    signal.addEventListener("abort", () => this.#listeners.delete(own), { once: true });
  }

  /** Ends every process, without a sign to anybody: the machine is switched off. */
  async close(): Promise<void> {
    this.#listeners.clear();
    for (const container of this.#containers.values()) container.kill();
  }

  #now(): bigint {
    return BigInt(Math.floor(this.#options.clock.now() * 1000)) * 1000n;
  }

  #reserve(kind: string, name: string): string {
    const key = `${kind} ${name}`;
    const owner = this.#names.get(key);
    if (owner !== undefined) {
      throw new RuntimeError(
        "UNKNOWN",
        `failed to reserve ${kind} name "${name}": name "${name}" is reserved for "${owner}"`,
      );
    }
    // Unlike uuids alone, ids of one node never clash under a seeded source that others draw from too.
    const id = (this.#options.random.uuid().replaceAll("-", "") + (++this.#ids).toString(16).padStart(32, "0")).slice(
      0,
      64,
    );
    this.#names.set(key, id);
    this.#reserved.set(id, key);
    return id;
  }

  #release(id: string): void {
    this.#names.delete(this.#reserved.get(id) ?? "");
    this.#reserved.delete(id);
  }

  #emit(type: RuntimeEvent["type"], id: string): void {
    if (this.#listeners.size === 0) return;
    queueMicrotask(() => {
      for (const listener of this.#listeners) listener({ type, id });
    });
  }

  #sandbox(id: string): Sandbox {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox !== undefined) return sandbox;
    throw new RuntimeError("NOT_FOUND", `an error occurred when try to find sandbox "${id}": not found`);
  }

  #container(id: string): SimulatedContainer {
    const container = this.#containers.get(id);
    if (container !== undefined) return container;
    throw new RuntimeError("NOT_FOUND", `an error occurred when try to find container "${id}": not found`);
  }

  #running(id: string): SimulatedContainer {
    const container = this.#container(id);
    if (container.running) return container;
    throw new RuntimeError("UNKNOWN", `container is in CONTAINER_${container.status().state} state`);
  }

  async #attempt<T>(id: string, run: (container: SimulatedContainer) => Promise<T>): Promise<T> {
    return run(this.#running(id));
  }

  #stats(container: SimulatedContainer): ContainerStats {
    const annotations = this.#sandboxes.get(container.podSandboxId)?.config.annotations ?? {};
    const milliCpu = quantityMilli(annotations[simulatedAnnotations.cpu] ?? "1m");
    const memory = container.running ? quantityValue(annotations[simulatedAnnotations.memory] ?? "10Mi") : 0;
    const { id, podSandboxId, metadata, labels } = container.status();
    return {
      id,
      podSandboxId,
      name: metadata.name,
      labels,
      timestamp: this.#now(),
      cpuUsageCoreNanoSeconds: (container.runningTime() * BigInt(milliCpu)) / 1000n,
      memoryWorkingSetBytes: memory,
      memoryUsageBytes: memory,
      memoryRssBytes: memory,
      writableLayerBytes: 0,
    };
  }
}

function sandboxStatus(sandbox: Sandbox): PodSandboxStatus {
  return sandbox.ready ? sandbox.status : { ...sandbox.status, state: "NOTREADY", ips: [] };
}

function matches(
  object: { readonly id: string; readonly labels: Readonly<Record<string, string>> },
  filter: { id?: string; labels?: Readonly<Record<string, string>> } | undefined,
): boolean {
  if (filter?.id !== undefined && !object.id.startsWith(filter.id)) return false;
  return Object.entries(filter?.labels ?? {}).every(([name, value]) => object.labels[name] === value);
}
