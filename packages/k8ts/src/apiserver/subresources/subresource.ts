/** What a subresource, or a resource without storage, looks like to the handler that routes to it. */
import type { Exchange } from "../exchange.ts";
import type { HttpResponse } from "../http/index.ts";
import type { ResourceCall, Verb } from "../resource-call.ts";

/** Served below one resource. Either has verbs on objects, or takes the whole exchange (logs, streams, proxies). */
export interface Subresource {
  readonly verbs?: Readonly<Record<string, Verb>>;
  connect?(call: ResourceCall, exchange: Exchange): Promise<HttpResponse>;
}

/** A Status that says that it went well. */
export function success(status: number): { type: "object"; status: number; object: object } {
  return {
    type: "object",
    status,
    object: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: status },
  };
}
