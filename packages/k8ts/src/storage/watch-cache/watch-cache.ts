/**
 * The watch cache of one resource: every object's bytes, in list order, and the changes of the last minutes. It answers
 * GET and LIST and feeds WATCH; only writes go past it.
 */
import type { Clock, KubernetesObject, Logger, Timer } from "@k8ts/api";
import { expired } from "@k8ts/api";
import { SortedMap } from "../sorted-map.ts";
import type { Change, StoredValue } from "../storage.ts";
import { ChangeRing, defaultRingLimits, type RingLimits } from "./change-ring.ts";
import { bookmark, CacheChange, type WatchEvent } from "./event.ts";
import { beginsWith, CacheRecord, fieldOf, type RecordFormat, splice, splicedLength } from "./record.ts";
import { LabelTable, type SplitIndex, splitIndex } from "./record-index.ts";
import { type Slab, Slabs } from "./slab.ts";
import { RecordMatcher, type WatchFilter } from "./watch-filter.ts";
import { Watcher, type WatchEventSink, type WatcherHost } from "./watcher.ts";
import { WatcherIndex } from "./watcher-index.ts";

/** What a cache is told of its resource. */
export interface WatchCacheOptions {
  /** Storage keys begin with it: "/registry/pods/". */
  readonly prefix: string;
  readonly namespaced: boolean;
  readonly apiVersion: string;
  readonly kind: string;
  readonly format: RecordFormat;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told how many objects there are, after they changed. */
  readonly counted?: (objects: number) => void;
  readonly ring?: RingLimits;
}

/** How a watch begins and what it wants. */
export interface CacheWatchOptions extends WatchFilter {
  /** Changes after this revision; undefined: begin with the present state as ADDED events. */
  readonly from?: number;
  readonly bookmarks: boolean;
  /** End the initial events with an annotated bookmark. */
  readonly markEnd?: boolean;
}

/** A load in progress. */
export interface CacheLoad {
  add(values: Iterable<StoredValue>): void;
  finish(revision: number): void;
}

/** Milliseconds between bookmarks, as upstream. */
const bookmarkInterval = 60_000;

/** How often old changes are let go of, in milliseconds. */
const trimInterval = 60_000;

/** Objects that writers have decoded, by the bytes they wrote: change events find theirs here. */
const written = new WeakMap<Uint8Array, KubernetesObject>();

/** Leaves the decoded object beside the bytes that are about to be committed, for the cache to share with watchers. */
export function rememberDecoded(value: Uint8Array, object: KubernetesObject): void {
  written.set(value, object);
}

/** The index kept beside a value; made anew where none was kept, or one of other fields. */
function readIndex(format: RecordFormat, value: Uint8Array, index: string | undefined): SplitIndex {
  const kept = index === undefined ? undefined : splitIndex(index);
  return kept?.mark === format.mark ? kept : splitIndex(format.index(value));
}

/** One resource's cache. */
export class WatchCache implements WatcherHost {
  readonly prefix: string;
  readonly #options: WatchCacheOptions;
  #records = new SortedMap<CacheRecord>();
  readonly #slabs = new Slabs();
  readonly #labels = new LabelTable();
  readonly #watchers = new Set<Watcher>();
  readonly #bookmarked = new Set<Watcher>();
  /** Watchers that replay or wait for their sink. */
  readonly #lagging = new Set<Watcher>();
  readonly #index = new WatcherIndex();
  #ring: ChangeRing;
  /** Watchers with events in this tick; undefined while no flush is due. */
  #dirty: Watcher[] | undefined;
  #fresh: CacheChange[] = [];
  #bookmarkTimer: Timer | undefined;
  #trimTimer: Timer | undefined;
  /** The revision that the feed has reached; every change of this resource up to it has been applied. */
  #revision = 0;
  readonly #globalRevision: () => number;

  constructor(options: WatchCacheOptions, globalRevision: () => number) {
    this.prefix = options.prefix;
    this.#options = options;
    this.#globalRevision = globalRevision;
    this.#ring = new ChangeRing(0, options.ring ?? defaultRingLimits);
  }

