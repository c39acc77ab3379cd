/**
 * What a controller has asked for and not yet seen: it must not count children in a cache that does not show its own
 * creations and deletions yet. As client-go's UIDTrackingControllerExpectations: set before the writes, lowered by each
 * observed (or failed) one, and given up after five minutes so that a lost event cannot stop a controller for good.
 */
import type { Clock } from "@k8ts/api";

/** After this an expectation counts as met. */
const expectationsTimeout = 5 * 60_000;

interface Expectation {
  adds: number;
  readonly deletes: Set<string>;
  readonly at: number;
}

/** Expectations by the controller's key ("namespace/name"). */
export class Expectations {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Expectation>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True where the cache shows everything that was asked for: children may be counted. */
  satisfied(key: string): boolean {
    const expectation = this.#byKey.get(key);
    if (!expectation) return true;
    if (expectation.adds <= 0 && expectation.deletes.size === 0) return true;
    return this.#clock.monotonic() - expectation.at > expectationsTimeout;
  }

  /** About to create so many children. Replaces what was expected before. */
  expectCreations(key: string, count: number): void {
    this.#byKey.set(key, { adds: count, deletes: new Set(), at: this.#clock.monotonic() });
  }

  /** About to delete these children (by any key that the delete event tells too: uid, or "namespace/name"). */
  expectDeletions(key: string, children: Iterable<string>): void {
    this.#byKey.set(key, { adds: 0, deletes: new Set(children), at: this.#clock.monotonic() });
  }

  /** A child appeared, or creating `count` of them failed. */
  creationObserved(key: string, count = 1): void {
    const expectation = this.#byKey.get(key);
    if (expectation && expectation.adds > 0) expectation.adds -= count;
  }

  /** A child went, is going, or deleting it failed. */
  deletionObserved(key: string, child: string): void {
    this.#byKey.get(key)?.deletes.delete(child);
  }

  /** The controller's object itself is gone. */
  delete(key: string): void {
    this.#byKey.delete(key);
  }
}
