/**
 * One storage watch for all caches: hands every change to the cache of its resource, and so knows for all of them at once
 * how far they have come. A cache that is added later (a custom resource) is filled while the feed runs on.
 */
import type { Clock, Logger, Timer } from "@k8ts/api";
import type { Change, RangePage, Storage } from "../storage.ts";
import { StorageError } from "../storage.ts";
import type { WatchCache } from "./watch-cache.ts";

/** What the feed is handed. */
export interface CacheFeedOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Member {
  readonly cache: WatchCache;
  /** Changes that came while the cache was being filled. */
  waiting: Change[] | undefined;
}

interface Waiter {
  readonly revision: number;
  readonly resolve: () => void;
}

const root = "/registry/";
const pageSize = 1000;
/** Milliseconds before a lost feed is set up again. */
const retryDelay = 1000;

/** Feeds caches from storage. */
export class CacheFeed {
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #members = new Map<string, Member>();
  #revision = 0;
  #waiters: Waiter[] = [];
  #stopWatch: (() => void) | undefined;
  #retry: Timer | undefined;
  #started = false;

  constructor(options: CacheFeedOptions) {
    this.#storage = options.storage;
    this.#clock = options.clock;
    this.#logger = options.logger;
  }

  /** Every change up to this revision has reached its cache. */
  readonly revision = (): number => this.#revision;

  /** Adds a cache; where the feed runs already, resolves when the cache is filled. */
  async add(cache: WatchCache): Promise<void> {
    const member: Member = { cache, waiting: [] };
    this.#members.set(cache.prefix.slice(root.length, -1), member);
    if (this.#started) await this.#fill(member);
  }

  /** Takes a cache out; its watches end. */
  remove(cache: WatchCache): void {
    this.#members.delete(cache.prefix.slice(root.length, -1));
    cache.close();
  }

  /** Resolves when every cache shows what storage holds. */
  async start(): Promise<void> {
    this.#started = true;
    const revision = await this.#storage.revision();
    this.#revision = revision;
    this.#stopWatch = this.#storage.watch(root, revision, {
      changes: (changes) => this.#take(changes),
      closed: (error) => this.#lost(error),
    });
    for (const member of this.#members.values()) await this.#fill(member);
  }

  stop(): void {
    this.#started = false;
    this.#stopWatch?.();
    this.#retry?.cancel();
    for (const { cache } of this.#members.values()) cache.close();
    this.#release(Infinity);
  }

  /** Resolves to true once the caches have reached `revision`, to false where that takes longer than `milliseconds`. */
  async reached(revision: number, milliseconds: number): Promise<boolean> {
    if (this.#revision >= revision) return true;
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(milliseconds, () => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(false);
      });
      const waiter: Waiter = {
        revision,
        resolve: () => {
          timer.cancel();
          resolve(this.#revision >= revision);
        },
      };
      this.#waiters.push(waiter);
    });
  }

  #take(changes: readonly Change[]): void {
    for (const change of changes) {
      const member = this.#memberOf(change.key);
      if (!member) continue;
      if (member.waiting) member.waiting.push(change);
      else member.cache.apply(change);
    }
    const last = changes.at(-1)?.revision ?? this.#revision;
    this.#revision = Math.max(this.#revision, last);
    this.#release(this.#revision);
  }

  #release(revision: number): void {
    if (this.#waiters.length === 0) return;
    const ready = this.#waiters.filter((waiter) => waiter.revision <= revision);
    this.#waiters = this.#waiters.filter((waiter) => waiter.revision > revision);
    for (const waiter of ready) waiter.resolve();
  }

  /** Prefixes are one segment or two after /registry/: "pods/", "services/specs/". */
  #memberOf(key: string): Member | undefined {
    const first = key.indexOf("/", root.length);
    const member = this.#members.get(key.slice(root.length, first));
    if (member) return member;
    const second = key.indexOf("/", first + 1);
    return second < 0 ? undefined : this.#members.get(key.slice(root.length, second));
  }

  async #fill(member: Member): Promise<void> {
    const load = member.cache.beginLoad();
    let page: RangePage | undefined;
    do {
      const [revision, after] = [page?.revision, page?.values.at(-1)?.key];
      page = await this.#storage.list(member.cache.prefix, { revision, after, limit: pageSize });
      load.add(page.values);
    } while (page.more);
    const { revision } = page;
    load.finish(revision);
    const missed = (member.waiting ?? []).filter((change) => change.revision > revision);
    member.waiting = undefined;
    for (const change of missed) member.cache.apply(change);
  }

  #lost(error: StorageError): void {
    if (!this.#started) return;
    if (error.code === "Closed") return this.stop();
    this.#logger.warn("the storage watch was lost; caches are filled anew", { code: error.code, error: error.message });
    for (const member of this.#members.values()) member.waiting = [];
    this.#retry = this.#clock.setTimer(retryDelay, () => void this.#restart());
  }

  async #restart(): Promise<void> {
    try {
      await this.start();
    } catch (cause) {
      this.#lost(cause instanceof StorageError ? cause : new StorageError("Unavailable", String(cause), { cause }));
    }
  }
}
