/**
 * The one registry of a process and the Metrics interface that every room is handed. What the process itself uses
 * (memory, CPU, event loop) is prom-client's, which is loaded when somebody scrapes.
 */
import type { Metrics } from "@k8ts/api";
import type * as Prometheus from "prom-client";
import { HistogramMetric, NumberMetric, type ExposedMetric } from "./metric-series.ts";

/** Metrics with their text for scraping. */
export interface MetricsRegistry extends Metrics {
  /** Exposition text of everything, process metrics included. */
  text(): Promise<string>;
  readonly contentType: string;
}

/** Metrics of this process and of Node, in prom-client's names. */
async function processMetrics(): Promise<{ text(): Promise<string> }> {
  const prometheus = (await import("prom-client")).default as typeof Prometheus;
  const registry = new prometheus.Registry();
  prometheus.collectDefaultMetrics({ register: registry });
  // prom-client counts CPU time from now on; the process has run for a while.
  const { user, system } = process.cpuUsage();
  for (const [name, microseconds] of [
    ["process_cpu_user_seconds_total", user],
    ["process_cpu_system_seconds_total", system],
    ["process_cpu_seconds_total", user + system],
  ] as const) {
    (registry.getSingleMetric(name) as Prometheus.Counter | undefined)?.inc(microseconds / 1e6);
  }
  return { text: () => registry.metrics() };
}

/** Makes the registry of a process. */
export function createMetrics(): MetricsRegistry {
  const metrics = new Map<string, ExposedMetric>();
  let ofProcess: ReturnType<typeof processMetrics> | undefined;
  const once = <T extends ExposedMetric>(name: string, make: () => T): T => {
    const known = metrics.get(name) as T | undefined;
    if (known) return known;
    const metric = make();
    metrics.set(name, metric);
    return metric;
  };
  return {
    counter: (name, help, labels = []) => once(name, () => new NumberMetric({ name, help, labels }, "counter")),
    gauge: (name, help, labels = []) => once(name, () => new NumberMetric({ name, help, labels }, "gauge")),
    histogram: (name, help, labels = [], buckets) =>
      once(name, () => new HistogramMetric({ name, help, labels }, buckets)),
    async text() {
      ofProcess ??= processMetrics();
      const text = await (await ofProcess).text();
      return `${text}${[...metrics.values()].map((metric) => metric.text()).join("")}`;
    },
    contentType: "text/plain; version=0.0.4; charset=utf-8",
  };
}
