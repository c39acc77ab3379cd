/** GET /metrics/slis: how health checks have come out, for those who measure how often a component is well (KEP-3466). */
import type { Route } from "./route.ts";

/** What is kept of one check on one endpoint. */
interface Outcome {
  readonly name: string;
  readonly endpoint: string;
  well: boolean;
  success: number;
  error: number;
}

/** Counts what health checks have said. As many entries as there are checks, however often they are asked. */
export class HealthRecord {
  readonly #outcomes = new Map<string, Outcome>();

  /** A check of an endpoint ("readyz") was made. */
  note(endpoint: string, name: string, well: boolean): void {
    const key = `${endpoint}/${name}`;
    let outcome = this.#outcomes.get(key);
    if (!outcome) this.#outcomes.set(key, (outcome = { name, endpoint, well, success: 0, error: 0 }));
    outcome.well = well;
    outcome[well ? "success" : "error"]++;
  }

  /** In Prometheus' text format. */
  text(): string {
    const lines = [
      "# HELP kubernetes_healthcheck [STABLE] Whether a health check was passed when it was made last: 1 or 0.",
      "# TYPE kubernetes_healthcheck gauge",
    ];
    for (const { name, endpoint, well } of this.#outcomes.values()) {
      lines.push(`kubernetes_healthcheck{name="${name}",type="${endpoint}"} ${well ? 1 : 0}`);
    }
    lines.push(
      "# HELP kubernetes_healthchecks_total [STABLE] How often a health check came out which way.",
      "# TYPE kubernetes_healthchecks_total counter",
    );
    for (const outcome of this.#outcomes.values()) {
      const { name, endpoint } = outcome;
      for (const status of ["error", "success"] as const) {
        if (outcome[status] === 0) continue;
        const labels = `name="${name}",status="${status}",type="${endpoint}"`;
        lines.push(`kubernetes_healthchecks_total{${labels}} ${outcome[status]}`);
      }
    }
    return `${lines.join("\n")}\n`;
  }
}

/** Serves the record. */
export function slisRoute(record: HealthRecord): Route {
  return {
    path: "/metrics/slis",
    handle: () => ({
      status: 200,
      headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      body: Buffer.from(record.text()),
    }),
  };
}
