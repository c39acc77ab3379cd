/** /healthz, /livez and /readyz: each a list of checks, one path per check, details with ?verbose, ?exclude= to leave some out. */
import type { Logger } from "@k8ts/api";
import { textResponse, type HttpResponse } from "../http/index.ts";
import type { Exchange } from "../exchange.ts";
import type { HealthRecord } from "./health-record.ts";
import { pageNotFound, type Route } from "./route.ts";

/** One thing to check. */
export interface HealthCheck {
  /** "etcd", "poststarthook/rbac/bootstrap-roles". */
  readonly name: string;
  /** Undefined where all is well, else why not. Must answer fast: it is asked often. */
  check(): string | undefined | Promise<string | undefined>;
}

/** Always well: that it answers is the check. */
export const ping: HealthCheck = { name: "ping", check: () => undefined };

/** Where checks leave their traces. */
export interface HealthParts {
  readonly logger: Logger;
  readonly record: HealthRecord;
}

async function report(
  name: string,
  checks: readonly HealthCheck[],
  exchange: Exchange,
  { logger, record }: HealthParts,
): Promise<HttpResponse> {
  const excluded = new Set(exchange.query.all("exclude"));
  const lines: string[] = [];
  const failed: string[] = [];
  for (const { name: checkName, check } of checks) {
    if (excluded.delete(checkName)) {
      lines.push(`[+]${checkName} excluded: ok`);
      continue;
    }
    const fault = await check();
    record.note(name, checkName, fault === undefined);
    lines.push(fault === undefined ? `[+]${checkName} ok` : `[-]${checkName} failed: reason withheld`);
    if (fault !== undefined) failed.push(`${checkName}: ${fault}`);
  }
  if (excluded.size > 0) {
    const unknown = [...excluded].map((one) => JSON.stringify(one)).join(",");
    lines.push(`warn: some health checks cannot be excluded: no matches for ${unknown}`);
  }
  if (failed.length > 0) {
    logger.info("health check failed", { endpoint: name, failed });
    return textResponse(500, `${lines.join("\n")}\n${name} check failed\n`);
  }
  if (exchange.query.first("verbose") === undefined) return textResponse(200, "ok");
  return textResponse(200, `${lines.join("\n")}\n${name} check passed\n`);
}

async function single(checks: readonly HealthCheck[], name: string): Promise<HttpResponse> {
  const found = checks.find((check) => check.name === name);
  if (!found) return pageNotFound();
  const fault = await found.check();
  return fault === undefined ? textResponse(200, "ok") : textResponse(500, `internal server error: ${fault}\n`);
}

/** The route of one endpoint ("readyz") and the paths of its checks. */
export function healthRoute(name: string, checks: readonly HealthCheck[], parts: HealthParts): Route {
  return {
    path: `/${name}`,
    below: true,
    handle(exchange) {
      const inner = exchange.info.path.slice(name.length + 2).replace(/\/$/, "");
      return inner === "" ? report(name, checks, exchange, parts) : single(checks, inner);
    },
  };
}
