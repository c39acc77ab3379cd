/**
 * The half of a single-process backend that is the same whatever holds the values: revisions, compare-and-set, group
 * commit, history, watches. A backend adds a ValueEngine, which keeps the current values and makes a batch durable.
 *
 *     commit ─┐
 *     commit ─┼─ queue ── one batch at a time ── engine.apply (one flush) ── history ── watchers ── commits resolve
 *     commit ─┘
 *
 * While a batch flushes, commits gather for the next one: that is the group commit. A commit is checked against the
 * values when its batch is built, so nothing ever depends on a write that may still fail.
 */
import type { Clock, Logger, Timer } from "@k8ts/api";
import { defaultHistoryLimits, History, type HistoryLimits } from "./history.ts";
import type { Change, ChangeSink, Operation, RangePage, Storage, StoredValue } from "./storage.ts";
import { StorageError } from "./storage.ts";
import { WatchHub } from "./watch-hub.ts";

/** Where the current values live. */
export interface ValueEngine {
  get(key: string): StoredValue | undefined;
  /** Current values with `prefix` after key `after`, in key order; the iteration ends before anything else happens. */
  range(prefix: string, after: string): Iterable<StoredValue>;
  /**
   * Writes all changes, or throws and leaves everything as it was. Returns a promise where durability takes time; reads
   * may show the changes before it resolves, and must show the old values again once it rejects.
   */
  apply(changes: readonly Change[], revision: number): Promise<void> | undefined;
  close(): Promise<void>;
}

/** What every backend is handed. */
export interface LocalStorageOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly history?: HistoryLimits;
}

interface PendingCommit {
  readonly operations: readonly Operation[];
  readonly resolve: (revision: number) => void;
  readonly reject: (error: StorageError) => void;
}

/** How a commit of a batch ends, once the batch is durable. */
interface Outcome {
  readonly commit: PendingCommit;
  readonly result: number | StorageError;
}

/** How often history is trimmed while nothing is written, in milliseconds. */
const trimInterval = 60_000;

/** Most operations that one flush carries: bounds the latency of the first in it. */
const maxBatchOperations = 4096;

/** Storage within this process, over a ValueEngine. */
export class LocalStorage implements Storage {
  readonly #engine: ValueEngine;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #history: History;
  readonly #hub: WatchHub;
  #revision: number;
  #queue: PendingCommit[] = [];
  #flushing: Promise<void> | undefined;
  #closed: StorageError | undefined;
  #trimTimer: Timer | undefined;
  /** Values of the batch in flight: reads show the old ones until it is durable. */
  #inFlight: Map<string, StoredValue | undefined> | undefined;

  constructor(engine: ValueEngine, revision: number, options: LocalStorageOptions) {
    this.#engine = engine;
    this.#revision = revision;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#history = new History(revision, options.history ?? defaultHistoryLimits);
    this.#hub = new WatchHub(this.#history);
  }

  async revision(): Promise<number> {
    this.#check();
    return this.#revision;
  }

  async get(key: string): Promise<StoredValue | undefined> {
    this.#check();
    return this.#inFlight?.has(key) ? this.#inFlight.get(key) : this.#engine.get(key);
  }

