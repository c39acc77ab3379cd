/** Ends requests that take too long: a minute, or less where the client says so with `?timeout=`. */
import { badRequest, timeout } from "@k8ts/api";
import type { Filter } from "../exchange.ts";

/** Upstream's --request-timeout. */
export const requestTimeoutMilliseconds = 60_000;

const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a Go duration such as "1m30s"; NaN where it is none. */
export function goDuration(text: string): number {
  if (text === "0") return 0;
  if (!/^[+-]?((\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h))+$/.test(text)) return Number.NaN;
  let total = 0;
  for (const [, number, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)) {
    total += Number(number) * units[unit!]!;
  }
  return text.startsWith("-") ? -total : total;
}

function timeoutOf(text: string | undefined): number {
  if (!text) return requestTimeoutMilliseconds;
  const asked = goDuration(text);
  if (Number.isNaN(asked)) {
    throw badRequest(`invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(text)}`);
  }
  return asked > 0 ? Math.min(asked, requestTimeoutMilliseconds) : requestTimeoutMilliseconds;
}

/** Answers 504 at the deadline and aborts exchange.signal, so that the work stops too. */
export function deadline(): Filter {
  return (exchange) => {
    if (exchange.longRunning) return;
    const timer = exchange.clock.setTimer(timeoutOf(exchange.query.first("timeout")), () =>
      exchange.abandon(timeout("request did not complete within the allotted timeout")),
    );
    exchange.atEnd(() => timer.cancel());
  };
}
