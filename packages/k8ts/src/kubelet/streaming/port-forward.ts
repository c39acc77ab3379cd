/**
 * The client's side of port-forward: SPDY/3.1 streams in pairs (data and error, one pair a connection), SPDY/3.1 tunnelled
 * through a WebSocket (`SPDY/3.1+portforward.k8s.io`, KEP-4006), or WebSocket channels, two for each port named in the
 * query.
 */
import type { Duplex, Readable, Writable } from "node:stream";
import type { Clock, Logger } from "@k8ts/api";
import { WebSocketChannels } from "./channels.ts";
import { copyBytes } from "./copy.ts";
import { SpdySession } from "./spdy-session.ts";
import type { SpdyStream } from "./spdy-stream.ts";
import { acceptSpdy, asksFor, headerValues, negotiateSpdy, refuseUpgrade, type UpgradeRequest } from "./upgrade.ts";
import { acceptWebSocket, webSocketStream } from "./websocket.ts";

/** What forwarding needs of the kubelet. */
export interface PortForwardHost {
  /** Connects to a port of the pod. */
  connect(port: number, signal: AbortSignal): Promise<Duplex>;
  /** The pod's name and uid, for error texts. */
  readonly pod: string;
  readonly uid: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

const spdyProtocol = "portforward.k8s.io";
const tunnelProtocol = `SPDY/3.1+${spdyProtocol}`;
const channelProtocols = [
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
  "v5.channel.k8s.io",
  "v5.base64.channel.k8s.io",
  "",
];

/** Milliseconds within which the second stream of a pair follows the first. */
const streamCreationTimeout = 30_000;

/** The ports of a WebSocket's query. Throws an Error in upstream's words. */
export function forwardedPorts(query: URLSearchParams): number[] {
  const given = query.getAll("ports").concat(query.getAll("port"));
  if (given.length === 0) throw new Error('query parameter "port" is required');
  return given.flatMap((text) => {
    if (text === "") throw new Error('query parameter "port" cannot be empty');
    return text.split(",").map((each) => parsePort(each, text));
  });
}

function parsePort(text: string, whole: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port < 65_536)) throw new Error(`unable to parse "${whole}" as a port: invalid port "${text}"`);
  if (port < 1) throw new Error(`port "${whole}" must be > 0`);
  return port;
}

/** Answers the upgrade and forwards until the client goes. */
export async function servePortForward(
  upgrade: UpgradeRequest,
  query: URLSearchParams,
  host: PortForwardHost,
): Promise<void> {
  if (!asksFor(upgrade.request, "websocket")) {
    const protocol = negotiateSpdy(upgrade, [spdyProtocol]);
    if (protocol !== undefined) await forwardStreams(acceptSpdy(upgrade, protocol), host);
    return;
  }
  const wanted = headerValues(upgrade.request, "sec-websocket-protocol");
  if (wanted.some((each) => each.startsWith("SPDY/3.1+"))) {
    const accepted = await acceptWebSocket(upgrade, [tunnelProtocol]);
    if (accepted) await forwardStreams(webSocketStream(accepted.socket), host);
    return;
  }
  await forwardChannels(upgrade, query, host, wanted);
}

/** One connection to a pod, until both sides have ended it or the client goes; rejects where the pod's side fails. */
async function forward(
  host: PortForwardHost,
  port: number,
  from: Readable,
  to: Writable,
  signal: AbortSignal,
): Promise<void> {
  const target = await host.connect(port, signal);
  const abort = (): void => void target.destroy();
  target.on("error", () => undefined);
  to.once("close", abort);
  try {
    copyBytes(from, target).then(() => target.end(), abort);
    await copyBytes(target, to);
  } catch (error) {
    if (!signal.aborted && !to.destroyed) throw error;
  } finally {
    to.removeListener("close", abort);
    target.destroy();
  }
}

