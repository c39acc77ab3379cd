/** Parses the request line once for everybody behind: query, verb, resource, names. */
import { badRequest } from "@k8ts/api";
import type { Filter } from "../exchange.ts";
import { Query } from "../query.ts";
import { requestInfo } from "../request-info.ts";

function decodePath(path: string): string {
  if (!path.includes("%")) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(path)}`);
  }
}

/** Sets exchange.query and exchange.info. */
export function resolveRequestInfo(): Filter {
  return (exchange) => {
    const { method, path, query } = exchange.request;
    exchange.query = Query.parse(query);
    exchange.info = requestInfo(method, decodePath(path), exchange.query);
  };
}
