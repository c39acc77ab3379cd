/**
 * What every request passes on its way to its handler, in order, each with the reason for its place; and who hears of
 * every answer.
 *
 *     exchange ──> filters, one after the other ──> handler ──> response ──> observers ──> client
 *                     └── throws, or answers itself ───────────────┘
 */
import type { Logger, Metrics, Scheme } from "@k8ts/api";
import type { Authenticator, Authorizer } from "../../auth/index.ts";
import type { Exchange, Filter, Handler, Observer } from "../exchange.ts";
import type { HttpResponse } from "../http/index.ts";
import { authentication } from "./authentication.ts";
import { authorization } from "./authorization.ts";
import { deadline } from "./deadline.ts";
import { impersonation } from "./impersonation.ts";
import type { InFlightRequests } from "./in-flight-requests.ts";
import { maxInFlight, type InFlightLimits } from "./max-in-flight.ts";
import { panicRecovery, type Recover } from "./panic-recovery.ts";
import { requestId } from "./request-id.ts";
import { requestLog } from "./request-log.ts";
import { requestMetrics, type RequestMeter } from "./request-metrics.ts";
import { resolveRequestInfo } from "./resolve-request-info.ts";
import { warnings } from "./warning-headers.ts";

/** What the filters need. */
export interface ChainParts {
  readonly scheme: Scheme;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly meter: RequestMeter;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly limits: InFlightLimits;
  readonly inFlight: InFlightRequests;
}

/** What a request passes, and who hears of its answer. */
export interface Chain {
  readonly filters: readonly Filter[];
  readonly observers: readonly Observer[];
  /** The response for what a filter or the handler threw. */
  readonly recover: Recover;
}

/** The lists. */
export function requestChain(parts: ChainParts): Chain {
  return {
    filters: [
      resolveRequestInfo(), // all below ask what the request is about
      parts.inFlight.filter(), // a stopping server takes nothing new, and waits for what it has
      deadline(), // covers authentication and all work below
      authentication(parts.authenticator, parts.metrics), // who
      maxInFlight(parts.limits, parts.metrics), // needs to know who, and keeps the load off what follows
      impersonation(parts.authorizer), // who really; needs rights of the first who
      authorization(parts.authorizer), // may they
    ],
    observers: [
      warnings(),
      requestId(),
      requestMetrics(parts.meter, parts.scheme),
      requestLog(parts.logger), // last, to see the answer as it goes out
    ],
    recover: panicRecovery(parts.scheme, parts.logger),
  };
}

/** The handler behind the filters: always resolves to a response. */
export function chain({ filters, observers, recover }: Chain, handler: Handler): Handler {
  const work = async (exchange: Exchange): Promise<HttpResponse> => {
    for (const filter of filters) {
      const said = filter(exchange);
      const answer = said instanceof Promise ? await said : said;
      if (answer) return answer;
    }
    return handler(exchange);
  };
  return (exchange) =>
    new Promise((resolve, reject) => {
      let answered = false;
      const answer = (response: HttpResponse): void => {
        // Work that was abandoned may still come to an end: nobody waits for it.
        if (answered) return;
        answered = true;
        for (const observe of observers) observe(exchange, response);
        resolve(response);
      };
      const fail = (error: unknown): void => answer(recover(error, exchange));
      exchange.whenAbandoned = fail;
      work(exchange)
        .then(answer, fail)
        .then(() => exchange.end(), reject);
    });
}
