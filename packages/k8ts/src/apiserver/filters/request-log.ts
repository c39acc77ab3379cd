/** One structured line for every request: at info where it failed or was slow, else at debug. */
import type { Logger } from "@k8ts/api";
import type { Observer } from "../exchange.ts";
import { headerOf } from "../http/index.ts";

/** Slower requests are worth a line, as upstream's traces are. */
const slowMilliseconds = 500;

/** Logs when the answer is known; for streams that is when they begin. */
export function requestLog(logger: Logger): Observer {
  return (exchange, response) => {
    const milliseconds = exchange.clock.monotonic() - exchange.received;
    const slow = milliseconds >= slowMilliseconds && !exchange.longRunning;
    const failed = response.status >= 500 || response.status === 429;
    const level = failed || slow ? "info" : "debug";
    logger[level]("HTTP", {
      requestId: exchange.requestId,
      verb: exchange.info.verb,
      uri: exchange.request.query === "" ? exchange.request.path : `${exchange.request.path}?${exchange.request.query}`,
      protocol: exchange.request.protocol,
      userAgent: headerOf(exchange.request.headers, "user-agent"),
      peer: exchange.request.peer.address,
      user: exchange.user.name,
      status: response.status,
      milliseconds: Math.round(milliseconds * 100) / 100,
    });
  };
}
