/** A cluster for a test file: the shipped bundle, own names, ports and directory, real kubectl. Beside a user's cluster, not in its way. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { globSync } from "node:fs";

const root = join(import.meta.dirname, "..");
const bundle = join(root, "packages", "k8ts", "dist", "k8ts.js");

/** What a command printed and how it ended. */
export interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; never throws for an exit code. */
export function execute(
  program: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: NodeJS.ProcessEnv; timeout?: number } = {},
): Promise<Output> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      { env: { ...process.env, ...options.env }, timeout: options.timeout ?? 120_000, maxBuffer: 1 << 28 },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === "number" ? error.code : 1) : 0;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.on("error", () => {});
    child.stdin?.end(options.input ?? "");
  });
}

/** Waits between two looks at something outside that has no event to wait for. */
export const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Looks until `look` gives something; fails with `what` after `timeout` milliseconds. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeout = 60_000,
): Promise<T> {
  const deadline = Date.now() + timeout;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`, { cause: last });
    await pause(50);
  }
}

/** One HTTP GET; rejects for a broken connection. */
export function get(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string; headers: IncomingHttpHeaders }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { timeout: 3000, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
      response.on("error", reject);
    });
    call.on("timeout", () => call.destroy(new Error("timed out")));
    call.on("error", reject);
    call.end();
  });
}

/** How a test's cluster differs from another's; each test file has its own number. */
export interface TestClusterOptions {
  /** 1..99: decides ports, ranges and names. */
  readonly number: number;
  readonly runtime?: "containerd" | "simulated";
  readonly flags?: readonly string[];
}

/** A cluster of the shipped command. */
export class TestCluster {
  readonly directory: string;
  readonly name: string;
  /** First two numbers of its pods' addresses. */
  readonly podRange: string;
  readonly #flags: readonly string[];
  readonly #env: NodeJS.ProcessEnv;
  #kubectl = "";

  constructor(options: TestClusterOptions) {
    const { number } = options;
    this.directory = mkdtempSync(join(tmpdir(), "k8ts-e2e-"));
    this.name = `k8e2e${number}`;
    this.podRange = `10.${128 + number}`;
    this.#env = { K8TS_DATA_DIR: this.directory };
    const port = 20_000 + number * 10;
    this.#flags = [
      ["--name", this.name],
      ["--runtime", options.runtime ?? "containerd"],
      ["--port", String(port)],
      ["--kubelet-port", String(port + 1)],
      ["--proxy-health-port", String(port + 2)],
      ["--registry-port", String(port + 3)],
      ["--pod-cidr", `${this.podRange}.0.0/16`],
      ["--service-cidr", `10.227.${number}.0/24`],
      options.flags ?? [],
    ].flat();
  }

  /** The k8ts command. */
  k8ts(args: readonly string[], timeout = 120_000): Promise<Output> {
    return execute(process.execPath, [bundle, ...args], { env: this.#env, timeout });
  }

  /** Starts the cluster, with the demo images in it. */
  async up(): Promise<Output> {
    const archives = globSync(join(root, ".cache", "images", "*.tar"));
    if (archives.length > 0) {
      const loaded = await this.k8ts(["image", "load", ...archives]);
      if (loaded.code !== 0) throw new Error(`image load failed: ${loaded.stderr}`);
    }
    const output = await this.k8ts(["up", ...this.#flags]);
    if (output.code !== 0) throw new Error(`k8ts up failed: ${output.stdout}${output.stderr}`);
    return output;
  }

  /** Stops the cluster and forgets its data; on failure prints the end of its log first. */
  async down(): Promise<Output> {
    const output = await this.k8ts(["down", "--purge"]);
    rmSync(this.directory, { recursive: true, force: true });
    return output;
  }

  get kubeconfig(): string {
    return join(this.directory, "kubeconfig", "admin.conf");
  }

  /** Pid of the daemon. */
  get pid(): number {
    return Number(readFileSync(join(this.directory, "k8ts.pid"), "utf8"));
  }

  /** The daemon's log so far. */
  get log(): string {
    return readFileSync(join(this.directory, "k8ts.log"), "utf8");
  }

  /** Path of the kubectl that `k8ts kubectl` runs. */
  async kubectlPath(): Promise<string> {
    if (this.#kubectl === "") {
      const { kubectlPath } = await import("../packages/k8ts/src/cli/kubectl.ts");
      this.#kubectl = await kubectlPath();
    }
    return this.#kubectl;
  }

  /** Runs kubectl as the cluster's administrator. */
  async kubectl(args: readonly string[], input?: string | Buffer): Promise<Output> {
    const options = { env: { KUBECONFIG: this.kubeconfig }, ...(input !== undefined && { input }) };
    return execute(await this.kubectlPath(), args, options);
  }

  /** kubectl that must succeed; resolves to what it printed. */
  async run(args: readonly string[], input?: string | Buffer): Promise<string> {
    const output = await this.kubectl(args, input);
    if (output.code === 0) return output.stdout;
    throw new Error(`kubectl ${args.join(" ")} ended with ${output.code}: ${output.stderr}${output.stdout}`);
  }

  /** An object, or undefined where it does not exist. */
  async object<T>(args: readonly string[]): Promise<T | undefined> {
    const output = await this.kubectl(["get", ...args, "-o", "json", "--ignore-not-found"]);
    if (output.code !== 0) throw new Error(output.stderr);
    return output.stdout.trim() === "" ? undefined : (JSON.parse(output.stdout) as T);
  }

  /** Starts kubectl and leaves it running; the caller ends it. */
  async spawnKubectl(args: readonly string[]): Promise<ChildProcess> {
    const env = { ...process.env, KUBECONFIG: this.kubeconfig };
    return spawn(await this.kubectlPath(), [...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** Applies a manifest. */
  apply(manifest: string): Promise<string> {
    return this.run(["apply", "-f", "-"], manifest);
  }
}
