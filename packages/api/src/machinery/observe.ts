/** What rooms are handed to log and to count: interfaces only, so that browser code and tests need no library. */

/** Facts beside a log message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A structured logger; `child` adds fields to every line. Levels as in klog: error, warn, info, debug. */
export interface Logger {
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  child(fields: LogFields): Logger;
}

/** Label values of one sample, in the metric's label order. */
export type MetricLabels = readonly string[];

/** A number that only rises. */
export interface Counter {
  add(amount?: number, ...labels: MetricLabels): void;
}

/** A number that rises and falls. */
export interface Gauge {
  set(value: number, ...labels: MetricLabels): void;
  add(amount: number, ...labels: MetricLabels): void;
}

/** A distribution; observe seconds or bytes, as the name says. */
export interface Histogram {
  observe(value: number, ...labels: MetricLabels): void;
}

/** Makes metrics; asking twice for a name gives the same metric. */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
}

const nothing = (): void => {};

/** A logger that says nothing. */
export const silentLogger: Logger = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  child: () => silentLogger,
};

/** Metrics that keep nothing. */
export const noMetrics: Metrics = {
  counter: () => ({ add: nothing }),
  gauge: () => ({ set: nothing, add: nothing }),
  histogram: () => ({ observe: nothing }),
};
