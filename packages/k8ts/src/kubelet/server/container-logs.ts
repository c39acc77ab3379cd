/** GET /containerLogs/{namespace}/{pod}/{container}: what `kubectl logs` reads, by way of the API server. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { parseTime, type DeepReadonly } from "@k8ts/api";
import type { ContainerStatus, Pod } from "@k8ts/api/core/v1";
import { readLogs, type LogOptions } from "../logs/index.ts";
import { Refused } from "./auth.ts";
import { specContainers, type Exchange, type ServerContext } from "./exchange.ts";

/** Answers with a container's log, chunk by chunk. */
export async function serveContainerLogs(context: ServerContext, exchange: Exchange): Promise<void> {
  const [, namespace = "", podName = "", containerName = ""] = exchange.segments;
  if (namespace === "") throw new Refused(400, '{"message": "Missing podNamespace."}');
  if (podName === "") throw new Refused(400, '{"message": "Missing podID."}');
  if (containerName === "") throw new Refused(400, '{"message": "Missing container name."}');
  const { previous, ...options } = logOptions(exchange.query, context.clock.now());
  const pod = context.source.pod(namespace, podName);
  if (pod === undefined) throw new Refused(404, `pod "${podName}" does not exist`);
  if (!specContainers(pod).some(({ name }) => name === containerName)) {
    throw new Refused(404, `container "${containerName}" not found in pod "${podName}"`);
  }
  await stream(context, exchange.response, containerIdOf(pod, containerName, previous), options);
}

/** PodLogOptions of a query. Throws Refused in upstream's words. */
export function logOptions(query: URLSearchParams, now: number): LogOptions & { previous: boolean } {
  const undecodable = (): Refused => new Refused(400, '{"message": "Unable to decode query."}');
  const flag = (name: string): boolean => {
    const value = query.get(name) ?? "false";
    if (!/^(?:1|0|t|f|true|false)?$/i.test(value)) throw undecodable();
    return /^(?:1|t|true)$/i.test(value) || (value === "" && query.has(name));
  };
  const number = (name: string): number | undefined => {
    const value = query.get(name);
    if (value === null || value === "") return undefined;
    if (!/^-?\d+$/.test(value)) throw undecodable();
    return Number(value);
  };
  const tail = query.get("tail");
  const tailLines = tail === null ? number("tailLines") : tail === "all" ? undefined : Number(tail);
  const sinceSeconds = number("sinceSeconds");
  const sinceTime = query.get("sinceTime") || undefined;
  const limitBytes = number("limitBytes");
  const stream = query.get("stream") || "All";
  const sinceAt = sinceTime === undefined ? undefined : parseTime(sinceTime);
  if (Number.isNaN(sinceAt) || Number.isNaN(tailLines)) throw undecodable();
  const valid =
    (tailLines ?? 0) >= 0 &&
    (limitBytes ?? 1) >= 1 &&
    (sinceSeconds ?? 1) >= 1 &&
    (sinceSeconds === undefined || sinceTime === undefined) &&
    ["All", "Stdout", "Stderr"].includes(stream) &&
    (tailLines === undefined || stream === "All");
  if (!valid) throw new Refused(422, '{"message": "Invalid request."}');
  return {
    follow: flag("follow"),
    previous: flag("previous"),
    timestamps: flag("timestamps"),
    tailLines,
    limitBytes,
    since: sinceSeconds === undefined ? sinceAt : now - sinceSeconds * 1000,
    stream: stream as LogOptions["stream"],
  };
}

/** The runtime's id of the container whose log is meant. Throws Refused 400 in upstream's words where there is none. */
export function containerIdOf(pod: DeepReadonly<Pod>, name: string, previous: boolean): string {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses];
  const status = all.find((each) => each.name === name);
  const where = `container "${name}" in pod "${pod.metadata.name}"`;
  if (status === undefined) throw new Refused(400, `${where} is not available`);
  const id = previous ? status.lastState?.terminated?.containerID : newestId(status);
  if (id) return id.slice(id.indexOf("://") + 3);
  throw new Refused(400, previous ? `previous terminated ${where} not found` : `${where} ${whyNoLog(status)}`);
}

function newestId({ state, lastState, containerID }: DeepReadonly<ContainerStatus>): string | undefined {
  if (state?.running !== undefined) return containerID;
  return state?.terminated?.containerID || lastState?.terminated?.containerID;
}

const pullProblems: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image",
};

function whyNoLog({ state, lastState }: DeepReadonly<ContainerStatus>): string {
  if (state?.terminated !== undefined || lastState?.terminated !== undefined) return "is terminated";
  if (state?.waiting === undefined) return "is waiting to start - no logs yet";
  const reason = state.waiting.reason ?? "";
  return `is waiting to start: ${pullProblems[reason] ?? reason}`;
}

async function stream(
  context: ServerContext,
  response: ServerResponse,
  id: string,
  options: LogOptions,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  // The status goes out before the first line, so that a follower of a silent container knows it is connected.
  response.writeHead(200, { "content-type": "text/plain" }).flushHeaders();
  const exit = options.follow ? await context.exits.watch(id) : undefined;
  try {
    const { logPath } = await context.runtime.containerStatus(id).catch(() => {
      throw new Error(`unable to retrieve container logs for containerd://${id}`);
    });
    await readLogs(context.logs, logPath, options, {
      signal: gone.signal,
      ended: exit?.ended ?? gone.signal,
      async write(bytes) {
        if (!response.write(bytes)) await Promise.race([once(response, "drain"), once(response, "close")]);
      },
    });
    response.end();
  } catch (error) {
    context.logger.info("Reading a container's log failed", { containerID: id, error: String(error) });
    if (!gone.signal.aborted) response.end((error as Error).message);
  } finally {
    exit?.done();
  }
}
