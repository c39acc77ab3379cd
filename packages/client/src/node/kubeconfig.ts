/** Kubeconfig files: found as kubectl finds them, merged as kubectl merges them, and brought down to one ServerAccess. */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import type { ExecPlugin, ServerAccess } from "./server-access.ts";

/** A `clusters` entry. */
export interface KubeconfigCluster {
  server?: string;
  "tls-server-name"?: string;
  "insecure-skip-tls-verify"?: boolean;
  "certificate-authority"?: string;
  "certificate-authority-data"?: string;
  "proxy-url"?: string;
}

/** A `users` entry. */
export interface KubeconfigUser {
  "client-certificate"?: string;
  "client-certificate-data"?: string;
  "client-key"?: string;
  "client-key-data"?: string;
  token?: string;
  tokenFile?: string;
  username?: string;
  password?: string;
  as?: string;
  "as-uid"?: string;
  "as-groups"?: string[];
  exec?: ExecPlugin;
  "auth-provider"?: { name?: string };
}

/** A `contexts` entry. */
export interface KubeconfigContext {
  cluster: string;
  user: string;
  namespace?: string;
}

/** A merged kubeconfig; paths in it are absolute. */
export interface Kubeconfig {
  currentContext: string;
  readonly clusters: Map<string, KubeconfigCluster>;
  readonly users: Map<string, KubeconfigUser>;
  readonly contexts: Map<string, KubeconfigContext>;
}

/** Where to look. */
export interface KubeconfigSource {
  /** One file, which must exist (--kubeconfig). */
  readonly file?: string;
  /** Default: the process's; KUBECONFIG may list several files, of which missing ones are left out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

interface RawKubeconfig {
  "current-context"?: string;
  clusters?: { name: string; cluster?: KubeconfigCluster }[] | null;
  users?: { name: string; user?: KubeconfigUser }[] | null;
  contexts?: { name: string; context?: KubeconfigContext }[] | null;
}

/** Loads and merges; the first file that sets a name wins. Throws where a file cannot be read or understood. */
export async function loadKubeconfig(source: KubeconfigSource = {}): Promise<Kubeconfig> {
  const config: Kubeconfig = { currentContext: "", clusters: new Map(), users: new Map(), contexts: new Map() };
  for (const file of kubeconfigFiles(source)) {
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT" && !source.file) continue;
      throw error;
    }
    mergeKubeconfig(config, await parse(file, text), dirname(resolve(file)));
  }
  return config;
}

/** The files that KUBECONFIG lists, or ~/.kube/config. */
export function kubeconfigFiles({ file, env = process.env }: KubeconfigSource): string[] {
  if (file) return [file];
  const listed = (env.KUBECONFIG ?? "").split(delimiter).filter((path) => path !== "");
  return listed.length > 0 ? [...new Set(listed)] : [join(env.HOME ?? homedir(), ".kube", "config")];
}

async function parse(file: string, text: string): Promise<RawKubeconfig> {
  const { load } = await import("js-yaml");
  let parsed: unknown;
  try {
    // An empty file is an empty configuration.
    parsed = text.trim() === "" ? {} : load(text);
  } catch (error) {
    throw new Error(`error loading config file ${JSON.stringify(file)}: ${(error as Error).message}`, { cause: error });
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new Error(`error loading config file ${JSON.stringify(file)}: it is not a kubeconfig`);
  }
  return parsed as RawKubeconfig;
}

function mergeKubeconfig(into: Kubeconfig, from: RawKubeconfig, directory: string): void {
  if (into.currentContext === "") into.currentContext = from["current-context"] ?? "";
  for (const { name, cluster = {} } of from.clusters ?? []) {
    if (!into.clusters.has(name)) into.clusters.set(name, absolute(cluster, ["certificate-authority"], directory));
  }
  for (const { name, user } of from.users ?? []) {
    if (into.users.has(name)) continue;
    const located = absolute(user ?? {}, ["client-certificate", "client-key", "tokenFile"], directory);
    if (located.exec) located.exec = { ...located.exec, command: commandPath(located.exec.command, directory) };
    into.users.set(name, located);
  }
  for (const { name, context = { cluster: "", user: "" } } of from.contexts ?? []) {
    if (!into.contexts.has(name)) into.contexts.set(name, context);
  }
}

