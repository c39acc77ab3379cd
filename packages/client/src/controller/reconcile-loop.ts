/** The workers of one controller: take a key, reconcile it, and act on how that went. */
import { type Counter, type Gauge, type Histogram, isConflict, type KubernetesObject, type ObjectKey } from "@k8ts/api";
import { type Controller, type ControllerContext, TerminalError } from "./controller.ts";
import type { WorkQueue } from "./work-queue.ts";

const defaultWorkers = 5;

/** Works a queue until it is shut down. */
export class ReconcileLoop<T extends KubernetesObject> {
  readonly #controller: Controller<T>;
  readonly #context: ControllerContext;
  readonly #queue: WorkQueue;
  readonly #metrics: ReconcileMetrics;
  #workers: Promise<void>[] = [];

  constructor(controller: Controller<T>, context: ControllerContext, queue: WorkQueue) {
    this.#controller = controller;
    this.#context = context;
    this.#queue = queue;
    this.#metrics = reconcileMetrics(context);
  }

  /** Sets the workers to work. */
  start(): void {
    const count = this.#controller.workers ?? defaultWorkers;
    this.#metrics.maxConcurrent.set(count, this.#controller.name);
    this.#workers = Array.from({ length: count }, () => this.#work());
  }

  /** Resolves when every worker has ended. */
  async finished(): Promise<void> {
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    for (;;) {
      const key = await this.#queue.get();
      if (key === undefined) return;
      if (!this.#context.signal.aborted) await this.#reconcile(key);
      this.#queue.done(key);
    }
  }

  async #reconcile(key: string): Promise<void> {
    const { name } = this.#controller;
    const began = this.#context.clock.monotonic();
    this.#metrics.active.add(1, name);
    try {
      const result = await this.#controller.reconcile(objectKey(key), this.#context);
      this.#queue.forget(key);
      if (result?.requeueAfter !== undefined) this.#queue.addAfter(key, result.requeueAfter);
      this.#metrics.total.add(1, name, result?.requeueAfter === undefined ? "success" : "requeue_after");
    } catch (error) {
      this.#failed(key, error);
    } finally {
      this.#metrics.active.add(-1, name);
      this.#metrics.time.observe((this.#context.clock.monotonic() - began) / 1000, name);
    }
  }

  #failed(key: string, error: unknown): void {
    const { name } = this.#controller;
    if (this.#context.signal.aborted) return;
    this.#metrics.total.add(1, name, "error");
    this.#metrics.errors.add(1, name);
    if (error instanceof TerminalError) {
      this.#metrics.terminal.add(1, name);
      this.#queue.forget(key);
      this.#context.logger.error("reconcile failed for good", { key, error });
      return;
    }
    // A conflict only says that the cache was behind: no news.
    if (isConflict(error)) this.#context.logger.debug("reconcile met a newer object; trying again", { key, error });
    else this.#context.logger.error("reconcile failed; trying again", { key, error });
    this.#queue.addRateLimited(key);
  }
}

function objectKey(key: string): ObjectKey {
  const slash = key.indexOf("/");
  return slash < 0 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

interface ReconcileMetrics {
  readonly total: Counter;
  readonly errors: Counter;
  readonly terminal: Counter;
  readonly time: Histogram;
  readonly active: Gauge;
  readonly maxConcurrent: Gauge;
}

const reconcileBuckets = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
];
const longBuckets = [1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60];

/** controller-runtime's metrics, under the same names. */
function reconcileMetrics({ metrics }: ControllerContext): ReconcileMetrics {
  const labels = ["controller"];
  return {
    total: metrics.counter("controller_runtime_reconcile_total", "Total number of reconciliations per controller", [
      "controller",
      "result",
    ]),
    errors: metrics.counter(
      "controller_runtime_reconcile_errors_total",
      "Total number of reconciliation errors per controller",
      labels,
    ),
    terminal: metrics.counter(
      "controller_runtime_terminal_reconcile_errors_total",
      "Total number of terminal reconciliation errors per controller",
      labels,
    ),
    time: metrics.histogram(
      "controller_runtime_reconcile_time_seconds",
      "Length of time per reconciliation per controller",
      labels,
      [...reconcileBuckets, ...longBuckets],
    ),
    active: metrics.gauge(
      "controller_runtime_active_workers",
      "Number of currently used workers per controller",
      labels,
    ),
    maxConcurrent: metrics.gauge(
      "controller_runtime_max_concurrent_reconciles",
      "Maximum number of concurrent reconciles per controller",
      labels,
    ),
  };
}
