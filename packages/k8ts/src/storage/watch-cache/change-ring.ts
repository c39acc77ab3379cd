/** The latest changes of a cache, numbered, for watches that begin in the past and for watchers that fell behind. */
import type { CacheChange } from "./event.ts";

/** How far back a watch may begin. */
export interface RingLimits {
  /** Milliseconds that a change is kept; history in storage reaches as far. */
  readonly age: number;
  /** Bytes that changes may hold on to. */
  readonly bytes: number;
}

/** Five minutes, but never more than 32 MB of a resource's changes. */
export const defaultRingLimits: RingLimits = { age: 5 * 60_000, bytes: 32 << 20 };

/** Upstream never keeps fewer events than this, however old. */
const fewest = 100;

/** A deque of changes; each has a sequence number that never changes. */
export class ChangeRing {
  readonly #limits: RingLimits;
  #changes: CacheChange[] = [];
  #head = 0;
  /** Sequence number of #changes[0]. */
  #base = 0;
  #bytes = 0;
  #forgotten: number;

  constructor(revision: number, limits: RingLimits) {
    this.#forgotten = revision;
    this.#limits = limits;
  }

  /** Every change after this revision is here. */
  get oldestRevision(): number {
    return this.#forgotten;
  }

  /** Sequence number of the oldest change here. */
  get start(): number {
    return this.#base + this.#head;
  }

  /** Sequence number of the next change to come. */
  get end(): number {
    return this.#base + this.#changes.length;
  }

  get(sequence: number): CacheChange {
    return this.#changes[sequence - this.#base]!;
  }

  push(change: CacheChange): void {
    this.#changes.push(change);
    this.#bytes += change.weight;
    this.trim(change.time);
  }

  /** Drops what is over the limits; true where more will be to drop with time. */
  trim(now: number): boolean {
    const { age, bytes } = this.#limits;
    while (this.#head < this.#changes.length) {
      const oldest = this.#changes[this.#head]!;
      const few = this.#changes.length - this.#head <= fewest;
      if (this.#bytes <= bytes && (few || oldest.time > now - age)) break;
      this.#forget(oldest);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#changes.length) this.#shrink();
    return this.#changes.length - this.#head > fewest;
  }

  /** Sequence number of the first change after `revision`, which must not be older than oldestRevision. */
  after(revision: number): number {
    let low = this.#head;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]!.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return this.#base + low;
  }

  #forget(oldest: CacheChange): void {
    this.#bytes -= oldest.weight;
    this.#forgotten = oldest.revision;
    this.#changes[this.#head++] = undefined as unknown as CacheChange;
  }

  #shrink(): void {
    this.#changes = this.#changes.slice(this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}
