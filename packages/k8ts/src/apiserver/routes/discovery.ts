/** Discovery (/api, /apis) as routes, with OpenAPI beside it; their documents come from discovery.ts and openapi/. */
import type { Scheme } from "@k8ts/api";
import { Discovery } from "../discovery.ts";
import type { Exchange } from "../exchange.ts";
import { headerOf, type HttpResponse } from "../http/index.ts";
import { OpenApi, type Docs } from "../openapi/index.ts";
import { openApiRoutes } from "./openapi.ts";
import { pageNotFound, type Route } from "./route.ts";

/** What the documents are made of. */
export interface DiscoveryOptions {
  readonly scheme: Scheme;
  /** "192.0.2.1:6443", shown in /api. */
  readonly serverAddress: () => string;
  /** Sentences for `kubectl explain`. */
  readonly docs?: Docs;
}

/** Routes, and the paths below them that "/" lists. */
export interface DiscoveryRoutes {
  readonly routes: readonly Route[];
  readonly listed: readonly string[];
}

const header = (exchange: Exchange, name: string): string => headerOf(exchange.request.headers, name);

function groupPaths(scheme: Scheme): string[] {
  return scheme.groupVersions().flatMap(({ group, version }) => {
    return group === "" ? ["/api", `/api/${version}`] : ["/apis", `/apis/${group}`, `/apis/${group}/${version}`];
  });
}

/** Makes the routes. Documents are made when they are first asked for. */
export function discoveryRoutes({ scheme, serverAddress, docs }: DiscoveryOptions): DiscoveryRoutes {
  const discovery = new Discovery(scheme, scheme, serverAddress);
  const discover = (exchange: Exchange): HttpResponse => {
    const answer = discovery.answer(exchange.info.path, header(exchange, "accept"), header(exchange, "if-none-match"));
    if (!answer) return pageNotFound();
    const { status, headers, body } = answer;
    return status === 304 ? { status, headers: { ...headers } } : { status, headers: { ...headers }, body };
  };
  return {
    routes: [
      { path: "/api", below: true, handle: discover },
      { path: "/apis", below: true, handle: discover },
      ...openApiRoutes(new OpenApi(scheme, docs)),
    ],
    listed: groupPaths(scheme),
  };
}
