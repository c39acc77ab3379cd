/**
 * What load balancers and monitors ask the proxy over HTTP: /healthz and /livez of the proxy itself, and one port per
 * Service with externalTrafficPolicy Local that says whether this node has endpoints for it.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, formatTime, type Logger } from "@k8ts/api";

/** What a request is answered. */
interface HealthAnswer {
  readonly healthy: boolean;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Rules that have waited for longer than this are a fault: twice upstream's sync period. */
const healthTimeout = 60_000;

/** How the proxy is. */
export class ProxyHealth {
  readonly #clock: Clock;
  #started = false;
  #pendingSince: number | undefined;
  #lastUpdated: number;
  /** False where the node is going away: load balancers should stop sending traffic here. */
  nodeEligible = true;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastUpdated = clock.now();
  }

  /** A change waits to be applied. */
  queued(): void {
    this.#pendingSince ??= this.#clock.monotonic();
  }

  /** All changes are applied. */
  updated(): void {
    this.#started = true;
    this.#pendingSince = undefined;
    this.#lastUpdated = this.#clock.now();
  }

  /** True where rules are up to date, or not late yet. */
  get live(): boolean {
    if (!this.#started) return false;
    return this.#pendingSince === undefined || this.#clock.monotonic() - this.#pendingSince < healthTimeout;
  }

  /** Answers for /healthz and /livez. */
  answer(path: string): HealthAnswer | undefined {
    if (path !== "/healthz" && path !== "/livez") return undefined;
    const eligible = path === "/livez" || this.nodeEligible;
    const currentTime = formatTime(this.#clock.now());
    const healthy = this.live && eligible;
    const lastUpdated = healthy ? currentTime : formatTime(this.#lastUpdated);
    return {
      healthy,
      body: { lastUpdated, currentTime, ...(path === "/healthz" && { nodeEligible: this.nodeEligible }) },
    };
  }
}

/** A Service that a load balancer asks about. */
export interface ServiceHealth {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
  /** Ready endpoints on this node. */
  readonly localEndpoints: number;
}

/** Opens and closes the servers. */
export class HealthServers {
  readonly #health: ProxyHealth;
  readonly #logger: Logger;
  readonly #services = new Map<string, { state: ServiceHealth; readonly server: Server }>();
  #proxy: Server | undefined;

  constructor(health: ProxyHealth, logger: Logger) {
    this.#health = health;
    this.#logger = logger;
  }

  /** Serves /healthz and /livez; gives the port. Rejects where it is taken. */
  async listen(host: string, port: number): Promise<number> {
    const server = serve((path) => this.#health.answer(path));
    await listening(server, port, host);
    this.#proxy = server;
    return (server.address() as AddressInfo).port;
  }

  /** Takes a Service in, changes what is said of it, or takes it out. `key` is "namespace/name". */
  setService(key: string, state: ServiceHealth | undefined): void {
    const known = this.#services.get(key);
    if (known && known.state.port === state?.port) {
      known.state = state;
      return;
    }
    known?.server.close();
    known?.server.closeAllConnections();
    this.#services.delete(key);
    if (state) this.#open(key, state);
  }

  #open(key: string, state: ServiceHealth): void {
    const server = serve(() => {
      const current = this.#services.get(key)?.state ?? state;
      return serviceAnswer(current, this.#health.live);
    });
    this.#services.set(key, { state, server });
    listening(server, state.port).catch((error: unknown) => {
      this.#logger.error("cannot serve a Service's health check", { service: key, port: state.port, error });
    });
  }

  /** Closes everything. */
  async close(): Promise<void> {
    const servers = [...this.#services.values()].map(({ server }) => server);
    if (this.#proxy) servers.push(this.#proxy);
    this.#services.clear();
    this.#proxy = undefined;
    for (const server of servers) server.closeAllConnections();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

/** Upstream's answer, field for field. */
function serviceAnswer({ namespace, name, localEndpoints }: ServiceHealth, serviceProxyHealthy: boolean): HealthAnswer {
  return {
    healthy: localEndpoints > 0 && serviceProxyHealthy,
    headers: { "x-load-balancing-endpoint-weight": String(localEndpoints) },
    body: { service: { namespace, name }, localEndpoints, serviceProxyHealthy },
  };
}

function serve(answer: (path: string) => HealthAnswer | undefined): Server {
  return createServer((request, response) => {
    const found = answer((request.url ?? "/").split("?")[0]!);
    request.resume();
    if (!found) {
      response.writeHead(404, { "content-type": "text/plain; charset=utf-8" }).end("404 page not found\n");
      return;
    }
    const headers = { "content-type": "application/json", "x-content-type-options": "nosniff", ...found.headers };
    response.writeHead(found.healthy ? 200 : 503, headers).end(JSON.stringify(found.body));
  });
}

function listening(server: Server, port: number, host?: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off("error", reject);
      server.on("error", () => undefined);
      server.unref();
      resolve();
    });
  });
}
