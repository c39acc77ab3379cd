/** `k8ts server`: the daemon itself, in the foreground: what `k8ts up` starts in the background, or an init system does. */
import { createWriteStream, mkdirSync, rmSync, writeFileSync, type WriteStream } from "node:fs";
import { realClock, realRandom, type Logger } from "@k8ts/api";
import type { Command } from "commander";
import { startCluster, type RunningCluster } from "../cluster.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import { hostLayout } from "../host/index.ts";
import { createLogger, createMetrics } from "../telemetry/index.ts";
import {
  resolveConfig,
  runningDaemon,
  saveConfig,
  UsageError,
  withClusterFlags,
  type ClusterFlags,
} from "./options.ts";
import { reportVariable, type DaemonReport } from "./daemon-report.ts";

/** Sends reports to whoever started the daemon; silent where nobody listens. */
class Reporter {
  readonly #stream: WriteStream | undefined;

  constructor(descriptor: string | undefined) {
    if (descriptor === undefined) return;
    this.#stream = createWriteStream("", { fd: Number(descriptor) });
    // The starter may have been interrupted: the cluster goes on without it.
    this.#stream.on("error", () => {});
  }

  send(report: DaemonReport): void {
    this.#stream?.write(`${JSON.stringify(report)}\n`);
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#stream) this.#stream.end(() => resolve());
      else resolve();
    });
  }
}

/** Resolves with the first signal that asks the process to end. */
function askedToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, () => resolve(signal));
  });
}

async function run(
  config: ClusterConfig & { dataDirectory: string },
  reporter: Reporter,
  logger: Logger,
): Promise<void> {
  const { pidFile } = hostLayout(config.dataDirectory);
  const running = runningDaemon(config.dataDirectory);
  if (running !== undefined && running !== process.pid) {
    throw new UsageError(`the cluster in ${config.dataDirectory} runs already (pid ${running})`);
  }
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  writeFileSync(pidFile, `${process.pid}\n`);
  const stop = askedToStop();
  let cluster: RunningCluster | undefined;
  try {
    const metrics = createMetrics();
    const report = (step: string): void => reporter.send({ step });
    cluster = await startCluster(config, { clock: realClock, random: realRandom, logger, metrics, report });
    reporter.send({ ready: true });
    await reporter.end();
    logger.info("the cluster is ready", { name: config.name });
    logger.info("stopping", { signal: await stop });
  } finally {
    await cluster?.stop();
    rmSync(pidFile, { force: true });
  }
}

/** What went wrong, and what to do where there is something. */
function explained(error: NodeJS.ErrnoException & { port?: number }): string {
  if (error.code !== "EADDRINUSE") return error.message;
  const flags = "--port, --kubelet-port, --proxy-health-port or --registry-port";
  return `port ${error.port} is in use by another program; stop that, or choose another with ${flags}`;
}

/** Adds the verb to the command line. */
export function addServerCommand(program: Command): void {
  withClusterFlags(program.command("server"))
    .description("run the cluster in the foreground, until SIGTERM")
    .action(async (flags: ClusterFlags) => {
      const config = resolveConfig(flags) as ClusterConfig & { dataDirectory: string };
      const reporter = new Reporter(process.env[reportVariable]);
      const logger = createLogger({ level: config.logLevel, destination: 2 });
      if (!process.env[reportVariable]) saveConfig(config);
      try {
        await run(config, reporter, logger);
      } catch (error) {
        reporter.send({ error: explained(error as NodeJS.ErrnoException) });
        await reporter.end();
        logger.error("the cluster did not start", { error: (error as Error).stack });
        process.exitCode = 1;
      }
      // Keep-alive sockets and native threads must not hold up an orderly end.
      process.exit(process.exitCode ?? 0);
    });
}
