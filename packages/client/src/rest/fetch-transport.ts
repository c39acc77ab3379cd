/** The Kubernetes API over the platform's fetch: for browsers, and wherever TLS material is the platform's business. */
import type { Clock } from "@k8ts/api";
import { ConnectionError, type HttpAnswer, type HttpExchange, type HttpRequest } from "./http-exchange.ts";
import { createHttpTransport } from "./http-transport.ts";
import type { Transport } from "./transport.ts";

/** Where the API is, and as whom to speak. */
export interface FetchTransportOptions {
  /** "https://host:6443", or "" for the page's own origin; a path in front is kept. */
  readonly server: string;
  readonly token?: string | (() => string | Promise<string>);
  /** Default: the platform's. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/** A transport over fetch. */
export function createFetchTransport(options: FetchTransportOptions): Transport {
  const { token } = options;
  return createHttpTransport({
    exchange: fetchExchange(options.server.replace(/\/+$/, ""), options.fetch ?? ((...call) => fetch(...call))),
    ...(options.clock && { clock: options.clock }),
    async headers() {
      const value = typeof token === "function" ? await token() : token;
      const headers: Record<string, string> = value ? { authorization: `Bearer ${value}` } : {};
      return headers;
    },
  });
}

function fetchExchange(server: string, run: typeof fetch): HttpExchange {
  const closing = new AbortController();
  return {
    async send(request: HttpRequest) {
      const signal = request.signal ? AbortSignal.any([closing.signal, request.signal]) : closing.signal;
      const { method } = request;
      const headers = Object.entries(request.headers).flatMap(pairs);
      const body = request.body as RequestInit["body"];
      try {
        const response = await run(server + request.path, { method, headers, signal, ...(body && { body }) });
        return answerOf(response, request.signal);
      } catch (error) {
        throw failure(error, request.signal);
      }
    },
    close() {
      closing.abort(new ConnectionError("the transport is closed"));
      return Promise.resolve();
    },
  };
}

/** A repeated header is several of one name. */
const pairs = ([name, value]: [string, string | string[]]): [string, string][] =>
  typeof value === "string" ? [[name, value]] : value.map((one) => [name, one]);

const failure = (error: unknown, signal: AbortSignal | undefined): unknown => {
  if (signal?.aborted) return signal.reason;
  return error instanceof ConnectionError ? error : new ConnectionError(error);
};

function answerOf(response: Response, signal: AbortSignal | undefined): HttpAnswer {
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    async bytes() {
      try {
        return new Uint8Array(await response.arrayBuffer());
      } catch (error) {
        throw failure(error, signal);
      }
    },
    async consume(chunk) {
      if (!response.body) return;
      try {
        for await (const bytes of response.body) chunk(bytes);
      } catch (error) {
        throw failure(error, signal);
      }
    },
    stream: () => response.body ?? new Blob([]).stream(),
  };
}
