/**
 * The client's side of exec and attach: WebSocket channels (`v5.channel.k8s.io` and before, KEP-4006) or SPDY/3.1 streams,
 * as one connection of plain streams. Protocol versions differ in three things: from v3 on there is a terminal size, from
 * v4 on the end is told as a Status with the exit code, from v5 on (WebSocket only) stdin can be half-closed.
 */
import { finished, type Readable, type Writable } from "node:stream";
import type { Clock } from "@k8ts/api";
import type { WebSocket } from "ws";
import { WebSocketChannels } from "./channels.ts";
import type { ExecStatus } from "./exec-status.ts";
import { SpdySession } from "./spdy-session.ts";
import type { SpdyStream } from "./spdy-stream.ts";
import { acceptSpdy, asksFor, negotiateSpdy, type UpgradeRequest } from "./upgrade.ts";
import { acceptWebSocket } from "./websocket.ts";

/** Which streams the client asked for. */
export interface RemoteCommandOptions {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A terminal's size in characters. */
export interface TerminalSize {
  readonly width: number;
  readonly height: number;
}

/** A client that waits for a process. */
export interface RemoteCommandConnection {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  onResize(listener: (size: TerminalSize) => void): void;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Tells how it ended, after all output, and closes. */
  finish(status: ExecStatus): Promise<void>;
}

const spdyProtocols = ["v4.channel.k8s.io", "v3.channel.k8s.io", "v2.channel.k8s.io", "channel.k8s.io"];
const webSocketProtocols = [
  "v5.channel.k8s.io",
  "v5.base64.channel.k8s.io",
  "v4.channel.k8s.io",
  "v4.base64.channel.k8s.io",
  "v3.channel.k8s.io",
  "v3.base64.channel.k8s.io",
  "v2.channel.k8s.io",
  "v2.base64.channel.k8s.io",
  "channel.k8s.io",
  "base64.channel.k8s.io",
  "",
];

/** Channel numbers; the first three are the streams' file descriptors. */
const channelNumbers = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4 } as const;

/** Milliseconds within which a SPDY client opens its streams. */
const streamCreationTimeout = 30_000;

/** Reads the query of exec and attach. Throws an Error in upstream's words where it asks for no stream. */
export function remoteCommandOptions(query: URLSearchParams): RemoteCommandOptions {
  const on = (name: string): boolean => ["1", "true"].includes(query.get(name) ?? "");
  const tty = on("tty");
  // A terminal has one output.
  const stderr = (on("stderr") || on("error")) && !tty;
  const options = { stdin: on("stdin") || on("input"), stdout: on("stdout") || on("output"), stderr, tty };
  if (!options.stdin && !options.stdout && !options.stderr) {
    throw new Error("you must specify at least 1 of stdin, stdout, stderr");
  }
  return options;
}

/** Answers the upgrade; undefined where it was refused or the client went away. */
export async function acceptRemoteCommand(
  upgrade: UpgradeRequest,
  options: RemoteCommandOptions,
  clock: Clock,
): Promise<RemoteCommandConnection | undefined> {
  if (asksFor(upgrade.request, "websocket")) {
    const accepted = await acceptWebSocket(upgrade, webSocketProtocols);
    return accepted && overWebSocket(accepted.socket, accepted.protocol, options);
  }
  const protocol = negotiateSpdy(upgrade, spdyProtocols);
  return protocol === undefined ? undefined : acceptStreams(upgrade, protocol, options, clock);
}

/** The status as a protocol tells it; undefined: nothing is sent. */
function statusText(protocol: string, status: ExecStatus): string | undefined {
  if (protocol.startsWith("v4.") || protocol.startsWith("v5.")) return JSON.stringify(status);
  return status.status === "Success" ? undefined : (status.message ?? "");
}

function overWebSocket(socket: WebSocket, protocol: string, options: RemoteCommandOptions): RemoteCommandConnection {
  const readable = [...(options.stdin ? [channelNumbers.stdin] : []), channelNumbers.resize];
  const channels = new WebSocketChannels(socket, protocol, readable);
  const stdout = options.stdout ? channels.writer(channelNumbers.stdout) : undefined;
  const stderr = options.stderr ? channels.writer(channelNumbers.stderr) : undefined;
  channels.greet(stdout ? channelNumbers.stdout : stderr ? channelNumbers.stderr : channelNumbers.error);
  return {
    stdin: options.stdin ? channels.reader(channelNumbers.stdin) : undefined,
    stdout,
    stderr,
    onResize: (listener) => readSizes(channels.reader(channelNumbers.resize), listener),
    signal: channels.signal,
    async finish(status) {
      await Promise.all([ended(stdout), ended(stderr)]);
      const text = statusText(protocol, status);
      const error = channels.writer(channelNumbers.error);
      if (text !== undefined) error.write(text);
      await ended(error);
      channels.close();
    },
  };
}

