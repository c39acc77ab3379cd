/**
 * Requests and responses as every handler sees them, whatever carries them: HTTP/2 streams, HTTP/1.1, or a test.
 * Method, path and headers come in; status, headers and runs of bytes go out.
 */
import type { Duplex } from "node:stream";

/** What is known of the peer of a connection; read once per connection, because reading a certificate costs 16–32 µs. */
export interface Peer {
  /** "192.0.2.7". */
  readonly address: string;
  /** Absent where the client sent no certificate. */
  readonly certificate?: PeerCertificate;
}

/** The client certificate of a TLS connection. */
export interface PeerCertificate {
  /** True where the certificate chains up to the cluster's client CA and was valid at the handshake. */
  readonly trusted: boolean;
  /** Why not, in OpenSSL's words. */
  readonly fault?: string;
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Milliseconds since the epoch; checked on every request, because connections outlive certificates. */
  readonly notAfter: number;
  /** SHA-256 of the DER bytes in hexadecimal, lower case. */
  readonly fingerprint: string;
}

/** Header fields of a request, names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Header fields of a response, names in lower case. */
export type ResponseHeaders = Record<string, string | string[]>;

/** One request. */
export interface HttpRequest {
  readonly method: string;
  /** As sent: percent-encoded, without the query. */
  readonly path: string;
  /** As sent, without the question mark; "" where there is none. */
  readonly query: string;
  readonly headers: RequestHeaders;
  readonly protocol: "HTTP/1.1" | "HTTP/2.0";
  readonly peer: Peer;
  /** Aborts when the client goes away before the response is complete. Made on first use. */
  readonly signal: AbortSignal;
  /** The whole body. Throws BodyTooLarge beyond `limit` bytes, and whatever broke the connection. */
  readBody(limit: number): Promise<Uint8Array>;
  /** The body as it arrives, for proxying; use either this or readBody. */
  readonly bodyChunks: AsyncIterable<Uint8Array>;
  /** True where the client asks to leave HTTP on this connection (exec, attach, port-forward, proxied WebSockets). */
  readonly upgradable: boolean;
}

/** The body of a request is larger than its reader takes. */
export class BodyTooLarge extends Error {
  readonly limit: number;

  constructor(limit: number) {
    super(`limit is ${limit}`);
    this.name = "BodyTooLarge";
    this.limit = limit;
  }
}

/** Where a streamed body goes. Calls after `end` or `fail`, or after the client left, do nothing. */
export interface ByteSink {
  /** False: more is buffered than the connection takes at once; best wait for `onDrain`. */
  write(bytes: Uint8Array): boolean;
  /** Bytes handed over and not yet sent. */
  readonly pending: number;
  onDrain(call: () => void): void;
  /** Called once, when the client left or the response ended. */
  onClose(call: () => void): void;
  end(): void;
  /** Cuts the response off, so that the client sees that it is incomplete. */
  fail(): void;
}

/** A body of unknown length that somebody writes piece by piece. */
export interface StreamBody {
  /** Called once, after the status and headers went out. */
  stream(sink: ByteSink): void;
}

/** A body in memory: pieces that go out one after the other without being copied together. */
export interface RunsBody {
  /** Bytes in all, where known; else the body goes out chunked. */
  readonly length?: number;
  /** Pulled as the connection takes them. */
  readonly runs: Iterable<Uint8Array>;
}

/** One response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly body?: Uint8Array | RunsBody | StreamBody;
  /**
   * Set for a successful upgrade: status and headers are ignored, and whoever answers owns the connection's bytes,
   * `head` being those that already came after the request.
   */
  readonly takeOver?: (connection: Duplex, head: Uint8Array) => void;
}

/** A server is a function. It never throws: what fails is a response too. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** The first value of a header, or "". */
export function headerOf(headers: RequestHeaders, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : (value?.[0] ?? "");
}

/** A response of plain text. */
export function textResponse(status: number, text: string, headers: ResponseHeaders = {}): HttpResponse {
  return {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", ...headers },
    body: Buffer.from(text),
  };
}
