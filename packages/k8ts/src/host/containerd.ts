/**
 * A containerd of our own: own config, root, state and socket, so that nothing of the user's is touched. It runs apart
 * from k8ts and outlives it, and pods outlive both.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync, closeSync } from "node:fs";
import { connect } from "node:net";
import type { Clock, Logger } from "@k8ts/api";
import type { HostLayout } from "./layout.ts";
import { findCniDirectory, findCommand } from "./prerequisites.ts";
import { writeCniTemplate } from "./network.ts";
import { isAlive, stopProcess } from "./processes.ts";

/** How this machine's containerd is set up. */
export interface ContainerdSettings {
  readonly layout: HostLayout;
  /** Name of the pod bridge. */
  readonly bridge: string;
  /** Image of the pod sandbox. */
  readonly sandboxImage: string;
  /** The embedded registry, asked ahead of every other. */
  readonly registryUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const quote = (text: string): string => JSON.stringify(text);

/** True where root may lower an oom_score_adj: without CAP_SYS_RESOURCE every sandbox would fail. */
function mayLowerOomScore(): boolean {
  const status = readFileSync("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  const sysResource = 24n;
  return ((effective >> sysResource) & 1n) === 1n;
}

function runtimeTable(name: string, stateDirectory: string, binary?: string): string {
  const table = `plugins."io.containerd.grpc.v1.cri".containerd.runtimes.${name}`;
  return `[${table}]
  runtime_type = "io.containerd.runc.v2"
  pod_annotations = []
[${table}.options]
  Root = ${quote(`${stateDirectory}/${name}`)}
${binary ? `  BinaryName = ${quote(binary)}\n` : ""}`;
}

/** The configuration file, in version 2: containerd 1.6 reads no newer one, 2.x still reads it. */
export function containerdConfig(settings: Pick<ContainerdSettings, "layout" | "sandboxImage">): string {
  const { containerd, cni } = settings.layout;
  const crun = findCommand("crun");
  return `# Written by k8ts at every start; changes here are lost.
version = 2
root = ${quote(containerd.root)}
state = ${quote(containerd.state)}
disabled_plugins = [
  "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs",
  "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
]
[grpc]
  address = ${quote(containerd.socket)}
[ttrpc]
  address = ${quote(`${containerd.socket}.ttrpc`)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${quote(settings.sandboxImage)}
  restrict_oom_score_adj = ${!mayLowerOomScore()}
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  max_container_log_line_size = 16384
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = ${quote(findCniDirectory() ?? "/usr/lib/cni")}
  conf_dir = ${quote(cni.config)}
  conf_template = ${quote(cni.template)}
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = ${quote(containerd.registries)}
[plugins."io.containerd.grpc.v1.cri".containerd]
  default_runtime_name = "runc"
${runtimeTable("runc", containerd.state)}${crun ? runtimeTable("crun", containerd.state, crun) : ""}`;
}

/** Tells containerd to ask the embedded registry first, whatever registry an image names. Read anew at each pull. */
export function writeRegistryMirror(layout: HostLayout, url: string): void {
  const directory = `${layout.containerd.registries}/_default`;
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}/hosts.toml`, `[host.${quote(url)}]\n  capabilities = ["pull", "resolve"]\n`);
}

function readPid(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8").trim());
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The pid of this cluster's containerd where it runs. */
export function runningContainerd(layout: HostLayout): number | undefined {
  const pid = readPid(layout.containerd.pidFile);
  return pid !== undefined && isAlive(pid, "containerd") ? pid : undefined;
}

async function canConnect(socket: string): Promise<boolean> {
  const connection = connect(socket);
  try {
    await once(connection, "connect");
    return true;
  } catch {
    return false;
  } finally {
    connection.destroy();
  }
}

function lastLines(file: string, count: number): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
  } catch {
    return "";
  }
}

/** Longest time containerd may take to answer on its socket. */
const startTimeout = 20_000;

/** Starts containerd where it does not run yet; resolves to its pid when it answers. */
export async function startContainerd(settings: ContainerdSettings): Promise<number> {
  const { layout, clock } = settings;
  const { containerd } = layout;
  for (const directory of [containerd.directory, containerd.root, containerd.state, layout.cni.config]) {
    mkdirSync(directory, { recursive: true });
  }
  writeRegistryMirror(layout, settings.registryUrl);
  writeCniTemplate(layout, settings.bridge);
  const running = runningContainerd(layout);
  if (running !== undefined && (await canConnect(containerd.socket))) return running;
  writeFileSync(containerd.config, containerdConfig(settings));
  rmSync(containerd.socket, { force: true });
  const binary = findCommand("containerd");
  if (!binary) throw new Error("containerd is not installed; on Debian: apt-get install containerd");
  const log = openSync(containerd.log, "a");
  const child = spawn(binary, ["--config", containerd.config], { detached: true, stdio: ["ignore", log, log] });
  closeSync(log);
  child.unref();
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${binary} could not be started`);
  writeFileSync(containerd.pidFile, `${pid}\n`);
  const deadline = clock.now() + startTimeout;
  while (!(await canConnect(containerd.socket))) {
    if (child.exitCode !== null || clock.now() > deadline) {
      throw new Error(
        `containerd did not start; its last words in ${containerd.log}:\n${lastLines(containerd.log, 8)}`,
      );
    }
    // A start-up wait, over in some 100 ms: containerd has no other way to say that it listens.
    await clock.sleep(20);
  }
  settings.logger.info("containerd runs", { pid, socket: containerd.socket });
  return pid;
}

/** Shortest and longest wait before containerd is started again, in milliseconds. */
const firstRestart = 200;
const longestRestart = 30_000;

/** Resolves when the peer of a socket is gone, or the signal aborts. */
function connectionEnd(socket: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // The ttrpc socket lets a silent connection stand; it ends with the process.
    const connection = connect(`${socket}.ttrpc`);
    const end = (): void => {
      connection.destroy();
      resolve();
    };
    connection.on("error", end);
    connection.on("close", end);
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}

/**
 * Starts containerd and, until the signal aborts, starts it again whenever it ends; its containers go on running
 * meanwhile. Resolves when it answers for the first time.
 */
export async function keepContainerd(settings: ContainerdSettings, signal: AbortSignal): Promise<void> {
  const { clock, logger, layout } = settings;
  await startContainerd(settings);
  const keep = async (): Promise<void> => {
    let wait = firstRestart;
    while (!signal.aborted) {
      const since = clock.monotonic();
      await connectionEnd(layout.containerd.socket, signal);
      if (signal.aborted) return;
      wait = clock.monotonic() - since > longestRestart ? firstRestart : Math.min(2 * wait, longestRestart);
      logger.warn("containerd ended; starting it again", { wait });
      await clock.sleep(wait, signal);
      await startContainerd(settings).catch((error: Error) => logger.error(error.message));
    }
  };
  keep().catch((error: Error) => {
    if (!signal.aborted) logger.error("containerd is no longer watched over", { error: error.message });
  });
}

/** Stops containerd; its containers go on running. */
export async function stopContainerd(layout: HostLayout, clock: Clock): Promise<void> {
  const pid = runningContainerd(layout);
  if (pid !== undefined) await stopProcess(pid, clock, 10_000);
  rmSync(layout.containerd.pidFile, { force: true });
}
