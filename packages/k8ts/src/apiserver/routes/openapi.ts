/** OpenAPI as routes: /openapi/v2, /openapi/v3 and the documents of the group/versions below it. */
import type { Exchange } from "../exchange.ts";
import { headerOf, type HttpResponse } from "../http/index.ts";
import type { OpenApi, OpenApiDocument } from "../openapi/index.ts";
import { pageNotFound, type Route } from "./route.ts";

const root = "/openapi/v3";
const dayMilliseconds = 24 * 3600_000;

function response(exchange: Exchange, document: OpenApiDocument, more: Record<string, string> = {}): HttpResponse {
  const headers: Record<string, string> = { etag: document.etag, vary: "Accept", ...more };
  const known = headerOf(exchange.request.headers, "if-none-match").replace(/^W\//, "");
  // kubectl sends the tag without its quotes.
  if (known !== "" && (known === document.etag || `"${known}"` === document.etag)) return { status: 304, headers };
  return { status: 200, headers: { ...headers, "content-type": document.contentType }, body: document.body };
}

/** A document that is named by its hash never changes: clients may keep it. One year is what HTTP allows. */
function forEver({ clock }: Exchange): Record<string, string> {
  const expires = new Date(clock.now() + 365 * dayMilliseconds).toUTCString();
  return { "cache-control": "public, immutable", expires };
}

function groupVersion(openApi: OpenApi, exchange: Exchange): HttpResponse {
  const path = exchange.info.path.slice(root.length).replaceAll(/^\/|\/$/g, "");
  if (path === "") return response(exchange, openApi.v3Index());
  const hash = openApi.v3Hash(path);
  if (hash === undefined) return pageNotFound();
  const asked = exchange.query.first("hash");
  if (asked && asked !== hash) {
    return { status: 301, headers: { location: `${root}/${path}?hash=${hash}`, vary: "Accept" } };
  }
  return response(exchange, openApi.v3(path)!, asked ? forEver(exchange) : {});
}

/** The routes over a scheme's documents, which are made when they are first asked for. */
export function openApiRoutes(openApi: OpenApi): readonly Route[] {
  return [
    { path: root, below: true, handle: (exchange) => groupVersion(openApi, exchange) },
    {
      path: "/openapi/v2",
      handle: (exchange) => response(exchange, openApi.v2(headerOf(exchange.request.headers, "accept"))),
    },
  ];
}
