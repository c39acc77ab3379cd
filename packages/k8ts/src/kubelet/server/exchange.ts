/** One request to the kubelet, on its way through the handlers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock, DeepReadonly, Logger } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { LogStore } from "../logs/index.ts";
import type { ContainerRuntime } from "../runtimes/runtime.ts";
import { Refused } from "./auth.ts";
import type { ContainerExits } from "./container-exits.ts";
import { containerNameLabel, podUidLabel, type KubeletServerSource } from "./source.ts";
import type { UsageRates } from "./usage-rates.ts";

/** What the handlers share. */
export interface ServerContext {
  readonly runtime: ContainerRuntime;
  readonly source: KubeletServerSource;
  readonly logs: LogStore;
  readonly exits: ContainerExits;
  readonly rates: UsageRates;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The exposition text of /metrics, and its content type. */
  readonly metricsText: () => Promise<{ text: string; contentType: string }>;
}

/** A plain request and its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path segments, decoded: ["containerLogs", "default", "nginx", "nginx"]. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(200, { "content-type": "application/json", "content-length": bytes.length }).end(bytes);
}

/** Answers in plain text. */
export function sendText(response: ServerResponse, status: number, text: string, contentType = "text/plain"): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { "content-type": contentType, "content-length": bytes.length }).end(bytes);
}

/** The pod of a path. Throws Refused 404 in upstream's words. */
export function podOf(source: KubeletServerSource, namespace: string, name: string, uid?: string): DeepReadonly<Pod> {
  const pod = source.pod(namespace, name);
  if (pod === undefined) throw new Refused(404, "pod does not exist");
  if (uid !== undefined && pod.metadata.uid !== uid) throw new Refused(404, "pod not found");
  return pod;
}

/** A pod's running container of that name: its newest. Undefined where none runs. */
export async function runningContainer(
  runtime: ContainerRuntime,
  pod: DeepReadonly<Pod>,
  name: string,
): Promise<string | undefined> {
  const labels = { [podUidLabel]: pod.metadata.uid ?? "", [containerNameLabel]: name };
  const running = (await runtime.listContainers({ labels })).filter(({ state }) => state === "RUNNING");
  return running.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))[0]?.id;
}

/** A pod's sandbox, if it is ready. */
export async function readySandbox(runtime: ContainerRuntime, pod: DeepReadonly<Pod>): Promise<string | undefined> {
  const sandboxes = await runtime.listPodSandboxes({ labels: { [podUidLabel]: pod.metadata.uid ?? "" } });
  return sandboxes.find(({ state }) => state === "READY")?.id;
}

/** All containers of a pod's spec: init, regular, ephemeral. */
export function specContainers(pod: DeepReadonly<Pod>): readonly { readonly name: string; readonly tty?: boolean }[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = pod.spec ?? { containers: [] };
  return [...initContainers, ...containers, ...ephemeralContainers];
}
