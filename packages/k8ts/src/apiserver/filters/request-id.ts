/** Every answer carries its request's identifier. */
import type { Observer } from "../exchange.ts";

/** Sets the Audit-Id header. */
export function requestId(): Observer {
  return (exchange, response) => {
    response.headers["audit-id"] = exchange.requestId;
  };
}
