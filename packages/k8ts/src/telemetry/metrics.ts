/** Prometheus metrics, on prom-client: the one registry of a process and the Metrics interface every room is handed. */
import type { Metrics } from "@k8ts/api";
import type * as Prometheus from "prom-client";

/** Metrics with their text for scraping. */
export interface MetricsRegistry extends Metrics {
  /** Exposition text of everything, process metrics included. */
  text(): Promise<string>;
  readonly contentType: string;
}

type Maker<T> = (name: string, help: string, labels: readonly string[], buckets?: readonly number[]) => T;

const labelled = (names: readonly string[], values: readonly string[]): Record<string, string> => {
  const labels: Record<string, string> = {};
  for (let at = 0; at < names.length; at++) labels[names[at]!] = values[at] ?? "";
  return labels;
};

function once<T>(make: Maker<T>): Maker<T> {
  const made = new Map<string, T>();
  return (name, help, labels, buckets) => {
    let metric = made.get(name);
    if (metric === undefined) made.set(name, (metric = make(name, help, labels, buckets)));
    return metric;
  };
}

/** Makes the registry of a process; loads prom-client, which takes some milliseconds. */
export async function createMetrics(): Promise<MetricsRegistry> {
  const prometheus = (await import("prom-client")).default as typeof Prometheus;
  const registry = new prometheus.Registry();
  const registers = [registry];
  prometheus.collectDefaultMetrics({ register: registry });
  const counter = once((name, help, labels) => {
    const metric = new prometheus.Counter({ name, help, labelNames: [...labels], registers });
    return { add: (amount = 1, ...values: string[]) => metric.inc(labelled(labels, values), amount) };
  });
  const gauge = once((name, help, labels) => {
    const metric = new prometheus.Gauge({ name, help, labelNames: [...labels], registers });
    return {
      set: (value: number, ...values: string[]) => metric.set(labelled(labels, values), value),
      add: (amount: number, ...values: string[]) => metric.inc(labelled(labels, values), amount),
    };
  });
  const histogram = once((name, help, labels, buckets) => {
    const options = { name, help, labelNames: [...labels], registers };
    const metric = new prometheus.Histogram(buckets ? { ...options, buckets: [...buckets] } : options);
    return { observe: (value: number, ...values: string[]) => metric.observe(labelled(labels, values), value) };
  });
  return {
    counter: (name, help, labels = []) => counter(name, help, labels),
    gauge: (name, help, labels = []) => gauge(name, help, labels),
    histogram: (name, help, labels = [], buckets) => histogram(name, help, labels, buckets),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
