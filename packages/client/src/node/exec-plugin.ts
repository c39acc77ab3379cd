/** Exec credential plugins: a command that prints an ExecCredential (client.authentication.k8s.io/v1, KEP-541). */
import { spawn } from "node:child_process";
import { parseTime } from "@k8ts/api";
import type { ExecPlugin, ServerAccess } from "./server-access.ts";

/** What a plugin gave; `expires` in milliseconds since the epoch. */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expires?: number;
}

/** The longest answer that is read. */
const maxOutput = 1024 * 1024;

const versions: ReadonlySet<string> = new Set([
  "client.authentication.k8s.io/v1",
  "client.authentication.k8s.io/v1beta1",
]);

/** Runs the access's plugin. Rejects, in kubectl's words where it has them, when it fails or prints something else. */
export async function runExecPlugin(access: ServerAccess): Promise<ExecCredential> {
  const plugin = access.exec!;
  if (!versions.has(plugin.apiVersion))
    throw new Error(`exec plugin: invalid apiVersion ${JSON.stringify(plugin.apiVersion)}`);
  if (plugin.interactiveMode === "Always") {
    throw new Error("exec plugin cannot support interactive mode: standard input is unavailable");
  }
  return parseCredential(plugin, await output(plugin, execInfo(access, plugin)));
}

function execInfo(access: ServerAccess, plugin: ExecPlugin): string {
  const cluster = {
    server: access.server,
    ...(access.tlsServerName && { "tls-server-name": access.tlsServerName }),
    ...(access.insecureSkipTlsVerify && { "insecure-skip-tls-verify": true }),
    ...(access.certificateAuthority && {
      "certificate-authority-data": Buffer.from(access.certificateAuthority).toString("base64"),
    }),
  };
  return JSON.stringify({
    kind: "ExecCredential",
    apiVersion: plugin.apiVersion,
    spec: { ...(plugin.provideClusterInfo && { cluster }), interactive: false },
  });
}

function output(plugin: ExecPlugin, info: string): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, KUBERNETES_EXEC_INFO: info };
  for (const { name, value } of plugin.env ?? []) env[name] = value;
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command, [...(plugin.args ?? [])], { env, stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.length > maxOutput) child.kill();
    });
    child.once("error", (error: NodeJS.ErrnoException) => {
      const hint = plugin.installHint ? `\n\n${plugin.installHint}` : "";
      if (error.code === "ENOENT") reject(new Error(`exec: executable ${plugin.command} not found${hint}`));
      else reject(new Error(`exec: ${error.message}`));
    });
    child.once("close", (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`exec: executable ${plugin.command} failed with exit code ${code ?? "unknown"}`));
    });
  });
}

function parseCredential(plugin: ExecPlugin, text: string): ExecCredential {
  let answer: { apiVersion?: string; kind?: string; status?: Record<string, string | undefined> };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch (error) {
    throw new Error(`decoding stdout: ${(error as Error).message}`, { cause: error });
  }
  if (answer.kind !== "ExecCredential" || answer.apiVersion !== plugin.apiVersion) {
    throw new Error(
      `exec plugin is configured to use API version ${plugin.apiVersion}, plugin returned version ${answer.apiVersion}`,
    );
  }
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = answer.status ?? {};
  if (!answer.status) throw new Error("exec plugin didn't return a status field");
  if (!token && !clientCertificateData && !clientKeyData)
    throw new Error("exec plugin didn't return a token or cert/key pair");
  if (!clientCertificateData !== !clientKeyData) {
    throw new Error("exec plugin returned only certificate or key, not both");
  }
  const expires = parseTime(expirationTimestamp);
  return {
    ...(token && { token }),
    ...(clientCertificateData && { clientCertificateData, clientKeyData }),
    ...(!Number.isNaN(expires) && { expires }),
  };
}
