/** `k8ts up`: starts the cluster in the background, waits until it is ready, says how to go on. */
import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { realClock } from "@k8ts/api";
import type { Command } from "commander";
import type { ClusterConfig } from "../cluster/config.ts";
import { containerObstacle, hostLayout, missingPackages } from "../host/index.ts";
import {
  resolveConfig,
  runningDaemon,
  saveConfig,
  savedConfig,
  UsageError,
  withClusterFlags,
  type ClusterFlags,
} from "./options.ts";
import { seconds, StepPrinter } from "./print.ts";
import { reportVariable, type DaemonReport } from "./daemon-report.ts";

/** The command line of this program, for starting itself again. */
function ownCommand(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1]!];
}

function logTail(file: string, lines: number): string {
  try {
    return readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  } catch {
    return "";
  }
}

/** A log beyond this many bytes makes room for a new one at the next start; one old log is kept. */
const largeLog = 10 * 1024 * 1024;

function setAsideLargeLog(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largeLog) renameSync(file, `${file}.1`);
}

/** Chooses the runtime where nobody has: containers where the machine can run them, else the simulation, saying so. */
export function chooseRuntime(flags: ClusterFlags, printer: { note(text: string): void }): ClusterConfig["runtime"] {
  if (flags.runtime === "simulated") return "simulated";
  const obstacle = containerObstacle();
  if (obstacle === undefined) {
    const missing = missingPackages();
    if (missing.length === 0) return "containerd";
    throw new UsageError(
      `running containers needs packages that are not installed: ${missing.join(" ")}\n` +
        `  on Debian: apt-get install --no-install-recommends ${missing.join(" ")}\n` +
        "  or simulate pods without containers: k8ts up --runtime simulated",
    );
  }
  if (flags.runtime === "containerd") throw new UsageError(`${obstacle}; leave --runtime out to simulate pods instead`);
  printer.note(`${obstacle}: pods are simulated (they are scheduled and become ready, but no container runs)`);
  return "simulated";
}

/** Starts the daemon and waits for its word. Throws UsageError with the end of its log where it fails. */
async function startDaemon(config: ClusterConfig & { dataDirectory: string }, printer: StepPrinter): Promise<void> {
  const { logFile } = hostLayout(config.dataDirectory);
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  setAsideLargeLog(logFile);
  const log = openSync(logFile, "a");
  const [program, ...args] = [...ownCommand(), "server", "--data-dir", config.dataDirectory];
  const env = { ...process.env, [reportVariable]: "3" };
  const child = spawn(program!, args, { detached: true, stdio: ["ignore", log, log, "pipe"], cwd: "/", env });
  closeSync(log);
  const reports = createInterface({ input: child.stdio[3] as Readable });
  try {
    for await (const line of reports) {
      const report = JSON.parse(line) as DaemonReport;
      if ("error" in report) throw new UsageError(report.error);
      if ("ready" in report) return;
      printer.done(report.step);
    }
    throw new UsageError(`the cluster did not start; the end of ${logFile}:\n${logTail(logFile, 10)}`);
  } finally {
    reports.close();
    (child.stdio[3] as Readable).destroy();
    child.unref();
  }
}

/** Brings the cluster up; false where it ran already. */
export async function up(
  flags: ClusterFlags,
): Promise<{ config: ClusterConfig & { dataDirectory: string }; started: boolean }> {
  const printer = new StepPrinter(() => realClock.monotonic());
  const begun = realClock.monotonic();
  const resolved = resolveConfig(flags);
  const directory = resolved.dataDirectory!;
  const running = runningDaemon(directory);
  if (running !== undefined) {
    console.log(`Cluster "${resolved.name}" runs already (pid ${running}, data in ${directory}).`);
    return { config: { ...resolved, dataDirectory: directory }, started: false };
  }
  console.log(`Starting cluster "${resolved.name}" …`);
  const runtime = chooseRuntime({ ...savedConfig(directory), ...flags }, printer);
  const config = { ...resolved, runtime, dataDirectory: directory };
  saveConfig(config);
  await startDaemon(config, printer);
  console.log(`Cluster "${config.name}" is ready after ${seconds(realClock.monotonic() - begun)}.`);
  return { config, started: true };
}

/** Adds the verb to the command line. */
export function addUpCommand(program: Command): void {
  withClusterFlags(program.command("up"))
    .description("start a cluster on this machine, in the background")
    .action(async (flags: ClusterFlags) => {
      const { config } = await up(flags);
      console.log(`\n  export KUBECONFIG=${hostLayout(config.dataDirectory).kubeconfigs}/admin.conf`);
      console.log("  k8ts kubectl get nodes");
      console.log("  k8ts down");
    });
}
