/** What the runtime contract works with: sandboxes, containers, requests as the suite makes them. */
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import type { LogStore } from "../logs/index.ts";
import {
  RuntimeError,
  type ContainerConfig,
  type ContainerRuntime,
  type PodSandboxConfig,
  type RuntimeEvent,
  type StreamRequest,
} from "./runtime.ts";

/** A runtime to test, and what the tests need around it. */
export interface RuntimeUnderTest {
  readonly runtime: ContainerRuntime;
  /** An image that is present, with sh, sleep, cat, echo, env. */
  readonly image: string;
  readonly logs: LogStore;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  /** Renames a log, where logs are files. */
  moveLog?(path: string): Promise<void>;
  /** A command that sends back what it gets on port 7000. */
  readonly echoServer: readonly string[];
  stop(): Promise<void>;
}

/** Namespaces of an ordinary pod. */
export const namespaceOptions = { network: "POD", pid: "CONTAINER", ipc: "POD" } as const;

let sandboxes = 0;

/** A sandbox as the suite uses it; each call another name. */
export function sandboxFor(
  under: Pick<RuntimeUnderTest, "logDirectory" | "cgroupParent">,
  overrides: Partial<PodSandboxConfig> = {},
): PodSandboxConfig {
  const name = `pod-${++sandboxes}`;
  return {
    metadata: { name, uid: `uid-${name}`, namespace: "default", attempt: 0 },
    hostname: name,
    logDirectory: `${under.logDirectory}/${name}`,
    dns: { servers: [], searches: [], options: [] },
    portMappings: [],
    labels: { app: name },
    annotations: { note: "kept" },
    cgroupParent: under.cgroupParent,
    sysctls: {},
    securityContext: { namespaceOptions, readonlyRootfs: false, supplementalGroups: [], privileged: false },
    ...overrides,
  };
}

/** A container as the suite uses it. */
export function containerFor(
  under: Pick<RuntimeUnderTest, "image">,
  command: readonly string[],
  overrides: Partial<ContainerConfig> = {},
): ContainerConfig {
  const name = overrides.metadata?.name ?? "main";
  return {
    metadata: { name, attempt: 0 },
    image: under.image,
    userSpecifiedImage: under.image,
    command,
    args: [],
    workingDir: "",
    envs: [{ key: "GREETING", value: "hello" }],
    mounts: [],
    devices: [],
    labels: { container: name },
    annotations: {},
    logPath: `${name}_0.log`,
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: {},
    securityContext: {
      capabilities: { add: [], drop: [] },
      privileged: false,
      namespaceOptions,
      readonlyRootfs: false,
      supplementalGroups: [],
      noNewPrivs: false,
      maskedPaths: [],
      readonlyPaths: [],
    },
    ...overrides,
  };
}

/** Waits for events of one runtime. */
export class Events {
  readonly #seen: RuntimeEvent[] = [];
  #wake: () => void = () => undefined;

  readonly listener = (event: RuntimeEvent): void => {
    this.#seen.push(event);
    this.#wake();
  };

  async next(type: RuntimeEvent["type"], id: string): Promise<void> {
    while (!this.#seen.some((event) => event.type === type && event.id === id)) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Whether an error is RuntimeError of that code. */
export const failsWith =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof RuntimeError && error.code === code;

/** All that a stream gets until it is ended. */
export function collect(): { stream: PassThrough; text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new PassThrough();
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString("utf8") };
}

/** A signal that does not abort. */
export const never = new AbortController().signal;

/** An exec as the suite asks for it. */
export function request(
  containerId: string,
  command: readonly string[],
  overrides: Partial<StreamRequest> = {},
): StreamRequest {
  return { containerId, command, stdin: false, stdout: true, stderr: true, tty: false, ...overrides };
}

/** All of a log, as it lies in its store. */
export async function logText(under: RuntimeUnderTest, path: string): Promise<string> {
  const file = await under.logs.open(path);
  assert.ok(file, `no log at ${path}`);
  const bytes = Buffer.alloc(await file.size());
  await file.read(bytes, 0);
  await file.close();
  return bytes.toString("utf8");
}
