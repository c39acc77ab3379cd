/** The filters around every request, from the outside in, each with the reason for its place. */
import type { Logger, Metrics, Scheme } from "@k8ts/api";
import type { Authenticator, Authorizer } from "../../auth/index.ts";
import type { Filter, Handler } from "../exchange.ts";
import { authentication } from "./authentication.ts";
import { authorization } from "./authorization.ts";
import { deadline } from "./deadline.ts";
import { impersonation } from "./impersonation.ts";
import type { InFlightRequests } from "./in-flight-requests.ts";
import { maxInFlight, type InFlightLimits } from "./max-in-flight.ts";
import { panicRecovery } from "./panic-recovery.ts";
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

/** The list. */
export function filters(parts: ChainParts): readonly Filter[] {
  return [
    requestId(), // first, so that every answer and log line has it
    requestLog(parts.logger), // sees every answer, failed ones too
    requestMetrics(parts.meter), // the same
    warnings(), // adds to failed answers as well: outside the recovery
    panicRecovery(parts.scheme, parts.logger), // from here on filters and handlers may throw
    resolveRequestInfo(), // all below ask what the request is about
    parts.inFlight.filter(), // a stopping server takes nothing new, and waits for what it has
    deadline(), // covers authentication and all work below
    authentication(parts.authenticator, parts.metrics), // who
    maxInFlight(parts.limits, parts.metrics), // needs to know who, and keeps the load off what follows
    impersonation(parts.authorizer), // who really; needs rights of the first who
    authorization(parts.authorizer), // may they
  ];
}

/** Wraps `handler` into the filters. */
export function chain(list: readonly Filter[], handler: Handler): Handler {
  return list.reduceRight((next, filter) => filter(next), handler);
}