  async list(prefix: string, options: { revision?: number; after?: string; limit?: number } = {}): Promise<RangePage> {
    this.#check();
    const revision = options.revision ?? this.#revision;
    if (revision > this.#revision) {
      throw new StorageError("FutureRevision", "required revision is a future revision", { current: this.#revision });
    }
    const held = this.#heldAt(prefix, revision);
    const after = options.after ?? "";
    const limit = options.limit ?? Infinity;
    const current = this.#engine.range(prefix, after);
    const values: StoredValue[] = [];
    for (const value of held.size === 0 ? current : withHeld(current, held, after)) {
      if (values.length >= limit) return { values, revision, more: true };
      values.push(value);
    }
    return { values, revision, more: false };
  }

  commit(operations: readonly Operation[]): Promise<number> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#queue.push({ operations, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  watch(prefix: string, revision: number, sink: ChangeSink): () => void {
    return this.#hub.watch(prefix, revision, sink);
  }

  async compact(revision: number): Promise<void> {
    this.#check();
    if (revision > this.#revision) {
      throw new StorageError("FutureRevision", "required revision is a future revision", { current: this.#revision });
    }
    this.#history.compact(revision);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = new StorageError("Closed", "storage is closed");
    while (this.#flushing) await this.#flushing;
    this.#trimTimer?.cancel();
    this.#hub.close(this.#closed);
    await this.#engine.close();
  }

  #check(): void {
    if (this.#closed) throw this.#closed;
  }

  #heldAt(prefix: string, revision: number): Map<string, StoredValue | undefined> {
    const held = this.#history.before(prefix, revision);
    if (this.#inFlight) {
      for (const [key, value] of this.#inFlight) if (key.startsWith(prefix) && !held.has(key)) held.set(key, value);
    }
    return held;
  }

  async #flush(): Promise<void> {
    // A turn of the microtask queue lets commits that were issued together share the first flush.
    await undefined;
    while (this.#queue.length > 0) await this.#flushBatch(this.#takeBatch());
    this.#flushing = undefined;
  }

  #takeBatch(): PendingCommit[] {
    let operations = 0;
    const end = this.#queue.findIndex((commit) => (operations += commit.operations.length) > maxBatchOperations);
    return this.#queue.splice(0, end < 0 ? this.#queue.length : Math.max(1, end));
  }

  async #flushBatch(commits: readonly PendingCommit[]): Promise<void> {
    const batch = new Batch(this.#engine, this.#revision);
    const outcomes: Outcome[] = commits.map((commit) => ({ commit, result: batch.add(commit.operations) }));
    if (batch.changes.length > 0) {
      const failure = await this.#apply(batch);
      if (failure) {
        for (const { commit } of outcomes) commit.reject(failure);
        return;
      }
    }
    for (const { commit, result } of outcomes) {
      if (typeof result === "number") commit.resolve(result);
      else commit.reject(result);
    }
  }

  async #apply(batch: Batch): Promise<StorageError | undefined> {
    try {
      const durable = this.#engine.apply(batch.changes, batch.revision);
      if (durable) {
        this.#inFlight = batch.before;
        await durable;
      }
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      this.#logger.error("storage refused a write", { error: detail });
      return new StorageError("Unavailable", detail, { cause });
    } finally {
      this.#inFlight = undefined;
    }
    this.#revision = batch.revision;
    this.#history.append(batch.changes, this.#clock.now());
    this.#scheduleTrim();
    this.#hub.publish(batch.changes);
    return undefined;
  }

  #scheduleTrim(): void {
    if (this.#trimTimer || this.#closed) return;
    this.#trimTimer = this.#clock.setTimer(trimInterval, () => {
      this.#trimTimer = undefined;
      if (this.#history.trim(this.#clock.now())) this.#scheduleTrim();
    });
  }
}

/** Commits that share a flush: each is checked against the engine and those before it. */
class Batch {
  readonly changes: Change[] = [];
  /** What the keys written here held before the batch. */
  readonly before = new Map<string, StoredValue | undefined>();
  revision: number;
  readonly #engine: ValueEngine;
  readonly #now = new Map<string, StoredValue | undefined>();

  constructor(engine: ValueEngine, revision: number) {
    this.#engine = engine;
    this.revision = revision;
  }

  /** Adds one commit; returns its revision, or why it is refused (and then nothing of it is in the batch). */
  add(operations: readonly Operation[]): number | StorageError {
    for (const { key, expected } of operations) {
      const current = expected === undefined ? undefined : (this.#current(key)?.revision ?? 0);
      if (current !== expected) {
        return new StorageError("Conflict", `${key} is at revision ${current}, not ${expected}`, { current });
      }
    }
    const revision = this.revision + 1;
    const before = this.changes.length;
    for (const operation of operations) this.#write(operation, revision);
    if (this.changes.length > before) this.revision = revision;
    return this.revision;
  }

  #current(key: string): StoredValue | undefined {
    return this.#now.has(key) ? this.#now.get(key) : this.#engine.get(key);
  }

  #write({ key, value, index }: Operation, revision: number): void {
    const previous = this.#current(key);
    if (!value && !previous) return;
    if (!this.before.has(key)) this.before.set(key, previous);
    const stored = value && (index === undefined ? { key, value, revision } : { key, value, revision, index });
    this.#now.set(key, stored);
    this.changes.push({ key, revision, value: stored, previous });
  }
}

/** Current values with those in `held` put back as they were. */
function* withHeld(
  current: Iterable<StoredValue>,
  held: Map<string, StoredValue | undefined>,
  after: string,
): Iterable<StoredValue> {
  const gone = [...held.values()].filter((value) => value !== undefined && value.key > after) as StoredValue[];
  gone.sort((a, b) => (a.key < b.key ? -1 : 1));
  let next = 0;
  for (const value of current) {
    while (next < gone.length && gone[next]!.key < value.key) yield gone[next++]!;
    if (next < gone.length && gone[next]!.key === value.key) yield gone[next++]!;
    else if (!held.has(value.key)) yield value;
  }
  while (next < gone.length) yield gone[next++]!;
}
