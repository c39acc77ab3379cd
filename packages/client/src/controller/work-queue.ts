/**
 * Keys waiting for work. A key is in the queue once however often it is added; while one worker has it, adding it again
 * makes it wait until that worker is done, so no two workers ever have the same key. First come, first served.
 */
import type { Clock, Counter, Gauge, Histogram, Metrics } from "@k8ts/api";
import { defaultRateLimiter, type RateLimiter } from "./rate-limiter.ts";
import { TimerHeap } from "./timer-heap.ts";

/** What a queue is made of. */
export interface WorkQueueOptions {
  /** The `name` label of its metrics. */
  readonly name: string;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Default: client-go's default controller rate limiter. */
  readonly limiter?: RateLimiter;
}

/** A rate-limited queue of keys. */
export class WorkQueue {
  readonly #limiter: RateLimiter;
  readonly #metrics: QueueMetrics;
  readonly #delayed: TimerHeap;
  readonly #ready = new Fifo<string>();
  readonly #dirty = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #waiting = new Fifo<(key: string | undefined) => void>();
  #shutDown = false;

  constructor(options: WorkQueueOptions) {
    this.#limiter = options.limiter ?? defaultRateLimiter(options.clock);
    this.#metrics = new QueueMetrics(options);
    this.#delayed = new TimerHeap(options.clock, (key) => this.add(key));
  }

  /** How many keys are ready. */
  get length(): number {
    return this.#ready.length;
  }

  /** Makes the key ready now, or again once its worker is done. */
  add(key: string): void {
    if (this.#shutDown || this.#dirty.has(key)) return;
    this.#metrics.added(key);
    this.#dirty.add(key);
    if (!this.#processing.has(key)) this.#offer(key);
  }

  /** Makes the key ready in so many milliseconds, or sooner where it was promised sooner. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#shutDown) return;
    this.#metrics.retried();
    if (milliseconds <= 0) this.add(key);
    else this.#delayed.add(key, milliseconds);
  }

  /** Makes the key ready when the rate limiter allows; counts a failure. */
  addRateLimited(key: string): void {
    this.addAfter(key, this.#limiter.when(key));
  }

  /** The key succeeded: its next failure starts the backoff anew. */
  forget(key: string): void {
    this.#limiter.forget(key);
  }

  /** How often the key has failed since it last succeeded. */
  retries(key: string): number {
    return this.#limiter.retries(key);
  }

  /** The next key, waiting for one; nothing once the queue is shut down and empty. Call `done` afterwards. */
  get(): Promise<string | undefined> {
    const key = this.#ready.shift();
    if (key !== undefined) return Promise.resolve(this.#take(key));
    if (this.#shutDown) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The worker is done with the key. */
  done(key: string): void {
    if (!this.#processing.delete(key)) return;
    this.#metrics.done(key);
    if (this.#dirty.has(key)) this.#offer(key);
  }

  /** Takes no more keys, drops delayed ones; workers get what is ready, then nothing. */
  shutDown(): void {
    this.#shutDown = true;
    this.#delayed.clear();
    for (let waiting = this.#waiting.shift(); waiting; waiting = this.#waiting.shift()) waiting(undefined);
  }

  #offer(key: string): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(this.#take(key));
    else this.#ready.push(key);
  }

  #take(key: string): string {
    this.#metrics.taken(key);
    this.#processing.add(key);
    this.#dirty.delete(key);
    return key;
  }
}

/** A queue whose `shift` costs O(1) however long it is. */
class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

/** 10 ns to 1000 s, in powers of ten: upstream's buckets. */
const buckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

/** The metrics of k8s.io/component-base, under the same names. */
class QueueMetrics {
  readonly #name: string;
  readonly #clock: Clock;
  readonly #depth: Gauge;
  readonly #adds: Counter;
  readonly #retries: Counter;
  readonly #latency: Histogram;
  readonly #work: Histogram;
  readonly #addedAt = new Map<string, number>();
  readonly #takenAt = new Map<string, number>();

  constructor({ name, clock, metrics }: WorkQueueOptions) {
    this.#name = name;
    this.#clock = clock;
    const labels = ["name"];
    this.#depth = metrics.gauge("workqueue_depth", "Current depth of workqueue", labels);
    this.#adds = metrics.counter("workqueue_adds_total", "Total number of adds handled by workqueue", labels);
    this.#retries = metrics.counter("workqueue_retries_total", "Total number of retries handled by workqueue", labels);
    this.#latency = metrics.histogram(
      "workqueue_queue_duration_seconds",
      "How long in seconds an item stays in workqueue before being requested.",
      labels,
      buckets,
    );
    this.#work = metrics.histogram(
      "workqueue_work_duration_seconds",
      "How long in seconds processing an item from workqueue takes.",
      labels,
      buckets,
    );
  }

  added(key: string): void {
    this.#adds.add(1, this.#name);
    this.#depth.add(1, this.#name);
    this.#addedAt.set(key, this.#clock.monotonic());
  }

  retried(): void {
    this.#retries.add(1, this.#name);
  }

  taken(key: string): void {
    const now = this.#clock.monotonic();
    this.#depth.add(-1, this.#name);
    this.#latency.observe((now - (this.#addedAt.get(key) ?? now)) / 1000, this.#name);
    this.#addedAt.delete(key);
    this.#takenAt.set(key, now);
  }

  done(key: string): void {
    const now = this.#clock.monotonic();
    this.#work.observe((now - (this.#takenAt.get(key) ?? now)) / 1000, this.#name);
    this.#takenAt.delete(key);
  }
}
