/** One HTTP/2 stream as an HttpRequest, and its response. The stream API of node:http2, without its compatibility layer. */
import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { Clock } from "@k8ts/api";
import { readWholeBody } from "./body-reader.ts";
import { bodyHeaders, wantsGzip, writeBody } from "./body-writer.ts";
import { discardRest } from "./linger.ts";
import { headerOf, type HttpRequest, type HttpResponse, type Peer } from "./message.ts";

/** Splits ":path" into path and query. */
export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf("?");
  return at < 0 ? { path: target, query: "" } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/** A request on an HTTP/2 stream. */
export class Http2Request implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly protocol = "HTTP/2.0";
  readonly peer: Peer;
  readonly upgradable = false;
  readonly #stream: ServerHttp2Stream;
  #abort: AbortController | undefined;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, peer: Peer) {
    const { path, query } = splitTarget(headers[":path"] ?? "/");
    this.method = headers[":method"] ?? "GET";
    this.path = path;
    this.query = query;
    this.headers = headers;
    this.peer = peer;
    this.#stream = stream;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const abort = new AbortController();
      this.#abort = abort;
      if (this.#stream.destroyed) abort.abort();
      else this.#stream.once("close", () => abort.abort());
    }
    return this.#abort.signal;
  }

  readBody(limit: number): Promise<Uint8Array> {
    if (this.#stream.endAfterHeaders) return Promise.resolve(new Uint8Array(0));
    return readWholeBody(this.#stream, headerOf(this.headers, "content-length"), limit);
  }

  get bodyChunks(): AsyncIterable<Uint8Array> {
    return this.#stream;
  }
}

/** Sends a response on an HTTP/2 stream. What a handler left unread of the body is thrown away. */
export function respondHttp2(
  stream: ServerHttp2Stream,
  request: HttpRequest,
  response: HttpResponse,
  clock: Clock,
): void {
  if (stream.destroyed || stream.closed) return;
  const gzip = wantsGzip(request.headers, response);
  bodyHeaders(response, gzip);
  const bodiless = request.method === "HEAD" || (response.body === undefined && !gzip);
  stream.respond({ ":status": response.status, ...response.headers }, { endStream: bodiless });
  if (!bodiless) writeBody(stream, response, gzip);
  const streamed = response.body !== undefined && "stream" in response.body;
  if (streamed || stream.endAfterHeaders || stream.readableEnded) return;
  // Reading it costs little; clients that are told to stop (RST_STREAM) count what they did not send as sent for ever.
  discardRest(stream, clock, () => stream.close(constants.NGHTTP2_NO_ERROR));
}
