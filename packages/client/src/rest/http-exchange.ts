/** One HTTP request and its answer: what an HTTP transport needs of fetch, node:http2 or node:https. */

/** Request headers; lower-case names, repeated ones as lists. */
export type RequestHeaders = Readonly<Record<string, string | string[]>>;

/** A request; the path includes the query. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: RequestHeaders;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/** An answer whose headers have arrived. Exactly one of `bytes`, `consume` and `stream` is to be called. */
export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The whole body. */
  bytes(): Promise<Uint8Array>;
  /** The body piece by piece; resolves at its end. */
  consume(chunk: (bytes: Uint8Array) => void): Promise<void>;
  stream(): ReadableStream<Uint8Array>;
}

/**
 * Sends requests to one server. Rejects with ConnectionError where no answer came or it broke off, and with the signal's
 * reason where that aborted.
 */
export interface HttpExchange {
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The connection could not be made or was lost. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
  /** True where the server certainly did not process the request: any verb may be sent again. */
  readonly unprocessed: boolean;

  constructor(cause: unknown, unprocessed = false) {
    super(cause instanceof Error ? cause.message || cause.name : String(cause), { cause });
    this.unprocessed = unprocessed;
  }
}
