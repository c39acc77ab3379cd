/** One HTTP/1.1 request as an HttpRequest, and its response, including upgrades. */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { readWholeBody } from "./body-reader.ts";
import { bodyHeaders, wantsGzip, writeBody } from "./body-writer.ts";
import { splitTarget } from "./h2.ts";
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
  #abort: AbortController | undefined;

  /** `closes` tells when the exchange is over: the response, or the socket of an upgrade. */
  constructor(message: IncomingMessage, closes: Duplex | ServerResponse, peer: Peer, upgradable: boolean) {
    const { path, query } = splitTarget(message.url ?? "/");
    this.method = message.method ?? "GET";
    this.path = path;
    this.query = query;
    this.headers = message.headers;
    this.peer = peer;
    this.upgradable = upgradable;
    this.#message = message;
    this.#closes = closes;
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

  readBody(limit: number): Promise<Uint8Array> {
    return readWholeBody(this.#message, headerOf(this.headers, "content-length"), limit);
  }

  get bodyChunks(): AsyncIterable<Uint8Array> {
    return this.#message;
  }
}

/** Sends a response on an HTTP/1.1 connection. */
export function respondHttp1(
  message: IncomingMessage,
  target: ServerResponse,
  request: HttpRequest,
  response: HttpResponse,
): void {
  if (target.destroyed) return;
  const gzip = wantsGzip(request.headers, response);
  bodyHeaders(response, gzip);
  if (!message.complete) target.shouldKeepAlive = false;
  target.writeHead(response.status, response.headers);
  if (request.method === "HEAD") target.end();
  else {
    if (response.body && "stream" in response.body) target.flushHeaders();
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