  /** The newest revision that this cache is known to be complete up to. */
  get revision(): number {
    return Math.max(this.#revision, this.#globalRevision());
  }

  /** Revision of the last change of this resource. */
  get lastChange(): number {
    return this.#revision;
  }

  get ring(): ChangeRing {
    return this.#ring;
  }

  get size(): number {
    return this.#records.size;
  }

  /** Bytes of slabs. */
  get bytes(): number {
    return this.#slabs.size;
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  get(key: string): CacheRecord | undefined {
    return this.#records.get(key);
  }

  /** Matching records in list order, as of now. */
  list(filter: WatchFilter, after = ""): CacheRecord[] {
    const matcher = new RecordMatcher(filter);
    const exact = matcher.exactField();
    if (exact?.field === "metadata.name" && (matcher.prefix !== "" || !this.#options.namespaced)) {
      const record = this.#records.get(matcher.prefix + exact.value);
      return record && record.key > after && matcher.matches(record) ? [record] : [];
    }
    const records = this.#records.range(matcher.prefix, after);
    return matcher.selects ? records.filter((record) => matcher.matches(record)) : records;
  }

  /** Tells which stored values, of whatever revision, the filter is about. */
  matcher(filter: WatchFilter): (value: StoredValue) => boolean {
    const matcher = new RecordMatcher(filter);
    const { format } = this.#options;
    return ({ key: storageKey, value, index }) => {
      const { labels, fields } = readIndex(format, value, index);
      const key = storageKey.slice(this.prefix.length);
      const field = (name: string): string => fieldOf(key, fields, format, name);
      return matcher.matches({ key, labels: this.#labels.get(labels), field });
    };
  }

  /**
   * Takes the present state, read at one revision, in place of what it had. Pages are added as they are read, and shown
   * together at the end; whoever watched until then must begin again.
   */
  beginLoad(): CacheLoad {
    const records = new SortedMap<CacheRecord>();
    return {
      add: (values) => {
        for (const value of values) {
          const record = this.#record(value);
          if (record) records.set(record);
        }
      },
      finish: (revision) => this.#show(records, revision),
    };
  }

  /** Applies a change of a key with this cache's prefix. */
  apply(change: Change): void {
    const current = change.value && this.#record(change.value);
    const key = change.key.slice(this.prefix.length);
    const previous = current ? this.#records.set(current) : this.#records.delete(key);
    this.#revision = change.revision;
    if (!current && !previous) return;
    const cacheChange = new CacheChange(change.revision, key, { current, previous }, this.#options.clock.now());
    if (change.value && current) this.#takeDecoded(cacheChange, change.value.value, current);
    this.#ring.push(cacheChange);
    this.#scheduleTrim();
    this.#offer(cacheChange);
    if (previous && this.#slabs.release(previous)) this.#empty(previous.slab);
  }

  /** Starts a watch; throws 410 Expired. Its `end` stops it. */
  watch(options: CacheWatchOptions, sink: WatchEventSink): Watcher {
    const matcher = new RecordMatcher(options);
    const { from } = options;
    if (from !== undefined && from < this.#ring.oldestRevision) {
      throw this.expired(from);
    }
    const watcher = new Watcher(
      matcher,
      sink,
      {
        initial: from === undefined ? this.list(options) : [],
        sequence: from === undefined ? this.#ring.end : this.#ring.after(from),
        revision: from ?? 0,
        markEnd: options.markEnd ?? false,
      },
      this,
    );
    this.#watchers.add(watcher);
    this.#lagging.add(watcher);
    if (options.bookmarks) this.#bookmarked.add(watcher);
    this.#scheduleBookmarks();
    setImmediate(() => watcher.replay());
    return watcher;
  }

  /** Ends a watch whose time is up, with a last bookmark where it wants them. */
  finish(watcher: Watcher): void {
    if (this.#bookmarked.has(watcher)) watcher.mark(bookmark(this.#options, this.revision, false));
    watcher.end();
  }

  /** Ends every watch. */
  close(error?: Error): void {
    for (const watcher of this.#watchers) watcher.end(error);
    this.#bookmarkTimer?.cancel();
    this.#trimTimer?.cancel();
  }

  live(watcher: Watcher): void {
    this.#lagging.delete(watcher);
    this.#index.add(watcher);
  }

  behind(watcher: Watcher): void {
    this.#index.delete(watcher);
    this.#lagging.add(watcher);
  }

  gone(watcher: Watcher): void {
    this.#watchers.delete(watcher);
    this.#bookmarked.delete(watcher);
    this.#lagging.delete(watcher);
    this.#index.delete(watcher);
  }

  expired(revision: number): Error {
    return expired(`too old resource version: ${revision} (${this.#ring.oldestRevision})`);
  }

  initialEnd(): WatchEvent {
    return bookmark(this.#options, this.revision, true);
  }

  /** A value's record; undefined, and an error in the log, where the value is no object of this kind. */
  #record(stored: StoredValue): CacheRecord | undefined {
    try {
      return this.#readable(stored);
    } catch (error) {
      this.#options.logger.error("a stored value cannot be read", { key: stored.key, error: String(error) });
      return undefined;
    }
  }

  #readable({ key, value, revision, index }: StoredValue): CacheRecord {
    const { format } = this.#options;
    const json = beginsWith(value, format.head) ? value : format.normalize(value);
    const place = this.#slabs.reserve(splicedLength(json, revision));
    splice(place.slab.bytes, place.offset, json, format.head.length, revision);
    const { labels, fields } = readIndex(format, value, index);
    const shared = { labels: this.#labels.get(labels), fields };
    return new CacheRecord(key.slice(this.prefix.length), revision, place, shared, format);
  }

  #takeDecoded(change: CacheChange, value: Uint8Array, record: CacheRecord): void {
    const object = written.get(value);
    if (!object) return;
    written.delete(value);
    object.metadata.resourceVersion = String(record.revision);
    change.decoded = record.decodedAs(object);
  }

  #show(records: SortedMap<CacheRecord>, revision: number): void {
    for (const watcher of this.#watchers) watcher.end();
    for (const record of this.#records.from("")) this.#slabs.release(record);
    this.#records = records;
    this.#revision = revision;
    this.#ring = new ChangeRing(revision, this.#options.ring ?? defaultRingLimits);
    this.#options.counted?.(this.size);
  }

  #offer(change: CacheChange): void {
    if (change.decoded) this.#fresh.push(change);
    this.#dirty ??= this.#scheduleFlush();
    const dirty = this.#dirty;
    this.#index.concerned(change, (watcher) => {
      if (watcher.offer(change)) dirty.push(watcher);
    });
  }

  #scheduleFlush(): Watcher[] {
    setImmediate(() => {
      const dirty = this.#dirty ?? [];
      this.#dirty = undefined;
      for (const watcher of dirty) watcher.flush();
      for (const change of this.#fresh) change.decoded = undefined;
      this.#options.counted?.(this.size);
      this.#fresh = [];
      for (const watcher of this.#lagging) watcher.checkPlace();
    });
    return [];
  }

  /** Lets go of old changes while nothing new comes. */
  #scheduleTrim(): void {
    this.#trimTimer ??= this.#options.clock.setTimer(trimInterval, () => {
      this.#trimTimer = undefined;
      if (this.#ring.trim(this.#options.clock.now())) this.#scheduleTrim();
    });
  }

  #scheduleBookmarks(): void {
    if (this.#bookmarkTimer || this.#bookmarked.size === 0) return;
    this.#bookmarkTimer = this.#options.clock.setTimer(bookmarkInterval, () => {
      this.#bookmarkTimer = undefined;
      const mark = bookmark(this.#options, this.revision, false);
      for (const watcher of this.#bookmarked) watcher.mark(mark);
      this.#scheduleBookmarks();
    });
  }

  /** Moves the living records of a mostly dead slab elsewhere, in list order. */
  #empty(slab: Slab): void {
    for (const record of this.#records.from("")) {
      if (record.slab !== slab) continue;
      const place = this.#slabs.reserve(record.length);
      slab.bytes.copy(place.slab.bytes, place.offset, record.offset, record.offset + record.length);
      record.slab = place.slab;
      record.offset = place.offset;
    }
    this.#slabs.drop(slab);
  }
}
