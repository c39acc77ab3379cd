/** One HTTP/1.1 request as an HttpRequest, and its response, including upgrades. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Clock } from "@k8ts/api";
import { exceeds, readWholeBody } from "./body-reader.ts";
import { bodyHeaders, wantsGzip, writeBody } from "./body-writer.ts";
import { splitTarget } from "./h2.ts";
import { discardRest } from "./linger.ts";
import { headerOf, type HttpRequest, type HttpResponse, type Peer, type RequestHeaders } from "./message.ts";

/** A request on an HTTP/1.1 connection. */
export class Http1Request implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly protocol = "HTTP/1.1";
  readonly peer: Peer;
  readonly upgradable: boolean;
  readonly #message: IncomingMessage;
  readonly #closes: Duplex | ServerResponse;
  #goOn: (() => void) | undefined;
  #abort: AbortController | undefined;

  /**
   * `closes` tells when the exchange is over: the response, or the socket of an upgrade. `goOn` tells a client that waits
   * for it (Expect: 100-continue) to send its body.
   */
  constructor(
    message: IncomingMessage,
    closes: Duplex | ServerResponse,
    peer: Peer,
    upgradable: boolean,
    goOn?: () => void,
  ) {
    const { path, query } = splitTarget(message.url ?? "/");
    this.method = message.method ?? "GET";
    this.path = path;
    this.query = query;
    this.headers = message.headers;
    this.peer = peer;
    this.upgradable = upgradable;
    this.#message = message;
    this.#closes = closes;
    this.#goOn = goOn;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.#closes.destroyed) abort.abort();
      else this.#closes.once("close", () => abort.abort());
    }
    return this.#abort.signal;
  }

  /** True where the client still waits for leave to send its body. */
  get waiting(): boolean {
    return this.#goOn !== undefined;
  }

  readBody(limit: number): Promise<Uint8Array> {
    const announced = headerOf(this.headers, "content-length");
    if (!exceeds(announced, limit)) this.#leave();
    return readWholeBody(this.#message, announced, limit);
  }

  get bodyChunks(): AsyncIterable<Uint8Array> {
    this.#leave();
    return this.#message;
  }

  #leave(): void {
    this.#goOn?.();
    this.#goOn = undefined;
  }
}

/** Sends a response on an HTTP/1.1 connection. What a handler left unread of the body is thrown away. */
export function respondHttp1(
  message: IncomingMessage,
  target: ServerResponse,
  request: Http1Request,
  response: HttpResponse,
  clock: Clock,
): void {
  if (target.destroyed) return;
  const gzip = wantsGzip(request.headers, response);
  bodyHeaders(response, gzip);
  const streamed = response.body !== undefined && "stream" in response.body;
  if (request.waiting) target.shouldKeepAlive = false;
  else if (!message.complete && !streamed) {
    const { socket } = message;
    discardRest(message, clock, () => socket.destroy());
  }
  target.writeHead(response.status, response.headers);
  if (request.method === "HEAD") target.end();
  else {
    if (streamed) target.flushHeaders();
    writeBody(target, response, gzip);
  }
}

/** Answers an upgrade request: hands the connection over, or refuses in plain HTTP and closes. */
export function respondUpgrade(socket: Duplex, head: Uint8Array, response: HttpResponse): void {
  if (socket.destroyed) return;
  if (response.takeOver) {
    response.takeOver(socket, head);
    return;
  }
  bodyHeaders(response, false);
  const lines = [`HTTP/1.1 ${response.status} ${STATUS_CODES[response.status] ?? ""}`, "Connection: close"];
  for (const [name, value] of Object.entries(response.headers)) {
    for (const one of Array.isArray(value) ? value : [value]) lines.push(`${name}: ${one}`);
  }
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  writeBody(socket, response, false);
}
