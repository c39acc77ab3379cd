/**
 * Exec, attach and port-forward of a CRI runtime: CRI answers with the URL of the runtime's streaming server, which is
 * then spoken to in SPDY/3.1. (Its WebSocket protocol stops at v4, which cannot half-close stdin.)
 */
import type { ClientRequest, IncomingMessage } from "node:http";
import { Duplex, Transform } from "node:stream";
import { copyBytes, parseExitStatus, readText, SpdySession, type SpdyStream } from "../../streaming/index.ts";
import { RuntimeError, type ProcessStreams, type StreamRequest } from "../runtime.ts";
import type { CriConnection } from "./connection.ts";

const remoteCommandProtocol = "v4.channel.k8s.io";
const portForwardProtocol = "portforward.k8s.io";

/** An error stream carries one Status. */
const longestStatus = 64 * 1024;

/** The streaming calls of one runtime. */
export class CriStreams {
  readonly #connection: CriConnection;

  constructor(connection: CriConnection) {
    this.#connection = connection;
  }

  /** @see ContainerRuntime.exec */
  async exec(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<number> {
    const session = await this.#session("Exec", "ExecRequest", { ...request }, remoteCommandProtocol, signal);
    const result = parseExitStatus(await runProcess(session, request, streams, signal));
    if ("failure" in result) throw failed(result.failure);
    return result.exitCode;
  }

  /** @see ContainerRuntime.attach */
  async attach(request: StreamRequest, streams: ProcessStreams, signal: AbortSignal): Promise<void> {
    const session = await this.#session("Attach", "AttachRequest", { ...request }, remoteCommandProtocol, signal);
    const result = parseExitStatus(await runProcess(session, request, streams, signal));
    if ("failure" in result) throw failed(result.failure);
  }

  /** @see ContainerRuntime.portForward */
  async portForward(sandboxId: string, port: number, signal: AbortSignal): Promise<Duplex> {
    const body = { podSandboxId: sandboxId, port: [port] };
    const session = await this.#session("PortForward", "PortForwardRequest", body, portForwardProtocol, signal);
    const headers = { port: String(port), requestid: "0" };
    const error = session.openStream({ ...headers, streamtype: "error" });
    error.end();
    return new ForwardedConnection(session, session.openStream({ ...headers, streamtype: "data" }), error);
  }

  async #session(
    method: string,
    message: string,
    body: Record<string, unknown>,
    protocol: string,
    signal: AbortSignal,
  ): Promise<SpdySession> {
    const path = `/runtime.v1.RuntimeService/${method}`;
    const answer = await this.#connection.call(path, message, body, "UrlResponse");
    const socket = await upgrade(answer["url"] as string, protocol, signal);
    const session = new SpdySession(socket, { role: "client" });
    const abort = (): void => session.destroy(new RuntimeError("CANCELLED", "the caller went away"));
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    void session.closed.then(() => signal.removeEventListener("abort", abort));
    return session;
  }
}

/** The runtime's own words, without what its streaming server (the same code as the kubelet's) puts before them. */
function failed(failure: string): RuntimeError {
  const prefix =
    /^error (?:executing command in container|attaching to container|forwarding port \d+ to pod \w+, uid \S*): /;
  return new RuntimeError("UNKNOWN", failure.replace(prefix, ""));
}

/** A forwarded connection. It ends as its error stream says: with what the runtime writes there, or in order. */
class ForwardedConnection extends Duplex {
  readonly #session: SpdySession;
  readonly #data: SpdyStream;

  constructor(session: SpdySession, data: SpdyStream, error: SpdyStream) {
    super({ allowHalfOpen: true });
    this.#session = session;
    this.#data = data;
    const failure = readText(error, longestStatus).catch((cause: Error) => cause.message);
    data.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) data.pause();
    });
    data.on("end", () => {
      void failure.then((message) => {
        if (message === "") this.push(null);
        else this.destroy(failed(message));
      });
    });
    data.on("error", (cause) => this.destroy(cause));
  }

  override _read(): void {
    this.#data.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#data.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#data.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#session.close();
    this.#session.destroy();
    done(error);
  }
}

