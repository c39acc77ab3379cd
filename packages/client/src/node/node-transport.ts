/** The HTTP transport of node: HTTP/2 over TLS where the server offers it, else HTTP/1.1. */
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { type Clock, realClock } from "@k8ts/api";
import { ConnectionError, type HttpAnswer, type HttpExchange, type HttpRequest } from "../rest/http-exchange.ts";
import { createHttpTransport } from "../rest/http-transport.ts";
import type { Transport } from "../rest/transport.ts";
import { Credentials } from "./credentials.ts";
import { http1Exchange } from "./http1-exchange.ts";
import { Http2Pool } from "./http2-pool.ts";
import { type ServerAccess, type TlsOptions, tlsOptions } from "./server-access.ts";

/** What a node transport may be told. */
export interface NodeTransportOptions {
  readonly clock?: Clock;
  /** Default "k8ts". */
  readonly userAgent?: string;
  /** False: HTTP/1.1 even where the server offers HTTP/2. */
  readonly http2?: boolean;
}

/** A connection that is not made within this is given up (Go's dialer). */
const dialTimeout = 30_000;

/** A transport to one server; nothing is connected before the first request. */
export function createNodeTransport(access: ServerAccess, options: NodeTransportOptions = {}): Transport {
  const clock = options.clock ?? realClock;
  const credentials = new Credentials(access, clock);
  const userAgent = options.userAgent ?? "k8ts";
  return createHttpTransport({
    exchange: new NegotiatedExchange(access, credentials, clock, options.http2 ?? true),
    clock,
    headers: async () => ({ "user-agent": userAgent, ...(await credentials.headers()) }),
    unauthorized: () => credentials.invalidate(),
  });
}

/** Finds out what the server speaks with the first connection, and goes on with that. */
class NegotiatedExchange implements HttpExchange {
  readonly #url: URL;
  readonly #prefix: string;
  readonly #access: ServerAccess;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #http2: boolean;
  #speaking: Promise<HttpExchange> | undefined;
  #closed = false;

  constructor(access: ServerAccess, credentials: Credentials, clock: Clock, http2: boolean) {
    this.#url = new URL(access.server);
    this.#prefix = this.#url.pathname.replace(/\/+$/, "");
    this.#access = access;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#http2 = http2;
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    if (this.#closed) throw new ConnectionError("the transport is closed");
    const exchange = await this.#exchange();
    return await exchange.send(this.#prefix ? { ...request, path: this.#prefix + request.path } : request);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const exchange = await this.#speaking?.catch(() => undefined);
    await exchange?.close();
  }

  #exchange(): Promise<HttpExchange> {
    if (!this.#speaking) {
      const speaking = this.#negotiate();
      this.#speaking = speaking;
      // A server that is not there yet may be there next time.
      speaking.catch(() => {
        if (this.#speaking === speaking) this.#speaking = undefined;
      });
    }
    return this.#speaking;
  }

  async #negotiate(): Promise<HttpExchange> {
    if (this.#url.protocol === "http:") return http1Exchange(this.#url, undefined);
    const tls = async (): Promise<TlsOptions> => tlsOptions(this.#access, await this.#credentials.certificate());
    if (!this.#http2) return http1Exchange(this.#url, await tls());
    const dial = async (): Promise<TLSSocket> => connectTls(this.#url, await tls(), this.#clock);
    const socket = await dial();
    if (socket.alpnProtocol !== "h2") {
      socket.destroy();
      return http1Exchange(this.#url, await tls());
    }
    const pool = new Http2Pool(this.#url.origin, dial, this.#clock);
    pool.adopt(socket);
    return {
      send: (request) => pool.send(request),
      close() {
        pool.close();
        return Promise.resolve();
      },
    };
  }
}

function connectTls(url: URL, tls: TlsOptions, clock: Clock): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ALPNProtocols: ["h2", "http/1.1"],
      ...(isIP(host) === 0 && { servername: host }),
      ...tls,
    });
    const fail = (error: unknown): void => {
      timer.cancel();
      socket.destroy();
      reject(new ConnectionError(error));
    };
    const timer = clock.setTimer(dialTimeout, () => fail(`dial tcp ${url.host}: i/o timeout`));
    socket.once("error", fail);
    socket.once("secureConnect", () => {
      timer.cancel();
      socket.off("error", fail);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
