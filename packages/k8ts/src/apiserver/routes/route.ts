/** Paths that are no resource: each a small handler found by its path. */
import type { Exchange } from "../exchange.ts";
import { textResponse, type HttpResponse } from "../http/index.ts";

/** Serves one path, or all paths below one. */
export interface Route {
  /** "/version". */
  readonly path: string;
  /** True where it serves paths below too. */
  readonly below?: boolean;
  /** Throws StatusError, or answers what it likes. */
  handle(exchange: Exchange): HttpResponse | Promise<HttpResponse>;
}

/** Upstream's answer for a path that nobody serves. */
export const pageNotFound = (): HttpResponse => textResponse(404, "404 page not found\n");

/** A response of JSON, indented as upstream's discovery and version are. */
export function jsonResponse(value: unknown, status = 200): HttpResponse {
  return {
    status,
    headers: { "cache-control": "no-cache, private", "content-type": "application/json" },
    body: Buffer.from(`${JSON.stringify(value, null, 2)}`),
  };
}

/** Finds the route of a path: exact ones first, then the longest prefix. */
export class RouteTable {
  readonly #exact = new Map<string, Route>();
  readonly #below: readonly Route[];
  /** Every path, as "/" lists them. */
  readonly paths: readonly string[];

  constructor(routes: readonly Route[], listed: readonly string[] = []) {
    for (const route of routes) this.#exact.set(route.path, route);
    this.#below = routes.filter(({ below }) => below).sort((a, b) => b.path.length - a.path.length);
    this.paths = [...new Set([...this.#exact.keys(), ...listed])].filter((path) => path !== "/").sort();
  }

  find(path: string): Route | undefined {
    const trimmed = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
    const exact = this.#exact.get(trimmed);
    if (exact) return exact;
    return this.#below.find((route) => trimmed.startsWith(`${route.path}/`));
  }
}
