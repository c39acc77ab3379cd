/**
 * One watch. A watcher is `live` (changes are offered to it as they happen), `replaying` (it works its way through initial
 * records and the ring) or `ended`. It never buffers more than a tick's events: where its sink is busy, it remembers its
 * place in the ring and replays from there, and where the ring has moved past that place, it is cut off.
 */
import type { ChangeRing } from "./change-ring.ts";
import { type CacheChange, initialEvent, type WatchEvent } from "./event.ts";
import type { CacheRecord } from "./record.ts";
import type { RecordMatcher } from "./watch-filter.ts";

/** Who listens to a watch of the cache. */
export interface WatchEventSink {
  /**
   * Events of a tick, in order. A returned promise says that the listener is busy until it resolves; nothing more comes
   * before that, and it costs the server nothing but the change ring.
   */
  events(events: readonly WatchEvent[]): void | Promise<void>;
  /** Over; with an error where the watcher lost its place. */
  closed(error?: Error): void;
}

/** What a watcher needs of its cache. */
export interface WatcherHost {
  readonly ring: ChangeRing;
  /** The watcher has caught up and wants changes as they happen. */
  live(watcher: Watcher): void;
  /** The watcher's sink is busy: it will replay from the ring. */
  behind(watcher: Watcher): void;
  /** The watcher is over. */
  gone(watcher: Watcher): void;
  /** The error of a watcher that fell behind the ring and has seen everything up to `revision`. */
  expired(revision: number): Error;
  /** The bookmark that ends the initial events, at the revision they show. */
  initialEnd(): WatchEvent;
}

/** Where a watch begins. */
export interface WatchStart {
  /** Objects to send as ADDED first. */
  readonly initial: readonly CacheRecord[];
  /** Sequence number of the first change to look at after those. */
  readonly sequence: number;
  /** Changes up to this revision are not shown: the client has said that it knows them. */
  readonly revision: number;
  /** Send the bookmark that ends the initial events. */
  readonly markEnd: boolean;
}

/** Most events in one call to a sink while replaying; after each, others get their turn. */
const replayChunk = 500;

/** A watch as the cache knows it. */
export class Watcher {
  readonly matcher: RecordMatcher;
  readonly #sink: WatchEventSink;
  readonly #host: WatcherHost;
  #state: "live" | "replaying" | "waiting" | "ended" = "replaying";
  #initial: readonly CacheRecord[];
  #initialSent = 0;
  #markEnd: boolean;
  /** The next change to look at while not live. */
  #next: number;
  readonly #after: number;
  /** It has said everything up to this revision, as far as it knows. */
  #seen: number;
  /** This tick's events. */
  #pending: WatchEvent[] = [];

  constructor(matcher: RecordMatcher, sink: WatchEventSink, start: WatchStart, host: WatcherHost) {
    this.matcher = matcher;
    this.#sink = sink;
    this.#host = host;
    this.#next = start.sequence;
    this.#initial = start.initial;
    this.#markEnd = start.markEnd;
    this.#after = start.revision;
    this.#seen = start.revision;
  }

  get ended(): boolean {
    return this.#state === "ended";
  }

  /** Ends the watch where the ring has dropped changes that it still needs. */
  checkPlace(): void {
    if (this.#state !== "live" && this.#next < this.#host.ring.start) this.end(this.#host.expired(this.#seen));
  }

  /** Takes a live change; true where this is the first of the tick that concerns the watcher. */
  offer(change: CacheChange): boolean {
    if (this.#state !== "live") return false;
    const event = this.#eventOf(change);
    return event !== undefined && this.#pending.push(event) === 1;
  }

  /** Says what this tick brought. */
  flush(): void {
    if (this.#state !== "live" || this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    this.#seen = events.at(-1)!.revision;
    this.#tellLive(events);
  }

  /** Says a bookmark, if the watcher is up to date. */
  mark(bookmark: WatchEvent): void {
    if (this.#state !== "live" || this.#pending.length > 0 || bookmark.revision < this.#after) return;
    this.#tellLive([bookmark]);
  }

  end(error?: Error): void {
    if (this.#state === "ended") return;
    if (!error) this.flush();
    if (this.ended) return;
    this.#state = "ended";
    this.#initial = [];
    this.#pending = [];
    this.#host.gone(this);
    this.#sink.closed(error);
  }

  /** Says the next part of what is behind; goes live where nothing is. */
  replay(): void {
    if (this.#state !== "replaying") return;
    this.checkPlace();
    if (this.ended) return;
    const events = this.#nextChunk();
    if (events.length > 0) {
      const busy = this.#tell(events);
      return busy ? this.#wait(busy) : void setImmediate(() => this.replay());
    }
    this.#state = "live";
    this.#initial = [];
    this.#host.live(this);
  }

  #eventOf(change: CacheChange): WatchEvent | undefined {
    if (change.revision <= this.#after) return undefined;
    return change.event(this.matcher.matches(change.previous), this.matcher.matches(change.current));
  }

  #nextChunk(): WatchEvent[] {
    if (this.#initialSent < this.#initial.length) {
      const from = this.#initialSent;
      this.#initialSent += replayChunk;
      return this.#initial.slice(from, this.#initialSent).map(initialEvent);
    }
    const events: WatchEvent[] = [];
    if (this.#markEnd) {
      this.#markEnd = false;
      events.push(this.#host.initialEnd());
    }
    const { ring } = this.#host;
    for (; this.#next < ring.end && events.length < replayChunk; this.#next++) {
      const change = ring.get(this.#next);
      this.#seen = change.revision;
      const event = this.#eventOf(change);
      if (event) events.push(event);
    }
    return events;
  }

  #tellLive(events: readonly WatchEvent[]): void {
    const busy = this.#tell(events);
    if (!busy || this.ended) return;
    this.#next = this.#host.ring.end;
    this.#wait(busy);
    this.#host.behind(this);
  }

  /** Calls the sink; a promise where it is busy. A sink that throws is at its end. */
  #tell(events: readonly WatchEvent[]): Promise<void> | undefined {
    try {
      return this.#sink.events(events) ?? undefined;
    } catch (error) {
      this.end(error as Error);
      return undefined;
    }
  }

  #wait(busy: Promise<void>): void {
    if (this.ended) return;
    this.#state = "waiting";
    busy.then(
      () => {
        if (this.#state !== "waiting") return;
        this.#state = "replaying";
        this.replay();
      },
      (error: unknown) => this.end(error as Error),
    );
  }
}
