/** Discovery (/api, /apis) and OpenAPI (/openapi) as routes; their documents come from discovery.ts and openapi/. */
import type { Scheme } from "@k8ts/api";
import { Discovery } from "../discovery.ts";
import type { Exchange } from "../exchange.ts";
import { headerOf, type HttpResponse } from "../http/index.ts";
import { OpenApi, type Docs, type OpenApiDocument } from "../openapi/index.ts";
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

function openApiResponse(exchange: Exchange, document: OpenApiDocument | undefined, forEver: boolean): HttpResponse {
  if (!document) return pageNotFound();
  const headers: Record<string, string> = { etag: document.etag, vary: "Accept" };
  if (forEver) headers["cache-control"] = "public, immutable";
  const known = header(exchange, "if-none-match").replace(/^W\//, "");
  // kubectl sends the tag without its quotes.
  if (known !== "" && (known === document.etag || `"${known}"` === document.etag)) return { status: 304, headers };
  return { status: 200, headers: { ...headers, "content-type": document.contentType }, body: document.body };
}

/** Makes the routes. Documents are made when they are first asked for. */
export function discoveryRoutes({ scheme, serverAddress, docs }: DiscoveryOptions): DiscoveryRoutes {
  const discovery = new Discovery(scheme, scheme, serverAddress);
  const openApi = new OpenApi(scheme, docs);
  const discover = (exchange: Exchange): HttpResponse => {
    const answer = discovery.answer(exchange.info.path, header(exchange, "accept"), header(exchange, "if-none-match"));
    if (!answer) return pageNotFound();
    const { status, headers, body } = answer;
    return status === 304 ? { status, headers: { ...headers } } : { status, headers: { ...headers }, body };
  };
  const v3 = (exchange: Exchange): HttpResponse => {
    const path = exchange.info.path.slice("/openapi/v3".length).replaceAll(/^\/|\/$/g, "");
    if (path === "") return openApiResponse(exchange, openApi.v3Index(), false);
    const document = openApi.v3(path);
    const hash = exchange.query.first("hash");
    const fresh = document !== undefined && hash === openApi.v3Hash(path);
    return openApiResponse(exchange, document, fresh);
  };
  return {
    routes: [
      { path: "/api", below: true, handle: discover },
      { path: "/apis", below: true, handle: discover },
      { path: "/openapi/v3", below: true, handle: v3 },
      {
        path: "/openapi/v2",
        handle: (exchange) => openApiResponse(exchange, openApi.v2(header(exchange, "accept")), false),
      },
    ],
    listed: groupPaths(scheme),
  };
}
