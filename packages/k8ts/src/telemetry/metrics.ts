/**
 * The one registry of a process, on prom-client, and the Metrics interface that every room is handed. A series is looked
 * up by one string and kept as prom-client's own child, so that counting builds no label objects.
 */
import type { Metrics } from "@k8ts/api";
import prometheus from "prom-client";

/** Metrics with their text for scraping. */
export interface MetricsRegistry extends Metrics {
  /** Exposition text of everything, process metrics included. */
  text(): Promise<string>;
  readonly contentType: string;
}

type Maker<T> = (name: string, help: string, labels: readonly string[], buckets?: readonly number[]) => T;

/** The same metric for the same name. */
function once<T>(make: Maker<T>): Maker<T> {
  const made = new Map<string, T>();
  return (name, help, labels, buckets) => {
    let metric = made.get(name);
    if (metric === undefined) made.set(name, (metric = make(name, help, labels, buckets)));
    return metric;
  };
}

/** Children by their label values; a metric without labels is its own child. */
function children<T>(
  metric: { labels(...values: string[]): T },
  labels: readonly string[],
): (values: readonly string[]) => T {
  const known = new Map<string, T>();
  return (values) => {
    const key = values.length === 1 ? values[0]! : values.join("\0");
    let child = known.get(key);
    if (child === undefined) {
      child =
        labels.length === 0 ? (metric as unknown as T) : metric.labels(...labels.map((_, at) => values[at] ?? ""));
      known.set(key, child);
    }
    return child;
  };
}

/** prom-client counts CPU time from when it is asked to; the process has run for a while. */
function addCpuSoFar(registry: prometheus.Registry): void {
  const { user, system } = process.cpuUsage();
  const used = { user, system, "": user + system };
  for (const [kind, microseconds] of Object.entries(used)) {
    const name = kind === "" ? "process_cpu_seconds_total" : `process_cpu_${kind}_seconds_total`;
    (registry.getSingleMetric(name) as prometheus.Counter | undefined)?.inc(microseconds / 1e6);
  }
}

/** Makes the registry of a process. Process metrics are collected from the first scrape on. */
export function createMetrics(): MetricsRegistry {
  const registry = new prometheus.Registry();
  const registers = [registry];
  let ofProcess = false;
  const counter = once((name, help, labels) => {
    const child = children(new prometheus.Counter({ name, help, labelNames: [...labels], registers }), labels);
    return { add: (amount = 1, ...values: string[]) => child(values).inc(amount) };
  });
  const gauge = once((name, help, labels) => {
    const child = children(new prometheus.Gauge({ name, help, labelNames: [...labels], registers }), labels);
    return {
      set: (value: number, ...values: string[]) => child(values).set(value),
      add: (amount: number, ...values: string[]) => child(values).inc(amount),
    };
  });
  const histogram = once((name, help, labels, buckets) => {
    const options = { name, help, labelNames: [...labels], registers, ...(buckets && { buckets: [...buckets] }) };
    const child = children(new prometheus.Histogram(options), labels);
    return { observe: (value: number, ...values: string[]) => child(values).observe(value) };
  });
  return {
    counter: (name, help, labels = []) => counter(name, help, labels),
    gauge: (name, help, labels = []) => gauge(name, help, labels),
    histogram: (name, help, labels = [], buckets) => histogram(name, help, labels, buckets),
    async text() {
      if (!ofProcess) {
        ofProcess = true;
        prometheus.collectDefaultMetrics({ register: registry });
        addCpuSoFar(registry);
      }
      return registry.metrics();
    },
    contentType: registry.contentType,
  };
}
