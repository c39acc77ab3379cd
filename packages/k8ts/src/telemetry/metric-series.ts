/**
 * Counting, made cheap: a request is counted under a dozen labels, so a series is found by one string and adding to it
 * is an addition. What it amounts to in Prometheus' text format is worked out when somebody scrapes.
 */
import type { Counter, Gauge, Histogram } from "@k8ts/api";

/** A metric that can be written out. */
export interface ExposedMetric {
  /** Its lines, HELP and TYPE included. */
  text(): string;
}

/** What every metric has. */
export interface MetricInfo {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Prometheus' own default buckets, in seconds. */
export const defaultBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", '"': '\\"' };
const escaped = (text: string): string => text.replaceAll(/[\\\n"]/g, (character) => escapes[character]!);

function head({ name, help }: MetricInfo, type: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

const shown = (value: number): string => (value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value));

/** `{a="x",b="y"}`, or nothing where there are no labels. */
function labelText(names: readonly string[], values: readonly string[], last = ""): string {
  const pairs = names.map((name, at) => `${name}="${escaped(values[at] ?? "")}"`);
  if (last !== "") pairs.push(last);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

const keyOf = (values: readonly string[]): string =>
  values.length === 1 ? values[0]! : values.length === 0 ? "" : values.join("\0");

/** The series of one metric by their label values. */
class SeriesMap<T extends object> {
  readonly #series = new Map<string, T & { readonly values: readonly string[] }>();
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  of(values: readonly string[]): T {
    const key = keyOf(values);
    let series = this.#series.get(key);
    if (!series) {
      series = Object.assign(this.#make(), { values });
      this.#series.set(key, series);
    }
    return series;
  }

  [Symbol.iterator](): IterableIterator<T & { readonly values: readonly string[] }> {
    return this.#series.values();
  }
}

/** A counter or a gauge: one number a series. */
export class NumberMetric implements Counter, Gauge, ExposedMetric {
  readonly #info: MetricInfo;
  readonly #type: "counter" | "gauge";
  readonly #series = new SeriesMap(() => ({ value: 0 }));

  constructor(info: MetricInfo, type: "counter" | "gauge") {
    this.#info = info;
    this.#type = type;
    // Without labels there is one series, and it is there from the start.
    if (info.labels.length === 0) this.#series.of([]);
  }

  add(amount = 1, ...values: readonly string[]): void {
    this.#series.of(values).value += amount;
  }

  set(value: number, ...values: readonly string[]): void {
    this.#series.of(values).value = value;
  }

  text(): string {
    const { name, labels } = this.#info;
    let text = head(this.#info, this.#type);
    for (const { values, value } of this.#series) text += `${name}${labelText(labels, values)} ${shown(value)}\n`;
    return text;
  }
}

/** A histogram: how many observations were at most each bound, their sum and their count. */
export class HistogramMetric implements Histogram, ExposedMetric {
  readonly #info: MetricInfo;
  readonly #bounds: readonly number[];
  readonly #series: SeriesMap<{ sum: number; count: number; buckets: number[] }>;

  constructor(info: MetricInfo, bounds: readonly number[] = defaultBuckets) {
    this.#info = info;
    this.#bounds = bounds;
    this.#series = new SeriesMap(() => ({ sum: 0, count: 0, buckets: bounds.map(() => 0) }));
    if (info.labels.length === 0) this.#series.of([]);
  }

  observe(value: number, ...values: readonly string[]): void {
    const series = this.#series.of(values);
    series.sum += value;
    series.count++;
    const bounds = this.#bounds;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at++;
    if (at < bounds.length) series.buckets[at]!++;
  }

  text(): string {
    const { name, labels } = this.#info;
    let text = head(this.#info, "histogram");
    for (const { values, sum, count, buckets } of this.#series) {
      let below = 0;
      for (const [at, bound] of this.#bounds.entries()) {
        below += buckets[at]!;
        text += `${name}_bucket${labelText(labels, values, `le="${bound}"`)} ${below}\n`;
      }
      text += `${name}_bucket${labelText(labels, values, 'le="+Inf"')} ${count}\n`;
      text += `${name}_sum${labelText(labels, values)} ${shown(sum)}\n`;
      text += `${name}_count${labelText(labels, values)} ${count}\n`;
    }
    return text;
  }
}
