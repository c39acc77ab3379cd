/**
 * HTTP/2 connections to one server. Requests and watches share a connection up to the number of streams that the server
 * allows, then another is opened. A connection that has been silent for 30 s is pinged, and dropped where the server does
 * not answer within 15 s (client-go's numbers): so a watch over a dead network ends, instead of being quiet for ever.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import type { Clock, Timer } from "@k8ts/api";
import { ConnectionError, type HttpAnswer, type HttpRequest } from "../rest/http-exchange.ts";
import { plainHeaders, readableAnswer } from "./readable-answer.ts";

const readIdleTimeout = 30_000;
const pingTimeout = 15_000;
/** HTTP/2's default of 64 KB would stall lists. */
const streamWindow = 4 * 1024 * 1024;
const connectionWindow = 32 * 1024 * 1024;
/** A server that names no limit of streams gets this one, Go's. */
const defaultMaxStreams = 1000;

/** One session, and how busy it is. */
class Connection {
  readonly session: ClientHttp2Session;
  readonly #socket: Socket;
  readonly #clock: Clock;
  #streams = 0;
  #timer: Timer | undefined;

  constructor(session: ClientHttp2Session, socket: Socket, clock: Clock) {
    this.session = session;
    this.#socket = socket;
    this.#clock = clock;
    this.#watchSilence();
    session.once("close", () => this.#timer?.cancel());
  }

  get usable(): boolean {
    return !this.session.closed && !this.session.destroyed;
  }

  get hasRoom(): boolean {
    const limit = Math.min(this.session.remoteSettings?.maxConcurrentStreams ?? defaultMaxStreams, defaultMaxStreams);
    return this.#streams < limit;
  }

  open(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream {
    const stream = this.session.request(headers, { endStream });
    this.#streams++;
    stream.once("close", () => this.#streams--);
    return stream;
  }

  #watchSilence(): void {
    const { bytesRead } = this.#socket;
    this.#timer = this.#clock.setTimer(readIdleTimeout, () => {
      if (!this.usable) return;
      if (this.#socket.bytesRead > bytesRead) this.#watchSilence();
      else this.#ping();
    });
  }

  #ping(): void {
    const timer = this.#clock.setTimer(pingTimeout, () => {
      this.session.destroy(new Error("http2: client connection lost"));
    });
    const sent = this.session.ping((error) => {
      timer.cancel();
      if (!error && this.usable) this.#watchSilence();
    });
    if (!sent) this.session.destroy(new Error("http2: client connection lost"));
  }
}

/** Opens and shares connections. */
export class Http2Pool {
  readonly #origin: string;
  readonly #clock: Clock;
  readonly #connect: () => Promise<Socket>;
  #connections: Connection[] = [];
  #opening: Promise<Connection> | undefined;

  /** `connect` gives a socket over which the server has agreed to speak HTTP/2. */
  constructor(origin: string, connectSocket: () => Promise<Socket>, clock: Clock) {
    this.#origin = origin;
    this.#connect = connectSocket;
    this.#clock = clock;
  }

  /** Uses a socket that exists already. */
  adopt(socket: Socket): void {
    this.#add(socket);
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const connection = await this.#connection();
    request.signal?.throwIfAborted();
    return await exchange(connection, request);
  }

  close(): void {
    for (const { session } of this.#connections) session.destroy();
    this.#connections = [];
  }

  async #connection(): Promise<Connection> {
    for (;;) {
      const free = this.#connections.find((connection) => connection.usable && connection.hasRoom);
      if (free) return free;
      this.#opening ??= this.#connect()
        .then((socket) => this.#add(socket))
        .finally(() => (this.#opening = undefined));
      await this.#opening;
    }
  }

  #add(socket: Socket): Connection {
    const session = connect(this.#origin, {
      createConnection: () => socket,
      settings: { initialWindowSize: streamWindow, enablePush: false },
    });
    session.once("connect", () => session.setLocalWindowSize(connectionWindow));
    const connection = new Connection(session, socket, this.#clock);
    // Streams hear of a session's fate by themselves.
    session.on("error", () => undefined);
    session.once("close", () => {
      this.#connections = this.#connections.filter((other) => other !== connection);
    });
    this.#connections.push(connection);
    return connection;
  }
}

function exchange(connection: Connection, request: HttpRequest): Promise<HttpAnswer> {
  const { signal, body } = request;
  let stream: ClientHttp2Stream;
  try {
    stream = connection.open(
      { ":method": request.method, ":path": request.path, ...request.headers },
      body === undefined,
    );
  } catch (error) {
    // The session closed since it was chosen: nothing was sent.
    throw new ConnectionError(error, true);
  }
  const abort = (): void => stream.close(constants.NGHTTP2_CANCEL);
  signal?.addEventListener("abort", abort, { once: true });
  stream.once("close", () => signal?.removeEventListener("abort", abort));
  const answer = answered(stream, signal);
  if (body !== undefined) stream.end(body);
  return answer;
}

function answered(stream: ClientHttp2Stream, signal: AbortSignal | undefined): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    let cause: unknown;
    stream.on("error", (error) => (cause = error));
    const onClose = (): void => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const refused = stream.rstCode === constants.NGHTTP2_REFUSED_STREAM;
      reject(new ConnectionError(cause ?? "the connection was lost before the answer", refused));
    };
    stream.once("close", onClose);
    stream.once("response", (headers: IncomingHttpHeaders) => {
      stream.off("close", onClose);
      const cut = (): boolean => stream.rstCode !== constants.NGHTTP2_NO_ERROR;
      resolve(readableAnswer(Number(headers[":status"]), plainHeaders(headers), stream, signal, cut));
    });
  });
}
