/** The Kubernetes API over HTTP: paths, JSON, Status errors, watch frames and retries, over any HttpExchange. */
import {
  type Clock,
  type DeepReadonly,
  fromStatus,
  type KubernetesList,
  realClock,
  serviceUnavailable,
  type StatusError,
} from "@k8ts/api";
import type { Status } from "@k8ts/api/meta/v1";
import {
  ConnectionError,
  type HttpAnswer,
  type HttpExchange,
  type HttpRequest,
  type RequestHeaders,
} from "./http-exchange.ts";
import { checkRequest, methodOf, resourcePath } from "./resource-path.ts";
import { statusFromAnswer } from "./status-answer.ts";
import type {
  RawRequest,
  RawResponse,
  ResourceRequest,
  Transport,
  WatchEvent,
  WatchRequest,
  WatchSink,
} from "./transport.ts";
import { LineSplitter } from "./watch-decoder.ts";

/** What an HTTP transport is made of. */
export interface HttpTransportOptions {
  readonly exchange: HttpExchange;
  /** Headers of every request, asked for each time: authorization, user-agent, impersonation. */
  headers?(): RequestHeaders | Promise<RequestHeaders>;
  /** Told when the server answers 401: cached credentials are no good. */
  unauthorized?(): void;
  readonly clock?: Clock;
}

/** How often a request is repeated for Retry-After or a broken connection; client-go's number. */
const maxRetries = 10;

const decoder = new TextDecoder();
const parseJson = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));

/** A transport over HTTP. It owns the exchange: `close` closes it. */
export function createHttpTransport(options: HttpTransportOptions): Transport {
  const http = new HttpCaller(options);
  return {
    async request<T>(request: ResourceRequest) {
      checkRequest(request);
      const answer = await http.call(httpRequest(request));
      if (answer.status >= 400) throw await statusFromAnswer(answer, request);
      return (await http.json(answer)) as DeepReadonly<T> & DeepReadonly<KubernetesList<T>>;
    },
    async watch<T>(request: WatchRequest, sink: WatchSink<T>) {
      const query = { ...request.query, watch: true };
      const answer = await http.call({
        method: "GET",
        path: resourcePath({ ...request, query }),
        headers: { accept: "application/json" },
        signal: request.signal,
      });
      if (answer.status >= 400) throw await statusFromAnswer(answer, { verb: "watch", ...request });
      void pump(answer, request.signal, sink);
    },
    raw: (request: RawRequest) => http.raw(request),
    close: () => options.exchange.close(),
  };
}

function httpRequest(request: ResourceRequest): HttpRequest {
  const hasBody = request.body !== undefined;
  const contentType =
    request.verb === "patch" ? (request.patchType ?? "application/strategic-merge-patch+json") : "application/json";
  return {
    method: methodOf(request.verb),
    path: resourcePath(request),
    headers: { accept: "application/json", ...(hasBody && { "content-type": contentType }) },
    ...(hasBody && { body: JSON.stringify(request.body) }),
    ...(request.signal && { signal: request.signal }),
  };
}

/** Sends requests with the common headers, and again where the server or the connection asks for it. */
class HttpCaller {
  readonly #options: HttpTransportOptions;
  readonly #clock: Clock;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
  }

  async call(request: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#attempt(request, attempt);
      if (!answer) continue;
      if (answer.status === 401) this.#options.unauthorized?.();
      const wait = attempt < maxRetries ? retryAfter(answer) : undefined;
      if (wait === undefined) return answer;
      await answer.bytes().catch(() => undefined);
      await this.#clock.sleep(wait, request.signal);
    }
  }

  /** One try; nothing where the connection broke and the request may safely be sent again. */
  async #attempt(request: HttpRequest, attempt: number): Promise<HttpAnswer | undefined> {
    request.signal?.throwIfAborted();
    const common = await this.#options.headers?.();
    try {
      return await this.#options.exchange.send({ ...request, headers: { ...common, ...request.headers } });
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (!error.unprocessed || attempt >= maxRetries) throw unavailable(error);
      return undefined;
    }
  }

  async json(answer: HttpAnswer): Promise<unknown> {
    let bytes: Uint8Array;
    try {
      bytes = await answer.bytes();
    } catch (error) {
      throw error instanceof ConnectionError ? unavailable(error) : error;
    }
    try {
      return parseJson(bytes);
    } catch (error) {
      throw unavailable(new ConnectionError(new Error(`the server's answer is not JSON: ${(error as Error).message}`)));
    }
  }

  async raw(request: RawRequest): Promise<RawResponse> {
    const answer = await this.call({
      method: request.method,
      path: request.path,
      headers: lowerCase(request.headers),
      ...(request.body !== undefined && { body: request.body }),
      ...(request.signal && { signal: request.signal }),
    });
    return { status: answer.status, headers: answer.headers, body: answer.stream() };
  }
}

const unavailable = (error: ConnectionError): StatusError =>
  Object.assign(serviceUnavailable(error.message), { cause: error.cause });

function lowerCase(headers: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Milliseconds to wait before asking again: a 429 or 5xx answer that says Retry-After in seconds. */
function retryAfter(answer: HttpAnswer): number | undefined {
  if (answer.status !== 429 && answer.status < 500) return undefined;
  const header = answer.headers["retry-after"];
  if (header === undefined || !/^\d{1,6}$/.test(header.trim())) return undefined;
  return Number(header) * 1000;
}

/** Feeds a watch's frames to its sink until it ends, for whatever reason; then says so once. */
async function pump<T>(answer: HttpAnswer, signal: AbortSignal, sink: WatchSink<T>): Promise<void> {
  let over = false;
  const close = (error?: Error): void => {
    if (over) return;
    over = true;
    signal.removeEventListener("abort", onAbort);
    sink.closed(error);
  };
  const onAbort = (): void => close();
  signal.addEventListener("abort", onAbort, { once: true });
  const splitter = new LineSplitter((line) => {
    if (over) return;
    const frame = parseJson(line) as { type: string; object: unknown };
    if (frame.type === "ERROR") close(fromStatus(frame.object as Status));
    else sink.event(frame as WatchEvent<T>);
  });
  try {
    if (signal.aborted) close();
    await answer.consume((chunk) => splitter.push(chunk));
    close(splitter.incomplete ? serviceUnavailable("the watch broke off within an event") : undefined);
  } catch (error) {
    close(error instanceof ConnectionError ? unavailable(error) : (error as Error));
  }
}
