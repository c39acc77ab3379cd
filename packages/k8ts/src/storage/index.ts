/**
 * Storage keeps what the cluster knows: revisioned values under keys, durable once acknowledged, and beside them a cache
 * for each resource that holds every object's bytes ready to be sent.
 *
 *     commit ── group commit, one flush ── history ── one watch ── caches ── GET, LIST, WATCH
 *     (local-storage.ts, backends/)     (history.ts) (watch-hub.ts) (watch-cache/)
 *
 * The registry alone calls it. Storage never looks into an object: it neither decodes nor validates, and knows no HTTP.
 * Backends pass one contract suite (contract.ts); the etcd backend will too.
 */
export { openLmdbStorage, type LmdbStorageOptions } from "./backends/lmdb.ts";
export { openMemoryStorage } from "./backends/memory.ts";
export { defaultHistoryLimits, type HistoryLimits } from "./history.ts";
export type { LocalStorageOptions } from "./local-storage.ts";
export * from "./storage.ts";
export { CacheFeed, type CacheFeedOptions } from "./watch-cache/cache-feed.ts";
export type { EventType, WatchEvent } from "./watch-cache/event.ts";
export { frameOf } from "./watch-cache/event.ts";
export { beginsWith, type CacheRecord, type RecordFormat, withResourceVersion } from "./watch-cache/record.ts";
export { fieldNamesMark, indexText } from "./watch-cache/record-index.ts";
export { runsOf } from "./watch-cache/runs.ts";
export {
  type CacheWatchOptions,
  rememberDecoded,
  WatchCache,
  type WatchCacheOptions,
} from "./watch-cache/watch-cache.ts";
export type { WatchFilter } from "./watch-cache/watch-filter.ts";
export type { Watcher, WatchEventSink } from "./watch-cache/watcher.ts";
