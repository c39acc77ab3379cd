/** The shipped daemon as a benchmark starts it: own directory and ports, ended by pid. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundle } from "../scripts/build.ts";

/** A cluster's directory with certificates made, and how to run the daemon on it. */
export interface DaemonSite {
  readonly bundle: string;
  readonly directory: string;
  readonly port: number;
  /** Starts the daemon in the foreground. */
  start(): ChildProcess;
  /** Runs the k8ts command; throws where it fails. */
  k8ts(args: readonly string[]): string;
  /** The administrator's certificate, for raw requests. */
  credentials(): { ca: Buffer; cert: Buffer; key: Buffer };
  remove(): void;
}

/** Makes a site by bringing a cluster up and down once, so that certificates and settings exist. */
export async function daemonSite(port: number, flags: readonly string[]): Promise<DaemonSite> {
  const bundle = await buildBundle();
  const directory = mkdtempSync(join(tmpdir(), "k8ts-bench-"));
  const env = { ...process.env, K8TS_DATA_DIR: directory };
  const k8ts = (args: readonly string[]): string => {
    const result = spawnSync(process.execPath, [bundle, ...args], { encoding: "utf8", env });
    if (result.status !== 0) throw new Error(`k8ts ${args.join(" ")}: ${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  const ports = [
    "--port",
    port,
    "--kubelet-port",
    port + 1,
    "--proxy-health-port",
    port + 2,
    "--registry-port",
    port + 3,
  ];
  k8ts(["up", "--name", "k8bench", ...ports.map(String), ...flags]);
  k8ts(["down"]);
  return {
    bundle,
    directory,
    port,
    k8ts,
    start: () =>
      spawn(process.execPath, [bundle, "server", "--data-dir", directory], {
        env,
        stdio: ["ignore", "ignore", "ignore", "pipe"],
      }),
    credentials() {
      const config = readFileSync(join(directory, "kubeconfig", "admin.conf"), "utf8");
      const data = (key: string): Buffer => Buffer.from(new RegExp(`${key}: (\\S+)`).exec(config)![1]!, "base64");
      return {
        ca: data("certificate-authority-data"),
        cert: data("client-certificate-data"),
        key: data("client-key-data"),
      };
    },
    remove() {
      k8ts(["down", "--purge"]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Status of one GET over TLS, or undefined where nobody listens. */
export function status(site: DaemonSite, path: string, credentials: object): Promise<number | undefined> {
  return new Promise((resolve) => {
    const call = request({ host: "127.0.0.1", port: site.port, path, agent: false, ...credentials }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    call.on("error", () => resolve(undefined));
    call.end();
  });
}

/** Ends a daemon and waits for its end. */
export async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}
