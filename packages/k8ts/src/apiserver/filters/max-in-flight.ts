/** Limits how many requests are worked on at once, reads and writes apart; beyond, 429 with Retry-After. */
import type { Metrics } from "@k8ts/api";
import { systemGroups } from "../../auth/index.ts";
import type { Filter } from "../exchange.ts";
import { textResponse } from "../http/index.ts";

/** How many of each kind; 0: no limit. */
export interface InFlightLimits {
  readonly readOnly: number;
  readonly mutating: number;
}

/** Upstream's defaults. */
export const defaultInFlightLimits: InFlightLimits = { readOnly: 400, mutating: 200 };

const readOnlyVerbs: ReadonlySet<string> = new Set(["get", "list", "watch"]);

/** Long-running requests are not counted, and system:masters always get an answer. */
export function maxInFlight(limits: InFlightLimits, metrics: Metrics): Filter {
  const running = { readOnly: 0, mutating: 0 };
  const gauge = metrics.gauge(
    "apiserver_current_inflight_requests",
    "Maximal number of currently used inflight request limit of this apiserver per request kind in last second.",
    ["request_kind"],
  );
  const left = {
    readOnly: () => gauge.set(--running.readOnly, "readOnly"),
    mutating: () => gauge.set(--running.mutating, "mutating"),
  };
  return (exchange) => {
    if (exchange.longRunning) return undefined;
    const kind = readOnlyVerbs.has(exchange.info.verb) ? "readOnly" : "mutating";
    const limit = limits[kind];
    if (limit > 0 && running[kind] >= limit && !exchange.user.groups.includes(systemGroups.masters)) {
      return textResponse(429, "Too many requests, please try again later.", { "retry-after": "1" });
    }
    gauge.set(++running[kind], kind);
    exchange.atEnd(left[kind]);
    return undefined;
  };
}
