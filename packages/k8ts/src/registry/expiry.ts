/**
 * Removes objects that nobody has written for a while: Events, after an hour. Every write is queued once, in order, so
 * finding what is due is looking at the head of the queue. After a restart the time counts anew.
 */
import type { Clock, Logger, Timer } from "@k8ts/api";
import { type Storage, StorageError, type WatchCache, type Watcher } from "../storage/index.ts";

/** What an expiry is handed. */
export interface ExpiryOptions {
  readonly cache: WatchCache;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly seconds: number;
}

interface Due {
  readonly key: string;
  readonly revision: number;
  readonly time: number;
}

/** Objects of one commit. */
const batchSize = 500;

/** Milliseconds between rounds at least: what comes due together goes together. */
const shortestPause = 5000;

/** The expiry of one resource. */
export class Expiry {
  readonly #options: ExpiryOptions;
  #queue: Due[] = [];
  #timer: Timer | undefined;
  #watcher: Watcher | undefined;

  constructor(options: ExpiryOptions) {
    this.#options = options;
  }

  start(): void {
    const { cache } = this.#options;
    this.#watcher = cache.watch(
      { namespace: "", bookmarks: false },
      {
        events: (events) => {
          for (const { type, revision, key } of events) if (type !== "DELETED") this.#add(key, revision);
        },
        closed: (error) => {
          this.#watcher = undefined;
          if (error) this.start();
        },
      },
    );
  }

  stop(): void {
    this.#watcher?.end();
    this.#timer?.cancel();
    this.#queue = [];
  }

  #add(key: string, revision: number): void {
    const { clock, seconds } = this.#options;
    this.#queue.push({ key, revision, time: clock.now() + seconds * 1000 });
    this.#schedule();
  }

  #schedule(): void {
    const next = this.#queue[0];
    if (!next || this.#timer) return;
    const { clock } = this.#options;
    this.#timer = clock.setTimer(Math.max(shortestPause, next.time - clock.now()), () => void this.#round());
  }

  async #round(): Promise<void> {
    const { clock, logger, cache } = this.#options;
    const now = clock.now();
    const end = this.#queue.findIndex(({ time }) => time > now);
    const due = this.#queue.splice(0, end < 0 ? this.#queue.length : end);
    // Written again since: it stands further back in the queue as well.
    const stale = due.filter(({ key, revision }) => cache.get(key)?.revision === revision);
    try {
      for (let at = 0; at < stale.length; at += batchSize) await this.#remove(stale.slice(at, at + batchSize));
    } catch (error) {
      logger.warn("expired objects could not be removed; trying again", { prefix: cache.prefix, error: String(error) });
      this.#queue.unshift(...stale);
    }
    this.#timer = undefined;
    this.#schedule();
  }

  /** Removes them together, or one by one where somebody wrote one of them just now. */
  async #remove(stale: readonly Due[]): Promise<void> {
    const { cache, storage } = this.#options;
    const operations = stale.map(({ key, revision }) => ({
      key: cache.prefix + key,
      value: undefined,
      expected: revision,
    }));
    try {
      await storage.commit(operations);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== "Conflict") throw error;
      if (stale.length > 1) for (const one of stale) await this.#remove([one]);
    }
  }
}