/** Ends a stream; resolves when all of it is sent, or cannot be. */
function ended(stream: Writable | undefined): Promise<void> {
  if (stream === undefined || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    finished(stream, { readable: false }, () => resolve());
    stream.end();
  });
}

/** Longest text of one terminal size. */
const longestSize = 1024;

/** Terminal sizes come as JSON objects, one after another, perhaps several to a message. */
function readSizes(stream: Readable, listener: (size: TerminalSize) => void): void {
  let text = "";
  stream.on("error", () => undefined);
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    for (let end = text.indexOf("}"); end >= 0; end = text.indexOf("}")) {
      const size = parseSize(text.slice(0, end + 1));
      text = text.slice(end + 1);
      if (size !== undefined) listener(size);
    }
    if (text.length > longestSize) text = "";
  });
}

function parseSize(text: string): TerminalSize | undefined {
  try {
    const size = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    const [width, height] = [Number(size.Width), Number(size.Height)];
    const valid = [width, height].every((each) => Number.isInteger(each) && each >= 0 && each < 65_536);
    return valid ? { width, height } : undefined;
  } catch {
    return undefined;
  }
}

type StreamType = "error" | "stdin" | "stdout" | "stderr" | "resize";

/** Accepts SPDY and waits until the client has opened the streams it announced. */
async function acceptStreams(
  upgrade: UpgradeRequest,
  protocol: string,
  options: RemoteCommandOptions,
  clock: Clock,
): Promise<RemoteCommandConnection | undefined> {
  const expected: StreamType[] = ["error"];
  for (const name of ["stdin", "stdout", "stderr"] as const) if (options[name]) expected.push(name);
  const resizes = protocol.startsWith("v4.") || protocol.startsWith("v3.");
  if (options.tty && resizes) expected.push("resize");
  const streams = new Map<string, SpdyStream>();
  let wake: (complete: boolean) => void = () => undefined;
  const complete = new Promise<boolean>((resolve) => (wake = resolve));
  const connection = acceptSpdy(upgrade, protocol);
  const session = new SpdySession(connection, {
    role: "server",
    onStream(stream) {
      const type = stream.headers["streamtype"] ?? "";
      if (!(expected as string[]).includes(type) || streams.has(type)) return false;
      streams.set(type, stream);
      // Once the session has answered, so that nothing is sent on a stream before its reply.
      if (streams.size === expected.length) queueMicrotask(() => wake(true));
      return true;
    },
  });
  const timer = clock.setTimer(streamCreationTimeout, () => wake(false));
  void session.closed.then(() => wake(false));
  const ready = await complete;
  timer.cancel();
  if (ready) return overSpdy(session, protocol, streams);
  session.destroy(new Error("timed out waiting for client to create streams"));
  return undefined;
}

function overSpdy(
  session: SpdySession,
  protocol: string,
  streams: ReadonlyMap<string, SpdyStream>,
): RemoteCommandConnection {
  const gone = new AbortController();
  void session.closed.then(() => gone.abort(new Error("the client closed the connection")));
  const [error, stdin, stdout, stderr, resize] = ["error", "stdin", "stdout", "stderr", "resize"].map((type) =>
    streams.get(type),
  );
  // What a client sends on streams that only the server writes to is dropped, and their ends are not waited for.
  for (const stream of [error, stdout, stderr]) stream?.resume();
  // v1 cannot half-close: its clients wait for the server to close stdin first.
  if (protocol === "channel.k8s.io" || protocol === "") stdin?.end();
  return {
    stdin,
    stdout,
    stderr,
    onResize: (listener) => resize && readSizes(resize, listener),
    signal: gone.signal,
    async finish(status) {
      await Promise.all([ended(stdout), ended(stderr)]);
      const text = statusText(protocol, status);
      if (text !== undefined) error?.write(text);
      await ended(error);
      session.close();
    },
  };
}
