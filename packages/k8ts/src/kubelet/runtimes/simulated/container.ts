/** A simulated container: its status, its main process, and what is run beside that. */
import type { Clock } from "@k8ts/api";
import { criLine, type MemoryLogs } from "../../logs/index.ts";
import {
  RuntimeError,
  type ContainerConfig,
  type ContainerState,
  type ContainerStatus,
  type LinuxResources,
  type ProcessStreams,
  type StreamRequest,
} from "../runtime.ts";
import { simulatedAnnotations } from "./annotations.ts";
import { killedBySigkill, killedBySigterm, SimulatedProcess } from "./process.ts";
import { hasProgram, runProgram, type ProgramHost } from "./programs.ts";

/** What a container is made of. */
export interface ContainerSettings {
  readonly id: string;
  readonly podSandboxId: string;
  readonly config: ContainerConfig;
  readonly imageRef: string;
  readonly logPath: string;
  readonly hostname: string;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logs: MemoryLogs;
  readonly ended: () => void;
}

/** One container. */
export class SimulatedContainer {
  readonly id: string;
  readonly podSandboxId: string;
  resources: LinuxResources;
  readonly #settings: ContainerSettings;
  readonly #createdAt: bigint;
  #startedAt = 0n;
  #finishedAt = 0n;
  #exitCode = 0;
  #process: SimulatedProcess | undefined;
  /** The beginning of a line of output whose end has not been written yet. */
  #begun = { stdout: "", stderr: "" };
  /** Ends what was run beside the main process when that ends. */
  #beside: AbortController | undefined;

  constructor(settings: ContainerSettings) {
    this.#settings = settings;
    this.id = settings.id;
    this.podSandboxId = settings.podSandboxId;
    this.resources = settings.config.resources;
    this.#createdAt = this.#now();
  }

  get running(): boolean {
    return this.#state === "RUNNING";
  }

  get #state(): ContainerState {
    if (this.#startedAt === 0n) return "CREATED";
    return this.#finishedAt === 0n ? "RUNNING" : "EXITED";
  }

  status(): ContainerStatus {
    const { id, podSandboxId, config, imageRef, logPath } = this.#settings;
    const state = this.#state;
    const ended = this.#exitCode === 0 ? "Completed" : "Error";
    return {
      id,
      podSandboxId,
      metadata: config.metadata,
      image: config.image,
      imageRef,
      state,
      createdAt: this.#createdAt,
      startedAt: this.#startedAt,
      finishedAt: this.#finishedAt,
      exitCode: this.#exitCode,
      reason: state === "EXITED" ? ended : "",
      message: "",
      labels: config.labels,
      annotations: config.annotations,
      logPath,
      mounts: config.mounts,
      resources: this.resources,
    };
  }

  /** Nanoseconds that it has run. */
  runningTime(): bigint {
    if (this.#startedAt === 0n) return 0n;
    return (this.#finishedAt === 0n ? this.#now() : this.#finishedAt) - this.#startedAt;
  }

  /** Throws RuntimeError where it was started before. */
  start(): void {
    if (this.#state !== "CREATED") {
      throw new RuntimeError("UNKNOWN", `container is in CONTAINER_${this.#state} state`);
    }
    const { config, clock, logs, logPath } = this.#settings;
    this.#startedAt = this.#now();
    if (logPath !== "") logs.create(logPath);
    this.#process = new SimulatedProcess({
      command: [...config.command, ...config.args],
      environment: this.#environment(),
      clock,
      stdin: config.stdin,
      stdinOnce: config.stdinOnce,
      log: (stream, bytes) => this.#log(stream, bytes),
      ended: (exitCode) => this.#ended(exitCode),
      exitAfter: this.#exitAfter(),
    });
    this.#process.start();
  }

