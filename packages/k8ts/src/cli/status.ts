/** `k8ts status`: whether the cluster runs and how it is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { nodes, pods } from "@k8ts/api/core/v1";
import { createClient } from "@k8ts/client";
import { accessOfContext, createNodeTransport, loadKubeconfig } from "@k8ts/client/node";
import type { Command } from "commander";
import { hostLayout, runningContainerd } from "../host/index.ts";
import {
  dataDirectory,
  runningDaemon,
  savedConfig,
  UsageError,
  withDataDirectory,
  type DataDirectoryFlag,
} from "./options.ts";

const megabytes = (bytes: number): string => `${Math.round(bytes / (1024 * 1024))} MiB`;

function residentMemory(pid: number): string {
  try {
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    return megabytes(kilobytes * 1024);
  } catch {
    return "unknown";
  }
}

async function readiness(kubeconfig: string): Promise<{ ready: string; lines: string[] }> {
  const transport = createNodeTransport(await accessOfContext(await loadKubeconfig({ file: kubeconfig })));
  try {
    const answer = await transport.raw({ method: "GET", path: "/readyz?verbose", signal: AbortSignal.timeout(5000) });
    const checks = await new Response(answer.body).text();
    const failed = checks.split("\n").filter((line) => line.startsWith("[-]"));
    const client = createClient(transport);
    const nodeList = await client.list(nodes);
    const podList = await client.list(pods);
    const readyNodes = nodeList.items.filter((node) =>
      node.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True"),
    );
    const running = podList.items.filter((pod) => pod.status?.phase === "Running");
    return {
      ready: answer.status === 200 ? "ready" : `not ready: ${failed.join(", ")}`,
      lines: [
        `nodes:       ${readyNodes.length} of ${nodeList.items.length} ready`,
        `pods:        ${running.length} of ${podList.items.length} running`,
      ],
    };
  } finally {
    await transport.close();
  }
}

async function status(flags: DataDirectoryFlag): Promise<void> {
  const directory = dataDirectory(flags);
  const config = savedConfig(directory);
  if (!config) throw new UsageError(`there is no cluster in ${directory}; start one with: k8ts up`);
  const layout = hostLayout(directory);
  const pid = runningDaemon(directory);
  console.log(`cluster:     ${config.name} (${config.runtime}, storage ${config.storage})`);
  console.log(`data:        ${directory}`);
  if (pid === undefined) {
    console.log("state:       stopped; start it with: k8ts up");
    process.exitCode = 3;
    return;
  }
  const kubeconfig = join(layout.kubeconfigs, "admin.conf");
  const { ready, lines } = await readiness(kubeconfig).catch((error: Error) => ({ ready: error.message, lines: [] }));
  console.log(`state:       running (pid ${pid}, ${residentMemory(pid)}), ${ready}`);
  console.log(`server:      https://${config.address === "0.0.0.0" ? "127.0.0.1" : config.address}:${config.port}`);
  const containerd = runningContainerd(layout);
  if (config.runtime === "containerd") console.log(`containerd:  ${containerd ? `pid ${containerd}` : "not running"}`);
  for (const line of lines) console.log(line);
  console.log(`kubeconfig:  ${kubeconfig}`);
  if (ready !== "ready") process.exitCode = 1;
}

/** Adds the verb to the command line. */
export function addStatusCommand(program: Command): void {
  withDataDirectory(program.command("status"))
    .description("say whether the cluster runs, and how it is")
    .action(status);
}
