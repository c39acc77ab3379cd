/** Gives every request an identifier: the client's Audit-Id, or a new one; the answer carries it. */
import type { Filter } from "../exchange.ts";
import { headerOf } from "../http/index.ts";

/** Longer identifiers are not taken over from clients; upstream's limit. */
const maxLength = 64;

/** Sets exchange.requestId and the Audit-Id header. */
export function requestId(): Filter {
  return (next) => async (exchange) => {
    const given = headerOf(exchange.request.headers, "audit-id");
    exchange.requestId = given !== "" && given.length <= maxLength ? given : exchange.random.uuid();
    const response = await next(exchange);
    response.headers["audit-id"] = exchange.requestId;
    return response;
  };
}