  /** Ends it as SIGTERM does. */
  stop(): void {
    if (this.running) this.#process?.kill(killedBySigterm);
    else if (this.#state === "CREATED") this.#neverStarted();
  }

  /** Ends it as SIGKILL does. */
  kill(): void {
    if (this.running) this.#process?.kill(killedBySigkill);
  }

  attach(streams: ProcessStreams, signal: AbortSignal): Promise<void> {
    return this.#process?.attach(streams, signal) ?? Promise.resolve();
  }

  /** Runs a command beside the main process; rejects with RuntimeError where there is no such program. */
  exec(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<number> {
    this.#beside ??= new AbortController();
    const host: ProgramHost = {
      clock: this.#settings.clock,
      environment: this.#environment(),
      stdin: request.stdin ? (streams.stdin as AsyncIterable<Uint8Array> | undefined) : undefined,
      signal: AbortSignal.any([signal, this.#beside.signal]),
      write: (stream, bytes) => writeOut(request.tty ? streams.stdout : streams[stream], bytes),
    };
    return this.run(request.command, host);
  }

  /** @see exec */
  async run(command: readonly string[], host: ProgramHost): Promise<number> {
    const program = command[0] ?? "";
    if (!hasProgram(program)) {
      const missing = `exec: "${program}": executable file not found in $PATH: unknown`;
      throw new RuntimeError(
        "UNKNOWN",
        `failed to exec in container: failed to start exec "${this.id}": OCI runtime exec failed: exec failed: unable to start container process: ${missing}`,
      );
    }
    try {
      return await runProgram(command, host);
    } catch (error) {
      if (!this.running) return killedBySigkill;
      throw host.signal.aborted ? new RuntimeError("CANCELLED", "the caller went away", { cause: error }) : error;
    }
  }

  /** The container's end of a command run beside it, without streams. */
  host(write: ProgramHost["write"], signal: AbortSignal): ProgramHost {
    this.#beside ??= new AbortController();
    return {
      clock: this.#settings.clock,
      environment: this.#environment(),
      stdin: undefined,
      signal: AbortSignal.any([signal, this.#beside.signal]),
      write,
    };
  }

  #now(): bigint {
    return BigInt(Math.floor(this.#settings.clock.now() * 1000)) * 1000n;
  }

  #environment(): Record<string, string> {
    const { config, hostname } = this.#settings;
    const own: Record<string, string> = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      HOSTNAME: hostname,
    };
    if (config.tty) own["TERM"] = "xterm";
    for (const { key, value } of config.envs) own[key] = value;
    return own;
  }

  #exitAfter(): { milliseconds: number; exitCode: number } | undefined {
    const annotations = this.#settings.podAnnotations;
    const seconds = Number(annotations[simulatedAnnotations.exitAfter]);
    if (!(seconds >= 0)) return undefined;
    return { milliseconds: seconds * 1000, exitCode: Number(annotations[simulatedAnnotations.exitCode] ?? 0) & 255 };
  }

  #log(stream: "stdout" | "stderr", bytes: Buffer): void {
    const lines = (this.#begun[stream] + bytes.toString("utf8")).split("\n");
    this.#begun[stream] = lines.pop() ?? "";
    this.#append(stream, lines);
  }

  #append(stream: "stdout" | "stderr", lines: readonly string[]): void {
    const { logs, logPath, clock } = this.#settings;
    if (logPath === "" || lines.length === 0) return;
    const timestamp = new Date(clock.now()).toISOString();
    logs.append(logPath, Buffer.from(lines.map((line) => criLine(timestamp, stream, line)).join(""), "utf8"));
  }

  #neverStarted(): void {
    this.#startedAt = this.#now();
    this.#ended(killedBySigkill);
  }

  #ended(exitCode: number): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#begun[stream] !== "") this.#append(stream, [this.#begun[stream]]);
    }
    this.#exitCode = exitCode;
    this.#finishedAt = this.#now();
    this.#beside?.abort(new Error("the container ended"));
    this.#settings.ended();
  }
}

async function writeOut(to: NodeJS.WritableStream | undefined, bytes: Buffer): Promise<void> {
  if (to === undefined || !to.writable || to.write(bytes)) return;
  await new Promise<void>((resolve) => {
    to.once("drain", resolve);
    to.once("close", resolve);
  });
}
