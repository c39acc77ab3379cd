/** HTTP/1.1 with keep-alive: for servers that do not offer HTTP/2, and for plain http. */
import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { ConnectionError, type HttpAnswer, type HttpExchange, type HttpRequest } from "../rest/http-exchange.ts";
import { plainHeaders, readableAnswer } from "./readable-answer.ts";
import type { TlsOptions } from "./server-access.ts";

/** TCP finds out about a dead peer by itself, if asked to look (as Go's dialer does). */
const tcpKeepAlive = 30_000;

/** An exchange with the server at `origin`; `tls` where it is an https one. */
export function http1Exchange(origin: URL, tls: TlsOptions | undefined): HttpExchange {
  const options = { keepAlive: true, keepAliveMsecs: tcpKeepAlive };
  const agent = tls ? new HttpsAgent({ ...options, ...tls }) : new HttpAgent(options);
  const start = tls ? httpsRequest : httpRequest;
  return {
    send: (request) =>
      send(request, (headers) => start(new URL(request.path, origin), { agent, method: request.method, headers })),
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

type Start = (headers: Record<string, string | string[]>) => ReturnType<typeof httpRequest>;

function send(request: HttpRequest, start: Start): Promise<HttpAnswer> {
  const { signal, body } = request;
  const length: Record<string, string> =
    body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const outgoing = start({ ...request.headers, ...length });
    const abort = (): void => void outgoing.destroy();
    signal?.addEventListener("abort", abort, { once: true });
    outgoing.once("close", () => signal?.removeEventListener("abort", abort));
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      // A kept-alive connection that the server closed just then: a read may be sent again.
      const stale = outgoing.reusedSocket && error.code === "ECONNRESET" && request.method === "GET";
      reject(new ConnectionError(error, stale));
    });
    outgoing.once("response", (incoming: IncomingMessage) => {
      resolve(readableAnswer(incoming.statusCode ?? 0, plainHeaders(incoming.headers), incoming, signal));
    });
    outgoing.end(body);
  });
}
