/** GET /metrics. */
import type { Route } from "./route.ts";

/** What exposes metrics in Prometheus' text format. */
export interface MetricsText {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Serves what `source` has counted. */
export function metricsRoute(source: MetricsText): Route {
  return {
    path: "/metrics",
    handle: async () => ({
      status: 200,
      headers: { "content-type": source.contentType },
      body: Buffer.from(await source.text()),
    }),
  };
}