function failure(host: PortForwardHost, port: number, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = `error forwarding port ${port} to pod ${host.pod}, uid ${host.uid}: ${message}`;
  host.logger.info("Port forwarding failed", { port, pod: host.pod, error: message });
  return text;
}

interface StreamPair {
  data?: SpdyStream;
  error?: SpdyStream;
}

async function forwardStreams(connection: Duplex, host: PortForwardHost): Promise<void> {
  const gone = new AbortController();
  const pairs = new Map<string, StreamPair>();
  const session: SpdySession = new SpdySession(connection, {
    role: "server",
    onStream(stream) {
      const type = stream.headers["streamtype"];
      const port = Number(stream.headers["port"]);
      if ((type !== "data" && type !== "error") || !Number.isInteger(port) || port < 1 || port > 65_535) return false;
      // Clients before Kubernetes 1.1 name no request: the data stream is the one after the error stream.
      const id = stream.headers["requestid"] ?? String(type === "error" ? stream.id : stream.id - 2);
      const pair = pairs.get(id) ?? {};
      if (pair[type] !== undefined) return false;
      pair[type] = stream;
      if (pair.data === undefined || pair.error === undefined) {
        pairs.set(id, pair);
        expire(host.clock, pairs, id, pair);
        return true;
      }
      pairs.delete(id);
      const complete = { data: pair.data, error: pair.error };
      queueMicrotask(() => void forwardPair(host, port, complete, gone.signal));
      return true;
    },
  });
  await session.closed;
  gone.abort(new Error("the client closed the connection"));
}

function expire(clock: Clock, pairs: Map<string, StreamPair>, id: string, pair: StreamPair): void {
  const timer = clock.setTimer(streamCreationTimeout, () => {
    if (pairs.get(id) !== pair) return;
    pairs.delete(id);
    pair.error?.end(`timed out waiting for streams of request ${id}`);
    pair.data?.destroy();
  });
  for (const stream of [pair.data, pair.error]) stream?.once("close", () => timer.cancel());
}

async function forwardPair(
  host: PortForwardHost,
  port: number,
  { data, error }: { data: SpdyStream; error: SpdyStream },
  signal: AbortSignal,
): Promise<void> {
  error.resume();
  try {
    await forward(host, port, data, data, signal);
    data.end();
    error.end();
    // A client that keeps its half open has nobody to send to.
    data.resume();
  } catch (cause) {
    error.end(failure(host, port, cause));
    data.destroy();
  }
}

async function forwardChannels(
  upgrade: UpgradeRequest,
  query: URLSearchParams,
  host: PortForwardHost,
  wanted: readonly string[],
): Promise<void> {
  let ports: number[];
  try {
    ports = forwardedPorts(query);
  } catch (error) {
    refuseUpgrade(upgrade.socket, 400, (error as Error).message);
    return;
  }
  // v4 before v5, as upstream's kubelet chooses: a client that offers both is served as it is there.
  const supported = wanted.some((each) => each.startsWith("v4."))
    ? channelProtocols.filter((each) => !each.startsWith("v5."))
    : channelProtocols;
  const accepted = await acceptWebSocket(upgrade, supported);
  if (accepted === undefined) return;
  const readable = ports.map((_port, index) => 2 * index);
  const channels = new WebSocketChannels(accepted.socket, accepted.protocol, readable);
  await Promise.all(ports.map((port, index) => forwardChannel(host, port, channels, 2 * index)));
  channels.close();
}

async function forwardChannel(
  host: PortForwardHost,
  port: number,
  channels: WebSocketChannels,
  number: number,
): Promise<void> {
  const data = channels.writer(number);
  const error = channels.writer(number + 1);
  const which = Buffer.alloc(2);
  which.writeUInt16LE(port);
  data.write(which);
  error.write(which);
  try {
    await forward(host, port, channels.reader(number), data, channels.signal);
  } catch (cause) {
    error.write(failure(host, port, cause));
  }
  await Promise.all([data, error].map((each) => new Promise((resolve) => each.end(resolve))));
}
