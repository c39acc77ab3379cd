/** The in-memory API behind real sockets, for tests of HTTP transports: HTTP/1.1 or HTTP/2, with TLS or without. */
import { createServer } from "node:http";
import {
  createSecureServer,
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { notFoundPath, StatusError } from "@k8ts/api";
import type { ResourceRequest, WatchRequest } from "../rest/transport.ts";
import type { MemoryApi } from "./memory-api.ts";
import { parseApiPath } from "./parse-api-path.ts";

/** What is answered before the API is asked; false passes the request on. */
export type Interceptor = (request: Http2ServerRequest, response: Http2ServerResponse) => boolean;

/** How to serve. */
export interface ServeOptions {
  /** PEM; with TLS, HTTP/2 is offered unless `http1` says no. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string; readonly requestCert?: boolean };
  readonly http1?: boolean;
  readonly intercept?: Interceptor;
}

/** A server that runs. */
export interface ServedApi {
  readonly url: string;
  /** Sockets that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** Connections accepted so far. */
  connections(): number;
  stop(): Promise<void>;
}

/** Serves on a free port of 127.0.0.1. */
export async function serveMemoryApi(api: MemoryApi, options: ServeOptions = {}): Promise<ServedApi> {
  const handle = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    if (!options.intercept?.(request, response)) void answer(api, request, response);
  };
  const server = makeServer(options, handle);
  const sockets = new Set<Socket>();
  let accepted = 0;
  server.on("connection", (socket: Socket) => {
    accepted++;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls ? "https" : "http"}://127.0.0.1:${port}`,
    sockets,
    connections: () => accepted,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function makeServer(
  options: ServeOptions,
  handle: (request: Http2ServerRequest, response: Http2ServerResponse) => void,
) {
  const { tls, http1 = false } = options;
  if (tls) {
    const protocols = http1 ? { ALPNProtocols: ["http/1.1"] } : {};
    return createSecureServer({ ...tls, ...protocols, allowHTTP1: true, rejectUnauthorized: false }, handle);
  }
  return http1 ? createServer(handle as never) : createHttp2Server(handle);
}

async function answer(api: MemoryApi, request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const parsed = parseApiPath(request.method, request.url);
    if (!parsed) throw notFoundPath();
    if (parsed.verb === "watch") return await stream(api, parsed, response);
    const text = Buffer.concat(chunks).toString();
    const body = text === "" ? {} : { body: JSON.parse(text) as unknown };
    const result: unknown = await api.request({ ...parsed, ...body } as ResourceRequest);
    respond(response, parsed.verb === "create" ? 201 : 200, result);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    respond(response, error.code, error.status);
  }
}

function respond(response: Http2ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

async function stream(
  api: MemoryApi,
  watch: Omit<WatchRequest, "signal">,
  response: Http2ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const waiting: string[] = [];
  let open = false;
  const write = (frame: unknown): void => {
    const line = `${JSON.stringify(frame)}\n`;
    if (open) response.write(line);
    else waiting.push(line);
  };
  await api.watch(
    { ...watch, signal: gone.signal },
    {
      event: write,
      closed(error) {
        if (error instanceof StatusError) write({ type: "ERROR", object: error.status });
        response.end();
      },
    },
  );
  response.writeHead(200, { "content-type": "application/json" });
  open = true;
  for (const line of waiting) response.write(line);
  (response as { flushHeaders?: () => void }).flushHeaders?.();
}
