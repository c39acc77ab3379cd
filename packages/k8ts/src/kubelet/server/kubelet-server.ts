/** The kubelet's HTTPS server: sockets, TLS, and the table of paths. */
import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock, Logger, Metrics } from "@k8ts/api";
import type { Client } from "@k8ts/client";
import type { Component } from "../../component.ts";
import type { LogStore } from "../logs/index.ts";
import { RuntimeError, type ContainerRuntime } from "../runtimes/runtime.ts";
import { refuseUpgrade } from "../streaming/index.ts";
import { KubeletAuth, Refused } from "./auth.ts";
import { ContainerExits } from "./container-exits.ts";
import { serveContainerLogs } from "./container-logs.ts";
import { sendJson, sendText, type Exchange, type ServerContext } from "./exchange.ts";
import { boundPods, runningPods } from "./pod-lists.ts";
import type { KubeletServerSource } from "./source.ts";
import { serveAttach, serveExec, serveForward, serveRun, type UpgradeExchange } from "./streaming-handlers.ts";
import { UsageRates } from "./usage-rates.ts";
import { resourceMetrics, summary } from "./usage.ts";

/** A command of exec stands in the request line, and may be long; as Go's servers take it. */
const maxHeaderBytes = 1024 * 1024;

/** A serving certificate, and who signs clients' certificates; PEM. */
export interface KubeletServerTls {
  readonly cert: string;
  readonly key: string;
  /** The cluster's CA. */
  readonly clientCa: string;
}

/** What the server is handed. */
export interface KubeletServerOptions {
  readonly runtime: ContainerRuntime;
  readonly source: KubeletServerSource;
  /** Where the runtime's containers log: fileLogs, or a simulated runtime's own. */
  readonly logs: LogStore;
  readonly tls: KubeletServerTls;
  /** With which TokenReviews and SubjectAccessReviews are made. */
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The text of /metrics. */
  readonly metricsText: () => Promise<{ text: string; contentType: string }>;
  /** Default: all addresses. */
  readonly address?: string;
  /** 0: any free one. */
  readonly port: number;
}

/** The kubelet's server; `port` is the one it listens on, once started. */
export interface KubeletServer extends Component {
  readonly port: number;
  /** Serves new connections with another certificate. */
  setTls(tls: KubeletServerTls): void;
}

/** Makes the server; it listens from `start` to `stop`. */
export function createKubeletServer(options: KubeletServerOptions): KubeletServer {
  return new HttpsKubeletServer(options);
}

type Handler = (context: ServerContext, exchange: Exchange) => Promise<void> | void;
type UpgradeHandler = (context: ServerContext, exchange: UpgradeExchange) => Promise<void>;

const json =
  (body: (context: ServerContext) => unknown): Handler =>
  async (context, { response }) =>
    sendJson(response, await body(context));

/** Plain requests, by method and first segments. */
const handlers: Readonly<Record<string, Handler>> = {
  "GET /containerLogs": serveContainerLogs,
  "GET /pods": json(boundPods),
  "GET /runningpods": json(runningPods),
  "GET /stats/summary": json(summary),
  "GET /metrics/resource": async (context, { response }) =>
    sendText(response, 200, await resourceMetrics(context), "text/plain; version=0.0.4; charset=utf-8"),
  "GET /metrics": async (context, { response }) => {
    const { text, contentType } = await context.metricsText();
    sendText(response, 200, text, contentType);
  },
  "GET /healthz": healthz,
  "POST /run": serveRun,
};

/** Requests that leave HTTP. */
const upgradeHandlers: Readonly<Record<string, UpgradeHandler>> = {
  exec: serveExec,
  attach: serveAttach,
  portForward: serveForward,
};

/** Checks that /healthz/NAME can be asked for by themselves. */
const healthChecks = ["ping", "log", "syncloop"];

function healthz({ source }: ServerContext, { response, segments }: Exchange): void {
  const check = segments[1];
  if (check !== undefined && !healthChecks.includes(check)) throw new Refused(404, "404 page not found");
  const problem = check === undefined || check === "syncloop" ? source.unhealthy() : undefined;
  if (problem === undefined) sendText(response, 200, "ok");
  else sendText(response, 500, `internal server error: ${problem}\n`);
}

class HttpsKubeletServer implements KubeletServer {
  readonly name = "kubelet-server";
  readonly #options: KubeletServerOptions;
  readonly #auth: KubeletAuth;
  readonly #context: ServerContext;
  readonly #upgraded = new Set<Duplex>();
  #server: (Server & { setSecureContext(options: object): void }) | undefined;
  #port: number;

  constructor(options: KubeletServerOptions) {
    const { runtime, source, logs, clock, logger, client, metricsText } = options;
    this.#options = options;
    this.#port = options.port;
    this.#auth = new KubeletAuth(client, clock, source.nodeName);
    const exits = new ContainerExits(runtime);
    this.#context = { runtime, source, logs, exits, rates: new UsageRates(), clock, logger, metricsText };
  }

  get port(): number {
    return this.#port;
  }

  setTls(tls: KubeletServerTls): void {
    this.#server?.setSecureContext({ cert: tls.cert, key: tls.key, ca: tls.clientCa });
  }