/** Runs a session's process to its end; resolves to what its error stream said. */
async function runProcess(
  session: SpdySession,
  request: StreamRequest,
  streams: ProcessStreams,
  signal: AbortSignal,
): Promise<string> {
  try {
    const error = session.openStream({ streamtype: "error" });
    error.end();
    const stdin = request.stdin ? session.openStream({ streamtype: "stdin" }) : undefined;
    const outputs: Promise<void>[] = [];
    if (request.stdout) outputs.push(output(session, "stdout", streams.stdout));
    if (request.stderr && !request.tty) outputs.push(output(session, "stderr", streams.stderr));
    if (request.tty) sendSizes(session.openStream({ streamtype: "resize" }), streams);
    if (stdin !== undefined) sendInput(session, stdin, streams.stdin);
    const copied = Promise.all(outputs);
    copied.then(
      // A process without outputs takes no more input; containerd would answer it by breaking the connection.
      () => outputs.length > 0 && stdin?.destroy(),
      // Where the session breaks, its error stream says so first.
      () => undefined,
    );
    const status = await readText(error, longestStatus);
    await copied;
    if (status === "" && signal.aborted) throw new RuntimeError("CANCELLED", "the caller went away");
    return status;
  } finally {
    session.close();
    session.destroy();
  }
}

function output(session: SpdySession, name: string, to: NodeJS.WritableStream | undefined): Promise<void> {
  const stream = session.openStream({ streamtype: name });
  stream.end();
  if (to !== undefined) return copyBytes(stream, to);
  stream.resume();
  return Promise.resolve();
}

function sendSizes(resize: SpdyStream, streams: ProcessStreams): void {
  resize.on("error", () => undefined).resume();
  streams.onResize?.(({ width, height }) => {
    if (resize.writable) resize.write(`${JSON.stringify({ Width: width, Height: height })}\n`);
  });
}

/** Bytes of stdin that are sent before the runtime must have taken them off its connection. */
const stdinWindow = 128 * 1024;

/**
 * Copies stdin until it ends (then the process's stdin is closed), or until the process does. containerd has no flow
 * control, and where more waits in its connection than it can queue, it may never tell that a process has ended. So a PING
 * follows each window, and its answer is waited for.
 */
function sendInput(session: SpdySession, stdin: SpdyStream, from: NodeJS.ReadableStream | undefined): void {
  stdin.on("error", () => undefined).resume();
  if (from === undefined) {
    stdin.end();
    return;
  }
  let unanswered = 0;
  const answered = async (done: () => void): Promise<void> => {
    await session.ping();
    done();
  };
  const paced = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      this.push(chunk);
      unanswered += chunk.length;
      if (unanswered < stdinWindow) {
        done();
        return;
      }
      unanswered = 0;
      void answered(done);
    },
  });
  from.pipe(paced).pipe(stdin);
  stdin.once("close", () => from.unpipe(paced));
  from.once("error", () => stdin.destroy());
}

async function upgrade(url: string, protocol: string, signal: AbortSignal): Promise<Duplex> {
  const { request } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
  return new Promise((resolve, reject) => {
    const headers = { Connection: "Upgrade", Upgrade: "SPDY/3.1", "X-Stream-Protocol-Version": protocol };
    // A runtime with TLS on its streaming server makes its own certificate; the URL came over its private socket.
    const call: ClientRequest = request(url, {
      method: "POST",
      headers,
      signal,
      agent: false,
      rejectUnauthorized: false,
    });
    call.on("upgrade", (_response: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      (socket as { setNoDelay?: (on: boolean) => void }).setNoDelay?.(true);
      resolve(socket);
    });
    call.on("response", (response) => {
      const failed = (text: string): void =>
        reject(
          new RuntimeError("UNKNOWN", text.trim() || `the runtime's streaming server answered ${response.statusCode}`),
        );
      readText(response, longestStatus).then(failed, () => failed(""));
    });
    call.on("error", (error) => {
      const code = signal.aborted ? "CANCELLED" : "UNAVAILABLE";
      reject(
        new RuntimeError(code, `could not reach the runtime's streaming server: ${error.message}`, { cause: error }),
      );
    });
    call.end();
  });
}
