/** Exponential waits per key, that forget a key which has behaved for long enough. (client-go's flowcontrol.Backoff.) */
import type { Clock } from "@k8ts/api";

interface Entry {
  wait: number;
  lastUpdate: number;
}

/** Waits of failing things, in milliseconds. */
export class Backoff {
  readonly #clock: Clock;
  readonly #first: number;
  readonly #last: number;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock, first: number, last: number) {
    this.#clock = clock;
    this.#first = first;
    this.#last = last;
  }

  /** The key's present wait; 0: none. */
  get(key: string): number {
    return this.#entries.get(key)?.wait ?? 0;
  }

  /** Doubles the key's wait; starts anew where it has been quiet for twice the longest wait. */
  next(key: string, since: number): void {
    const entry = this.#entries.get(key);
    const now = this.#clock.now();
    if (entry === undefined || this.#expired(entry, since)) {
      this.#entries.set(key, { wait: this.#first, lastUpdate: now });
    } else {
      entry.wait = Math.min(entry.wait * 2, this.#last);
      entry.lastUpdate = now;
    }
  }

  /** Milliseconds still to wait, counted from an event (a container's end); 0: go on. */
  left(key: string, since: number): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, since)) return 0;
    return Math.max(0, since + entry.wait - this.#clock.now());
  }

  /** As `left`, counted from the last `next`. */
  leftSinceUpdate(key: string): number {
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#expired(entry, this.#clock.now())) return 0;
    return Math.max(0, entry.lastUpdate + entry.wait - this.#clock.now());
  }

  /** Forgets keys that begin so: a pod's, when it is gone. */
  forget(prefix: string): void {
    for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#entries.delete(key);
  }

  #expired(entry: Entry, at: number): boolean {
    return at - entry.lastUpdate > this.#last * 2;
  }
}

/** A duration as Go prints it: "10s", "1m20s", "5m0s", "1.5s". */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return milliseconds === 0 ? "0s" : `${milliseconds}ms`;
  const seconds = milliseconds / 1000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = `${Number((seconds % 60).toFixed(3))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
