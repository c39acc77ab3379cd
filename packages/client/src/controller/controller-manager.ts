/** Runs a list of controllers over shared informers, each acting as itself. */
import type { Clock, Logger, Metrics, Random } from "@k8ts/api";
import type { InformerFactory } from "../cache/informer.ts";
import type { Client } from "../rest/client.ts";
import type { Controller } from "./controller.ts";
import { type StoppableRecorder, startEventRecorder } from "./start-event-recorder.ts";
import { type RunningController, startController } from "./start-controller.ts";

/** What a manager is handed. */
export interface ControllerManagerOptions {
  /** In the order of starting; of any kinds. */
  // A list of controllers of several kinds has no one type for their objects.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly controllers: readonly Controller<any>[];
  /** The client of a controller, by the name of its service account: upstream gives (nearly) each its own. */
  clientFor(name: string): Client;
  /** Shared by all; the manager starts them, its maker stops them. */
  readonly informers: InformerFactory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Controllers that start and stop together. */
export class ControllerManager {
  readonly #options: ControllerManagerOptions;
  #running: { readonly controller: RunningController; readonly recorder: StoppableRecorder }[] = [];

  constructor(options: ControllerManagerOptions) {
    this.#options = options;
  }

  /** Resolves when every controller's caches have synced and its workers work. */
  async start(): Promise<void> {
    this.#running = this.#options.controllers.map((controller) => this.#startOne(controller));
    this.#options.informers.start();
    await Promise.all(this.#running.map(({ controller }) => controller.started));
  }

  /** Resolves when no controller works any more and their events are written. Safe to call twice, and before start. */
  async stop(): Promise<void> {
    await Promise.all(this.#running.map(({ controller }) => controller.stop()));
    await Promise.all(this.#running.map(({ recorder }) => recorder.stop()));
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  #startOne(controller: Controller<any>) {
    const { informers, clock, random, logger, metrics } = this.#options;
    const client = this.#options.clientFor(controller.serviceAccount ?? controller.name);
    const recorder = startEventRecorder({ client, component: controller.name, clock, random, logger });
    const running = startController(controller, { client, informers, recorder, clock, random, logger, metrics });
    return { controller: running, recorder };
  }
}
