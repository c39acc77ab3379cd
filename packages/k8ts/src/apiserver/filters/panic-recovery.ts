/** Whatever is thrown becomes a response, what nobody expected is logged with its stack. */
import { StatusError, type Logger, type Scheme } from "@k8ts/api";
import { errorResponse } from "../error-response.ts";
import type { Exchange } from "../exchange.ts";
import { BodyTooLarge, type HttpResponse } from "../http/index.ts";

/** Makes the response for what was thrown. */
export type Recover = (error: unknown, exchange: Exchange) => HttpResponse;

/** Turns exceptions into Status responses. */
export function panicRecovery(scheme: Scheme, logger: Logger): Recover {
  return (error, exchange) => {
    if (!(error instanceof StatusError) && !(error instanceof BodyTooLarge) && !exchange.request.signal.aborted) {
      logger.error("request handler failed", {
        requestId: exchange.requestId,
        method: exchange.request.method,
        path: exchange.request.path,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    return errorResponse(error, exchange.request.headers, scheme, exchange.query);
  };
}
