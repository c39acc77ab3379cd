/** What the pieces of a cluster are handed, and keeping track of what was started. */
import type { Clock, Logger, Random } from "@k8ts/api";
import type { Component } from "../component.ts";
import type { MetricsRegistry } from "../telemetry/index.ts";

/** What every piece is handed. */
export interface ClusterParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: MetricsRegistry;
}

/** What was started, stopped again in reverse. */
export class Started {
  readonly #logger: Logger;
  readonly #stops: (() => Promise<void>)[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Adds something that runs already. */
  add(stop: () => Promise<void>): void {
    this.#stops.push(stop);
  }

  /** Starts a component; it is stopped with the rest even where its start fails. */
  async start<T extends Component>(component: T): Promise<T> {
    this.add(() => component.stop());
    await component.start();
    return component;
  }

  /** Stops everything; a failure is logged and does not keep the rest from stopping. Safe to call twice. */
  async stop(): Promise<void> {
    for (let stop = this.#stops.pop(); stop; stop = this.#stops.pop()) {
      await stop().catch((error: Error) => this.#logger.error("stopping failed", { error: error.message }));
    }
  }
}
