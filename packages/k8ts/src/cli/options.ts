/** Flags that several verbs share, and finding the cluster a verb is about. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { configFaults, defaultClusterConfig, type ClusterConfig } from "../cluster/config.ts";
import { defaultDataDirectory, hostLayout, isAlive } from "../host/index.ts";

/** An error whose message is all a person needs: printed without a stack, exit code 1. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Flags of every verb that works on a cluster. */
export interface DataDirectoryFlag {
  readonly dataDir?: string;
}

/** Adds --data-dir. */
export function withDataDirectory(command: Command): Command {
  return command.option("--data-dir <path>", "the cluster's directory (default: /var/lib/k8ts, or $K8TS_DATA_DIR)");
}

/** The data directory that flags and environment mean. */
export function dataDirectory(flags: DataDirectoryFlag): string {
  return resolve(flags.dataDir ?? defaultDataDirectory(process.env, process.getuid?.() === 0));
}

/** Flags of `up`, as commander gives them; absent ones keep what the cluster was set up with. */
export type ClusterFlags = DataDirectoryFlag & Partial<Omit<ClusterConfig, "dataDirectory">>;

const port = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new InvalidArgumentError("use a port, 1 to 65535");
  return value;
};

/** Adds the flags that set a cluster up. */
export function withClusterFlags(command: Command): Command {
  const defaults = defaultClusterConfig;
  return withDataDirectory(command)
    .option("--name <name>", `names bridge, nft table and cgroups (default: ${defaults.name})`)
    .option("--node-name <name>", `name of the node (default: ${defaults.nodeName})`)
    .option("--runtime <runtime>", "containerd, or simulated: pods without containers (default: containerd as root)")
    .option("--storage <backend>", `lmdb, or memory: nothing kept (default: ${defaults.storage})`)
    .option("--address <ip>", `address of the API server (default: ${defaults.address})`)
    .option("--port <port>", `port of the API server (default: ${defaults.port})`, port)
    .option("--kubelet-port <port>", `port of the kubelet (default: ${defaults.kubeletPort})`, port)
    .option(
      "--proxy-health-port <port>",
      `port of the proxy's health check (default: ${defaults.proxyHealthPort})`,
      port,
    )
    .option("--registry-port <port>", `port of the embedded registry (default: ${defaults.registryPort})`, port)
    .option("--pod-cidr <cidr>", `addresses of pods (default: ${defaults.podCidr})`)
    .option("--service-cidr <cidr>", `addresses of Services (default: ${defaults.serviceCidr})`)
    .option("--cluster-domain <domain>", `DNS domain of the cluster (default: ${defaults.clusterDomain})`)
    .option("--log-level <level>", `error, warn, info or debug (default: ${defaults.logLevel})`);
}

const choices: Readonly<Record<string, readonly string[]>> = {
  runtime: ["containerd", "simulated"],
  storage: ["lmdb", "memory"],
  logLevel: ["error", "warn", "info", "debug"],
};

/** What was set up before in a data directory, or undefined. */
export function savedConfig(directory: string): ClusterConfig | undefined {
  const file = hostLayout(directory).configFile;
  if (!existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as ClusterConfig;
}

/** Settings from flags over what was saved over the defaults. Throws UsageError for settings that cannot be. */
export function resolveConfig(flags: ClusterFlags): ClusterConfig {
  const { dataDir: _dataDir, ...given } = flags;
  for (const [name, allowed] of Object.entries(choices)) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined && !allowed.includes(value as string)) {
      throw new UsageError(`--${name.replace("L", "-l")} ${String(value)}: use one of ${allowed.join(", ")}`);
    }
  }
  const directory = dataDirectory(flags);
  const config = { ...defaultClusterConfig, ...savedConfig(directory), ...given, dataDirectory: directory };
  const faults = configFaults(config);
  if (faults.length > 0) throw new UsageError(faults.join("\n"));
  return config;
}

/** Keeps the settings for the next start. */
export function saveConfig(config: ClusterConfig & { dataDirectory: string }): void {
  mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  const file = hostLayout(config.dataDirectory).configFile;
  writeFileSync(`${file}.new`, `${JSON.stringify(config, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

/** The daemon's pid where it runs. */
export function runningDaemon(directory: string): number | undefined {
  const file = hostLayout(directory).pidFile;
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8"));
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) ? pid : undefined;
}
