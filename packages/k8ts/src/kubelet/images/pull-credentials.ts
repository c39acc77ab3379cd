/** Registry credentials from a pod's imagePullSecrets (kubernetes.io/dockerconfigjson and kubernetes.io/dockercfg). */
import type { DeepReadonly } from "@k8ts/api";
import type { Secret } from "@k8ts/api/core/v1";
import type { RegistryAuth } from "../runtimes/runtime.ts";
import { parseImageName } from "./image-name.ts";

interface DockerAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly identitytoken?: string;
}

const defaultRegistry = "index.docker.io";

/** The credentials that fit the image, most specific location first; empty: pull without. Malformed secrets are skipped. */
export function pullCredentials(image: string, secrets: readonly DeepReadonly<Secret>[]): RegistryAuth[] {
  const { repository } = parseImageName(image);
  const entries = secrets.flatMap(entriesOf).sort(([a], [b]) => (a < b ? 1 : -1));
  const target = repository.startsWith("docker.io/") ? repository.replace("docker.io", defaultRegistry) : repository;
  const matches = entries.filter(([location]) => locationMatches(location, target));
  const found = matches.length > 0 ? matches : entries.filter(([location]) => isDefault(location, target));
  return found.map(([, auth]) => auth);
}

function isDefault(location: string, target: string): boolean {
  return (location === defaultRegistry || location === "docker.io") && target.startsWith(`${defaultRegistry}/`);
}

function entriesOf(secret: DeepReadonly<Secret>): [location: string, auth: RegistryAuth][] {
  const json = secret.data?.[".dockerconfigjson"];
  const legacy = secret.data?.[".dockercfg"];
  try {
    if (json !== undefined) return read((parse(json) as { auths?: Record<string, DockerAuth> }).auths ?? {});
    return legacy === undefined ? [] : read(parse(legacy) as Record<string, DockerAuth>);
  } catch {
    return [];
  }
}

const parse = (base64: string): unknown => JSON.parse(Buffer.from(base64, "base64").toString("utf8"));

function read(auths: Record<string, DockerAuth>): [string, RegistryAuth][] {
  return Object.entries(auths).map(([location, auth]) => [normalize(location), credentials(auth)]);
}

function credentials({ username = "", password = "", auth, identitytoken }: DockerAuth): RegistryAuth {
  const identity = identitytoken ? { identityToken: identitytoken } : {};
  if (!auth) return { username, password, ...identity };
  const text = Buffer.from(auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) throw new Error("auth is not user:password");
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, ""), ...identity };
}

/** "https://index.docker.io/v1/" is "index.docker.io". */
function normalize(location: string): string {
  const bare = location.replace(/^https?:\/\//, "");
  const slash = bare.indexOf("/");
  if (slash < 0) return bare;
  const path = bare.slice(slash).replace(/^\/v[12]\//, "/");
  return path === "/" ? bare.slice(0, slash) : bare.slice(0, slash) + path;
}

/** Host by labels, where "*" stands for any within one; path by prefix. */
function locationMatches(location: string, target: string): boolean {
  const [host, path] = split(location);
  const [targetHost, targetPath] = split(target);
  const labels = host.split(".");
  const targetLabels = targetHost.split(".");
  if (labels.length !== targetLabels.length || !targetPath.startsWith(path)) return false;
  return labels.every((label, index) => globMatches(label, targetLabels[index]!));
}

function split(location: string): [host: string, path: string] {
  const slash = location.indexOf("/");
  return slash < 0 ? [location, ""] : [location.slice(0, slash), location.slice(slash)];
}

function globMatches(glob: string, text: string): boolean {
  if (!glob.includes("*")) return glob === text;
  const pattern = glob.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${pattern.join(".*")}$`).test(text);
}
