/** The event recorder that writes core/v1 Events to an API server, one after the other, in the background. */
import {
  type Clock,
  type DeepReadonly,
  formatTime,
  isAlreadyExists,
  isForbidden,
  isNotFound,
  isServiceUnavailable,
  type KubernetesObject,
  type Logger,
  type Random,
} from "@k8ts/api";
import { type Event, events } from "@k8ts/api/core/v1";
import type { Client } from "../rest/client.ts";
import { type Correlated, EventCorrelator } from "./event-correlator.ts";
import type { EventRecorder } from "./event-recorder.ts";

/** What a recorder is handed. */
export interface EventRecorderOptions {
  readonly client: Client;
  /** Who reports: "deployment-controller", "kubelet". */
  readonly component: string;
  /** The node it reports from, where there is one. */
  readonly host?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A recorder with an end. */
export interface StoppableRecorder extends EventRecorder {
  /** Writes what is queued where the server answers, then resolves. Safe to call twice. */
  stop(): Promise<void>;
}

/** client-go's numbers. */
const maxQueued = 1000;
const maxTries = 12;
const retryDelay = 10_000;
/** How long `stop` waits for a server that does not answer. */
const stopWithin = 2000;

/** Starts a recorder. It costs nothing until there is an event. */
export function startEventRecorder(options: EventRecorderOptions): StoppableRecorder {
  return new EventWriter(options);
}

class EventWriter implements StoppableRecorder {
  readonly #options: EventRecorderOptions;
  readonly #correlator: EventCorrelator;
  readonly #stopping = new AbortController();
  readonly #cancelled = new AbortController();
  #queue: Event[] = [];
  #writing: Promise<void> | undefined;
  #lastStamp = 0n;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#correlator = new EventCorrelator(options.clock, (about) => this.#name(about));
  }

  event(
    about: DeepReadonly<KubernetesObject>,
    type: "Normal" | "Warning",
    reason: string,
    message: string,
    fieldPath?: string,
  ): void {
    if (this.#stopping.signal.aborted) return;
    if (this.#queue.length >= maxQueued) {
      this.#options.logger.warn("too many queued events, dropped one", { reason, about: about.metadata.name });
      return;
    }
    this.#queue.push(this.#event(about, type, reason, message, fieldPath));
    this.#writing ??= this.#write();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error("the event recorder is stopping"));
    if (!this.#writing) return;
    const timer = this.#options.clock.setTimer(stopWithin, () => this.#cancelled.abort(this.#stopping.signal.reason));
    await this.#writing;
    timer.cancel();
  }

  /** "web-1.18a2b3c4d5e6f708": unique through the time in nanoseconds, counted on within one millisecond. */
  #name(about: string): string {
    const now = BigInt(Math.floor(this.#options.clock.now())) * 1_000_000n;
    this.#lastStamp = now > this.#lastStamp ? now : this.#lastStamp + 1n;
    const suffix = `.${this.#lastStamp.toString(16)}`;
    return about.slice(0, maxNameLength - suffix.length) + suffix;
  }

  #event(
    about: DeepReadonly<KubernetesObject>,
    type: string,
    reason: string,
    message: string,
    fieldPath: string | undefined,
  ): Event {
    const { component, host } = this.#options;
    const { name = "", namespace, uid, resourceVersion } = about.metadata;
    const time = formatTime(this.#options.clock.now());
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: this.#name(name), namespace: namespace || "default" },
      involvedObject: {
        kind: about.kind,
        ...(namespace && { namespace }),
        name,
        ...(uid && { uid }),
        apiVersion: about.apiVersion,
        ...(resourceVersion && { resourceVersion }),
        ...(fieldPath && { fieldPath }),
      },
      reason,
      message,
      source: { component, ...(host && { host }) },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      reportingComponent: component,
      reportingInstance: host ?? "",
    };
  }

  async #write(): Promise<void> {
    // Begin after the caller's turn: recording never does work in it.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      for (const event of batch) {
        const correlated = this.#correlator.correlate(event);
        if (correlated) await this.#record(correlated);
      }
    }
    this.#writing = undefined;
  }

  async #record(correlated: Correlated): Promise<void> {
    const { clock, random, logger } = this.#options;
    for (let attempt = 1; attempt <= maxTries; attempt++) {
      if (this.#cancelled.signal.aborted || (await this.#try(correlated)) || this.#stopping.signal.aborted) return;
      // The first wait is a random one, so that not all recorders come back at once.
      const delay = attempt === 1 ? retryDelay * random.next() : retryDelay;
      await clock.sleep(delay, this.#stopping.signal).catch(() => undefined);
    }
    logger.error("unable to write event (retry limit exceeded)", { event: correlated.event.metadata.name });
  }

  /** True where the event is dealt with, be it refused; false where a later try may succeed. */
  async #try({ event, patch }: Correlated): Promise<boolean> {
    const { client, logger } = this.#options;
    const signal = this.#cancelled.signal;
    try {
      if (!patch || !(await this.#patched(event, patch))) await client.create(events, event, { signal });
      return true;
    } catch (error) {
      if (isServiceUnavailable(error)) {
        logger.warn("unable to write event (may retry after sleeping)", { error });
        return false;
      }
      // In a namespace that is going away, nobody may create anything.
      if (isAlreadyExists(error) || isTerminating(error))
        logger.debug("server rejected event (will not retry)", { error });
      else logger.error("server rejected event (will not retry)", { error });
      return true;
    }
  }

  /** False where the event that was counted on is gone. */
  async #patched(event: Event, patch: object): Promise<boolean> {
    const { name = "", namespace = "default" } = event.metadata;
    try {
      await this.#options.client.patch(events, { namespace, name }, patch, { signal: this.#cancelled.signal });
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  }
}

/** The namespace is going away. */
const isTerminating = (error: unknown): boolean =>
  isForbidden(error) &&
  (error.status.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") ?? false);

/** Names of objects have at most 253 characters. */
const maxNameLength = 253;