function absolute<T extends object>(entry: T, paths: readonly (keyof T)[], directory: string): T {
  const copy = { ...entry };
  for (const path of paths) {
    const value = copy[path];
    if (typeof value === "string" && value !== "") copy[path] = resolve(directory, value) as T[keyof T];
  }
  return copy;
}

/** "./plugin" is beside the file; "plugin" is found in PATH. */
const commandPath = (command: string, directory: string): string =>
  command.includes("/") && !isAbsolute(command) ? resolve(directory, command) : command;

/** The access that a context means (default: the current one). Throws where it is missing or says what we cannot do. */
export async function accessOfContext(config: Kubeconfig, name: string = config.currentContext): Promise<ServerAccess> {
  if (name === "") throw new Error("no configuration has been provided: the kubeconfig has no current context");
  const context = config.contexts.get(name);
  if (!context) throw new Error(`context ${JSON.stringify(name)} does not exist`);
  const cluster = config.clusters.get(context.cluster);
  if (!cluster) throw new Error(`cluster ${JSON.stringify(context.cluster)} does not exist`);
  const user = context.user ? config.users.get(context.user) : {};
  if (!user) throw new Error(`auth info ${JSON.stringify(context.user)} does not exist`);
  return { ...(await clusterAccess(context.cluster, cluster)), ...(await userAccess(context.user, user)) };
}

async function clusterAccess(name: string, cluster: KubeconfigCluster): Promise<ServerAccess> {
  if (!cluster.server) throw new Error(`no server found for cluster ${JSON.stringify(name)}`);
  if (cluster["proxy-url"]) throw new Error(`cluster ${JSON.stringify(name)}: proxy-url is not supported`);
  const insecure = cluster["insecure-skip-tls-verify"] ?? false;
  const ca = await pem(cluster["certificate-authority-data"], cluster["certificate-authority"]);
  if (insecure && ca) {
    throw new Error("specifying a root certificates file with the insecure flag is not allowed");
  }
  const server = cluster.server.includes("://") ? cluster.server : `http://${cluster.server}`;
  return {
    server,
    ...(ca && { certificateAuthority: ca }),
    ...(insecure && { insecureSkipTlsVerify: true }),
    ...(cluster["tls-server-name"] && { tlsServerName: cluster["tls-server-name"] }),
  };
}

async function userAccess(name: string, user: KubeconfigUser): Promise<Omit<ServerAccess, "server">> {
  if (user["auth-provider"]) {
    const provider = user["auth-provider"].name ?? "";
    throw new Error(`no Auth Provider found for name ${JSON.stringify(provider)}`);
  }
  const cert = await pem(user["client-certificate-data"], user["client-certificate"]);
  const key = await pem(user["client-key-data"], user["client-key"]);
  if (!cert !== !key)
    throw new Error(`user ${JSON.stringify(name)}: client certificate and key must be given together`);
  return {
    ...(cert && { clientCertificate: cert, clientKey: key }),
    ...(user.token && { token: user.token }),
    ...(user.tokenFile && { tokenFile: user.tokenFile }),
    ...(user.username && { username: user.username, password: user.password ?? "" }),
    ...(user.exec && { exec: user.exec }),
    ...(user.as && { impersonate: impersonation(user) }),
  };
}

const impersonation = (user: KubeconfigUser): NonNullable<ServerAccess["impersonate"]> => ({
  user: user.as!,
  ...(user["as-uid"] && { uid: user["as-uid"] }),
  ...(user["as-groups"] && { groups: user["as-groups"] }),
});

/** PEM from base64 data or, without it, from a file. */
async function pem(data: string | undefined, file: string | undefined): Promise<string | undefined> {
  if (data) return Buffer.from(data, "base64").toString("utf8");
  return file ? await readFile(file, "utf8") : undefined;
}
