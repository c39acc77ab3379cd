/**
 * Live watchers by what they are about, so that a change is offered only to those it may concern: a thousand kubelets
 * that each watch `spec.nodeName=…` cost a pod's change two look-ups, not a thousand tests.
 */
import type { CacheChange } from "./event.ts";
import type { CacheRecord } from "./record.ts";
import type { Watcher } from "./watcher.ts";

type Bucket = Map<string, Set<Watcher>>;

function addTo(bucket: Bucket, key: string, watcher: Watcher): void {
  const set = bucket.get(key);
  if (set) set.add(watcher);
  else bucket.set(key, new Set([watcher]));
}

/** Every watcher stands in one bucket: of an exact field value, else of its namespace ("" for all). */
export class WatcherIndex {
  readonly #byNamespace: Bucket = new Map();
  readonly #byField = new Map<string, Bucket>();

  add(watcher: Watcher): void {
    const [bucket, key] = this.#placeOf(watcher);
    addTo(bucket, key, watcher);
  }

  delete(watcher: Watcher): void {
    const [bucket, key] = this.#placeOf(watcher);
    const set = bucket.get(key);
    if (set?.delete(watcher) && set.size === 0) bucket.delete(key);
  }

  /** Calls `offer` for every watcher that the change may concern, once each. */
  concerned(change: CacheChange, offer: (watcher: Watcher) => void): void {
    const { current, previous } = change;
    const all = this.#byNamespace.get("");
    if (all) for (const watcher of all) offer(watcher);
    const record = (current ?? previous)!;
    const inNamespace = record.namespace === "" ? undefined : this.#byNamespace.get(record.namespace);
    if (inNamespace) for (const watcher of inNamespace) offer(watcher);
    for (const [field, bucket] of this.#byField) offerByField(field, bucket, current, previous, offer);
  }

  #placeOf(watcher: Watcher): [Bucket, string] {
    const exact = watcher.matcher.exactField();
    if (!exact) return [this.#byNamespace, watcher.matcher.prefix.slice(0, -1)];
    let bucket = this.#byField.get(exact.field);
    if (!bucket) this.#byField.set(exact.field, (bucket = new Map()));
    return [bucket, exact.value];
  }
}

function offerByField(
  field: string,
  bucket: Bucket,
  current: CacheRecord | undefined,
  previous: CacheRecord | undefined,
  offer: (watcher: Watcher) => void,
): void {
  if (bucket.size === 0) return;
  const now = current?.field(field);
  const before = previous?.field(field);
  const watching = now === undefined ? undefined : bucket.get(now);
  if (watching) for (const watcher of watching) offer(watcher);
  if (before === undefined || before === now) return;
  const watched = bucket.get(before);
  if (watched) for (const watcher of watched) offer(watcher);
}
