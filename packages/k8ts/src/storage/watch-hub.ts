/** Live changes to those who watch: the part of a backend that knows sinks, and the same for every backend. */
import type { History } from "./history.ts";
import type { Change, ChangeSink, StorageError } from "./storage.ts";

interface Subscription {
  readonly prefix: string;
  readonly sink: ChangeSink;
  /** False until the past has been delivered: live changes are then in the past's reach. */
  live: boolean;
}

/** Hands committed changes to sinks, first what a sink missed, then live, each exactly once. */
export class WatchHub {
  readonly #history: History;
  readonly #subscriptions = new Set<Subscription>();
  #closed: StorageError | undefined;

  constructor(history: History) {
    this.#history = history;
  }

  /** As Storage.watch. The first call to the sink comes after this has returned. */
  watch(prefix: string, revision: number, sink: ChangeSink): () => void {
    const subscription: Subscription = { prefix, sink, live: false };
    this.#subscriptions.add(subscription);
    queueMicrotask(() => this.#begin(subscription, revision));
    return () => this.#subscriptions.delete(subscription);
  }

  /** Tells the sinks; `changes` are durable and already in the history. */
  publish(changes: readonly Change[]): void {
    for (const subscription of this.#subscriptions) {
      if (!subscription.live) continue;
      const mine = changes.every((change) => change.key.startsWith(subscription.prefix))
        ? changes
        : changes.filter((change) => change.key.startsWith(subscription.prefix));
      if (mine.length > 0) subscription.sink.changes(mine);
    }
  }

  close(error: StorageError): void {
    this.#closed = error;
    for (const subscription of this.#subscriptions) this.#end(subscription, error);
  }

  #begin(subscription: Subscription, revision: number): void {
    if (!this.#subscriptions.has(subscription)) return;
    if (this.#closed) return this.#end(subscription, this.#closed);
    let past: Change[];
    try {
      past = this.#history.since(subscription.prefix, revision);
    } catch (error) {
      return this.#end(subscription, error as StorageError);
    }
    subscription.live = true;
    if (past.length > 0) subscription.sink.changes(past);
  }

  #end(subscription: Subscription, error: StorageError): void {
    if (this.#subscriptions.delete(subscription)) subscription.sink.closed(error);
  }
}
