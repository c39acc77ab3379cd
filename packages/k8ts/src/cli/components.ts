/**
 * Each component by itself, against the API server of a kubeconfig: `k8ts apiserver`, `scheduler`, `controller-manager`,
 * `kubelet`, `proxy`. In the foreground, until SIGTERM.
 */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { realClock, realRandom } from "@k8ts/api";
import { createClient, createInformerFactory, type Client, type Transport } from "@k8ts/client";
import { accessOfContext, createNodeTransport, loadKubeconfig } from "@k8ts/client/node";
import type { Command } from "commander";
import { startApi } from "../cluster/api.ts";
import { controllerManager, runElected, schedulerComponent } from "../cluster/control-plane.ts";
import { machineOf, proxyOf, reachableAddress, startKubelet } from "../cluster/node.ts";
import { Started, type ClusterParts } from "../cluster/parts.ts";
import type { ClusterConfig } from "../cluster/config.ts";
import { discoveryCatalog } from "../controllers/index.ts";
import { createLogger, createMetrics, type LogLevel } from "../telemetry/index.ts";
import { resolveConfig, UsageError, withClusterFlags, type ClusterFlags } from "./options.ts";

interface RemoteFlags {
  readonly kubeconfig?: string;
  readonly logLevel?: LogLevel;
}

interface Remote {
  readonly client: Client;
  readonly transport: Transport;
  readonly parts: ClusterParts;
  readonly caPem: string;
  readonly signal: AbortSignal;
}

async function clusterParts(level: LogLevel): Promise<ClusterParts> {
  const logger = createLogger({ level, destination: 2 });
  return { clock: realClock, random: realRandom, logger, metrics: createMetrics() };
}

/** Aborts with the first signal that asks the process to end. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    process.once(name, () => controller.abort(new Error(`got ${name}`)));
  }
  return controller.signal;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

/** Runs `body` against a kubeconfig's server, and ends the process when it is over. */
async function withRemote(name: string, flags: RemoteFlags, body: (remote: Remote) => Promise<void>): Promise<void> {
  const access = await accessOfContext(await loadKubeconfig(flags.kubeconfig ? { file: flags.kubeconfig } : {})).catch(
    (error: Error) => {
      throw new UsageError(`${error.message}\n  name a kubeconfig with --kubeconfig FILE or $KUBECONFIG`);
    },
  );
  const transport = createNodeTransport(access, { userAgent: `k8ts-${name}` });
  const parts = await clusterParts(flags.logLevel ?? "info");
  const client = createClient(transport);
  const caPem = access.certificateAuthority ?? "";
  try {
    await body({ client, transport, parts, caPem, signal: stopSignal() });
  } finally {
    await transport.close();
  }
  process.exit(process.exitCode ?? 0);
}

function withRemoteFlags(command: Command): Command {
  return command
    .option("--kubeconfig <file>", "the API server and who to be (default: $KUBECONFIG, or ~/.kube/config)")
    .option("--log-level <level>", "error, warn, info or debug (default: info)");
}

function addApiServer(program: Command): void {
  withClusterFlags(program.command("apiserver"))
    .description("run only the API server, on its own store")
    .action(async (flags: ClusterFlags) => {
      const config = resolveConfig(flags);
      const parts = await clusterParts(config.logLevel);
      const started = new Started(parts.logger);
      const signal = stopSignal();
      await startApi(config, reachableAddress(), parts, started);
      await aborted(signal);
      await started.stop();
      process.exit(0);
    });
}

function addScheduler(program: Command): void {
  withRemoteFlags(program.command("scheduler"))
    .description("run only the scheduler")
    .action((flags: RemoteFlags) =>
      withRemote("scheduler", flags, ({ client, parts, signal }) =>
        runElected(
          "kube-scheduler",
          client,
          parts,
          (informers) => schedulerComponent(client, informers, parts),
          signal,
        ),
      ),
    );
}

function addControllerManager(program: Command): void {
  withRemoteFlags(program.command("controller-manager"))
    .option("--pod-cidr <cidr>", "addresses of pods; nodes get blocks of it")
    .option("--service-cidr <cidr>", "addresses of Services")
    .option("--root-ca-file <file>", "the CA to publish in every namespace (default: the kubeconfig's)")
    .description("run only the controllers")
    .action((flags: RemoteFlags & { podCidr?: string; serviceCidr?: string; rootCaFile?: string }) =>
      withRemote("controller-manager", flags, ({ client, parts, caPem, signal }) => {
        const settings = {
          caPem: flags.rootCaFile ? readFileSync(flags.rootCaFile, "utf8") : caPem,
          catalog: discoveryCatalog(client),
          ...(flags.podCidr && { podCidr: flags.podCidr }),
          ...(flags.serviceCidr && { serviceCidr: flags.serviceCidr }),
        };
        const make = (informers: Parameters<typeof controllerManager>[1]) =>
          controllerManager(() => client, informers, settings, parts);
        return runElected("kube-controller-manager", client, parts, make, signal);
      }),
    );
}

type NodeFlags = RemoteFlags & ClusterFlags & { tlsCertFile?: string; tlsPrivateKeyFile?: string };

/** A node's own settings over those of this machine's cluster, where there is one. */
function nodeConfig(flags: NodeFlags): ClusterConfig {
  const { kubeconfig: _kubeconfig, tlsCertFile: _cert, tlsPrivateKeyFile: _key, ...given } = flags;
  return resolveConfig({ nodeName: hostname(), ...given });
}

function addKubelet(program: Command): void {
  withClusterFlags(program.command("kubelet"))
    .option("--kubeconfig <file>", "the API server and who to be (default: $KUBECONFIG, or ~/.kube/config)")
    .requiredOption("--tls-cert-file <file>", "certificate of the kubelet's own server")
    .requiredOption("--tls-private-key-file <file>", "its key")
    .description("run only the kubelet; the container runtime must run already")
    .action((flags: NodeFlags) =>
      withRemote("kubelet", flags, async ({ client, parts, caPem, signal }) => {
        const config = nodeConfig(flags);
        const started = new Started(parts.logger);
        const serving = {
          certPem: readFileSync(flags.tlsCertFile!, "utf8"),
          keyPem: readFileSync(flags.tlsPrivateKeyFile!, "utf8"),
        };
        await startKubelet(config, { client, serving, caPem }, machineOf(config, parts), parts, started);
        await aborted(signal);
        await started.stop();
      }),
    );
}

function addProxy(program: Command): void {
  withClusterFlags(program.command("proxy"))
    .option("--kubeconfig <file>", "the API server and who to be (default: $KUBECONFIG, or ~/.kube/config)")
    .description("run only the service proxy; its rules stay when it ends")
    .action((flags: NodeFlags) =>
      withRemote("proxy", flags, async ({ client, parts, signal }) => {
        const started = new Started(parts.logger);
        const informers = createInformerFactory({ ...parts, client });
        started.add(() => informers.stop());
        informers.start();
        await started.start(proxyOf(nodeConfig(flags), informers, parts));
        await aborted(signal);
        await started.stop();
      }),
    );
}

/** Adds a verb for each component to the command line. */
export function addComponentCommands(program: Command): void {
  addApiServer(program);
  addControllerManager(program);
  addScheduler(program);
  addKubelet(program);
  addProxy(program);
}
