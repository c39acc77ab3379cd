/** Behind the filters: resources to the resource handler, everything else to its route. */
import type { Handler } from "./exchange.ts";
import type { HttpResponse } from "./http/index.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";
import type { ResourceHandler } from "./resource-handler.ts";
import { jsonResponse, pageNotFound, RouteTable, type Route } from "./routes/route.ts";

/** Routes exchanges. `listed`: paths that "/" names beside the routes' own. */
export function createRouter(resources: ResourceHandler, routes: readonly Route[], listed: readonly string[]): Handler {
  const table = new RouteTable(routes, listed);
  const root = (): HttpResponse => jsonResponse({ paths: table.paths });
  return async (exchange) => {
    const { info, request } = exchange;
    if (info.isResourceRequest) return resources.handle(exchange);
    if (info.path === "/" || info.path === "/index.html") return root();
    const route = table.find(info.path);
    if (!route) return pageNotFound();
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    return route.handle(exchange);
  };
}