  async start(): Promise<void> {
    const { createServer } = await import("node:https");
    const { cert, key, clientCa } = this.#options.tls;
    // A client without a certificate may still show a token.
    const tls = {
      cert,
      key,
      ca: clientCa,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.2" as const,
    };
    // Keep-alive finds the clients of long streams that went without a word.
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000, noDelay: true };
    const server = createServer({ ...tls, ...keepAlive, maxHeaderSize: maxHeaderBytes, ALPNProtocols: ["http/1.1"] });
    server.on("request", (request, response) => void this.#serve(request, response));
    server.on("upgrade", (request, socket, head) => void this.#upgrade({ request, socket, head }));
    server.on("clientError", (_error, socket) => {
      if (socket.writable) refuseUpgrade(socket, 400, "Bad Request");
    });
    server.listen(this.#options.port, this.#options.address);
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#options.logger.info("Serving the kubelet's API", { port: this.#port });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, "close");
    server.close();
    this.#context.exits.close();
    server.closeAllConnections();
    for (const socket of this.#upgraded) socket.destroy();
    await closed;
  }

  #observe(method: string, path: string): () => void {
    const { clock, metrics } = this.#options;
    const start = clock.monotonic();
    const labels = [method, path, "readwrite"];
    const names = ["method", "path", "server_type"];
    metrics
      .counter("kubelet_http_requests_total", "Number of the http requests received since the server started", [
        ...names,
        "long_running",
      ])
      .add(1, ...labels, String(path === "exec" || path === "attach" || path === "portForward"));
    const inflight = metrics.gauge("kubelet_http_inflight_requests", "Number of the inflight http requests", names);
    inflight.add(1, ...labels);
    return () => {
      inflight.add(-1, ...labels);
      const duration = metrics.histogram(
        "kubelet_http_requests_duration_seconds",
        "Duration in seconds to serve http requests",
        names,
      );
      duration.observe((clock.monotonic() - start) / 1000, ...labels);
    };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { path, segments, query } = parseTarget(request);
      const done = this.#observe(request.method ?? "", bucket(segments));
      response.once("close", done);
      await this.#auth.admit(request, path);
      const handler = findHandler(request.method ?? "", segments);
      await handler(this.#context, { request, response, segments, query });
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendText(response, statusOf(error), errorText(error), "text/plain; charset=utf-8");
      this.#log(error);
    }
  }

  async #upgrade(upgrade: { request: IncomingMessage; socket: Duplex; head: Buffer }): Promise<void> {
    const { request, socket } = upgrade;
    this.#upgraded.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => this.#upgraded.delete(socket));
    try {
      const { path, segments, query } = parseTarget(request);
      const done = this.#observe(request.method ?? "", bucket(segments));
      socket.once("close", done);
      await this.#auth.admit(request, path);
      const handler = Object.hasOwn(upgradeHandlers, segments[0] ?? "") ? upgradeHandlers[segments[0]!] : undefined;
      if (handler === undefined) throw new Refused(404, "404 page not found");
      await handler(this.#context, { ...upgrade, segments, query });
    } catch (error) {
      refuseUpgrade(socket, statusOf(error), errorText(error));
      this.#log(error);
    }
  }

  #log(error: unknown): void {
    if (!(error instanceof Refused)) this.#options.logger.error("A request failed", { error: String(error) });
  }
}

/** What metrics call a request by: its first segment, two for metrics; anything unknown is one bucket. */
function bucket(segments: readonly string[]): string {
  const [first = "", second] = segments;
  if (first === "metrics" && second === "resource") return "metrics/resource";
  const known =
    Object.hasOwn(upgradeHandlers, first) || Object.keys(handlers).some((each) => each.split("/")[1] === first);
  return known ? first : "other";
}

function findHandler(method: string, segments: readonly string[]): Handler {
  const [first = "", second] = segments;
  if (Object.hasOwn(upgradeHandlers, first)) throw new Refused(400, "Upgrade request required");
  const read = method === "HEAD" ? "GET" : method;
  for (const key of [`${read} /${first}/${second ?? ""}`, `${read} /${first}`]) {
    const exact = key.endsWith(`/${second ?? ""}`) || second === undefined || deepPaths.has(first);
    if (exact && Object.hasOwn(handlers, key)) return handlers[key]!;
  }
  throw new Refused(404, "404 page not found");
}

/** Paths that go on after their first segment. */
const deepPaths: ReadonlySet<string> = new Set(["containerLogs", "run", "healthz"]);

function parseTarget(request: IncomingMessage): { path: string; segments: string[]; query: URLSearchParams } {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
  try {
    return {
      path,
      segments: path
        .split("/")
        .filter((each) => each !== "")
        .map(decodeURIComponent),
      query,
    };
  } catch {
    throw new Refused(400, "invalid URL escape");
  }
}

/** HTTP statuses of runtime errors, as gRPC's codes map. */
const runtimeStatuses: Readonly<Record<string, number>> = { NOT_FOUND: 404, RESOURCE_EXHAUSTED: 429 };

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status;
  return error instanceof RuntimeError ? (runtimeStatuses[error.code] ?? 500) : 500;
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
