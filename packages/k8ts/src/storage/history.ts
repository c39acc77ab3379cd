/**
 * What happened lately: the changes that watches replay and that lists at an older revision undo. Bounded by age and by
 * bytes; what falls out of it is "compacted" to everybody who asks.
 */
import type { Change, StoredValue } from "./storage.ts";
import { StorageError } from "./storage.ts";

/** How much history to keep. */
export interface HistoryLimits {
  /** Milliseconds; upstream's API server compacts etcd every 5 minutes. */
  readonly age: number;
  /** Bytes of the values that history holds. */
  readonly bytes: number;
  readonly changes: number;
}

/** Five minutes, as upstream's `--etcd-compaction-interval`, but never more than 64 MB or 100,000 changes. */
export const defaultHistoryLimits: HistoryLimits = { age: 5 * 60_000, bytes: 64 << 20, changes: 100_000 };

/** What an entry costs besides its values, in bytes. */
const overhead = 200;

interface Entry {
  readonly change: Change;
  readonly time: number;
}

/** Both values may be held by history alone: a backend on disk keeps neither in memory. */
const weight = ({ previous, value }: Change): number =>
  overhead + (previous?.value.byteLength ?? 0) + (value?.value.byteLength ?? 0);

/** The change log of a store, oldest first. */
export class History {
  readonly #limits: HistoryLimits;
  /** A deque: entries before #head are gone. */
  #entries: Entry[] = [];
  #head = 0;
  #bytes = 0;
  #compacted: number;

  /** `revision`: where the store stands when the log begins; nothing before it can be told. */
  constructor(revision: number, limits: HistoryLimits = defaultHistoryLimits) {
    this.#compacted = revision;
    this.#limits = limits;
  }

  /** The oldest revision that a list may still ask for, and after which a watch may begin. */
  get oldest(): number {
    return this.#compacted;
  }

  get length(): number {
    return this.#entries.length - this.#head;
  }

  /** Adds changes, in revision order, that became durable at `now`. */
  append(changes: readonly Change[], now: number): void {
    for (const change of changes) {
      this.#entries.push({ change, time: now });
      this.#bytes += weight(change);
    }
    this.trim(now);
  }

  /** Drops what is over the limits; true while anything remains. */
  trim(now: number): boolean {
    const { age, bytes, changes } = this.#limits;
    while (this.length > 0) {
      const entry = this.#entries[this.#head]!;
      if (entry.time > now - age && this.#bytes <= bytes && this.length <= changes) break;
      this.compact(entry.change.revision);
    }
    return this.length > 0;
  }

  /** Forgets what came up to and with `revision`. */
  compact(revision: number): void {
    while (this.length > 0 && this.#entries[this.#head]!.change.revision <= revision) {
      this.#bytes -= weight(this.#entries[this.#head]!.change);
      this.#entries[this.#head++] = undefined as unknown as Entry;
    }
    this.#compacted = Math.max(this.#compacted, revision);
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Changes of keys with `prefix` after `revision`. Throws Compacted. */
  since(prefix: string, revision: number): Change[] {
    this.#check(revision);
    const changes: Change[] = [];
    for (let index = this.#firstAfter(revision); index < this.#entries.length; index++) {
      const { change } = this.#entries[index]!;
      if (change.key.startsWith(prefix)) changes.push(change);
    }
    return changes;
  }

  /**
   * What keys with `prefix` that changed after `revision` held at it (undefined: did not exist). Throws Compacted.
   */
  before(prefix: string, revision: number): Map<string, StoredValue | undefined> {
    const held = new Map<string, StoredValue | undefined>();
    for (const change of this.since(prefix, revision)) {
      if (!held.has(change.key)) held.set(change.key, change.previous);
    }
    return held;
  }

  #check(revision: number): void {
    if (revision < this.#compacted) {
      throw new StorageError("Compacted", "required revision has been compacted", { current: this.#compacted });
    }
  }

  #firstAfter(revision: number): number {
    let low = this.#head;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#entries[middle]!.change.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
