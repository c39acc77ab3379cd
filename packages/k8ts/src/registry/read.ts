/** Reading: which revision a get, list or watch shows, and where it comes from. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import {
  type CacheRecord,
  StorageError,
  type StoredValue,
  type WatchFilter,
  withResourceVersion,
} from "../storage/index.ts";
import type { RequestContext } from "./context.ts";
import { type ContinueToken, decodeContinue, encodeContinue } from "./continue-token.ts";
import { BytesEntry, entryList, type ListPosition, recordList } from "./entries.ts";
import { filterOf, parseResourceVersion, validateListOptions } from "./list-options.ts";
import type { Entry, ListOptions, ListResult } from "./resource-store.ts";
import { expiredContinue, statusErrorOf, tooLargeResourceVersion } from "./storage-errors.ts";
import type { StoreCore } from "./store-core.ts";
import { badRequest } from "@k8ts/api";

/** Reads one object. `resourceVersion`: undefined, the newest; "0", whatever is there; else not older than that. */
export async function get(core: StoreCore, namespace: string, name: string, resourceVersion?: string): Promise<Entry> {
  const asked = parseResourceVersion(resourceVersion);
  if (asked === undefined) await core.caughtUp();
  else if (asked > 0) await core.waitFor(asked);
  const record = core.parts.cache.get(core.key(namespace, name));
  if (!record) throw core.notFound(name);
  return record;
}

/** Reads a collection, or a page of it. */
export async function list(
  core: StoreCore,
  context: RequestContext,
  namespace: string,
  options: ListOptions,
): Promise<ListResult> {
  validateListOptions(options);
  const filter = filterOf(core.resource, core.strategy, namespace, options);
  context.signal.throwIfAborted();
  const page = pageOf(options);
  if (page.exact === undefined) {
    if (page.atLeast === undefined) await core.caughtUp();
    else if (page.atLeast > 0) await core.waitFor(page.atLeast);
    const { cache } = core.parts;
    return cutRecords(cache.list(filter, page.after), page, filter, cache.revision);
  }
  return listAt(core, filter, page, page.exact);
}

/** What a list's options come down to. */
interface Page {
  /** The revision to show; undefined: any that satisfies `atLeast`. */
  readonly exact?: number;
  /** Not older than this; 0: whatever is there; undefined: the newest. */
  readonly atLeast?: number;
  readonly after: string;
  /** 0: no limit. */
  readonly limit: number;
  readonly token?: ContinueToken;
}

function pageOf(options: ListOptions): Page {
  const limit = options.limit ?? 0;
  if (options.continue) {
    const token = decodeContinue(options.continue);
    if (options.resourceVersion && options.resourceVersion !== "0") {
      throw badRequest("specifying resource version is not allowed when using continue");
    }
    return { after: token.after, limit, token, ...(token.revision > 0 && { exact: token.revision }) };
  }
  const asked = parseResourceVersion(options.resourceVersion);
  const match = options.resourceVersionMatch;
  const exact = match === "Exact" || (!match && limit > 0 && asked !== undefined && asked > 0);
  if (exact) return { exact: asked, after: "", limit };
  // A list of "any version" is served whole from the cache, whatever limit it names: as upstream, informers rely on it.
  return { atLeast: asked, after: "", limit: asked === 0 ? 0 : limit };
}

function cutRecords(records: readonly CacheRecord[], page: Page, filter: WatchFilter, revision: number): ListResult {
  if (page.limit === 0 || records.length <= page.limit) return recordList(records, { revision });
  const kept = records.slice(0, page.limit);
  const remaining = records.length - page.limit;
  return recordList(kept, positionAfter(kept.at(-1)!.key, revision, filter, remaining));
}

function positionAfter(after: string, revision: number, filter: WatchFilter, remaining?: number): ListPosition {
  const counted = remaining !== undefined && !filter.labels && !filter.fields;
  return { revision, continue: encodeContinue({ revision, after }), ...(counted && { remaining }) };
}

/** A list at one revision: of the cache where nothing has changed since, else of storage's history. */
async function listAt(core: StoreCore, filter: WatchFilter, page: Page, revision: number): Promise<ListResult> {
  const { cache, feed } = core.parts;
  if (revision > feed.revision()) {
    await core.caughtUp();
    if (revision > feed.revision()) throw tooLargeResourceVersion(revision, feed.revision());
  }
  if (cache.lastChange <= revision && revision >= cache.ring.oldestRevision) {
    return cutRecords(cache.list(filter, page.after), page, filter, revision);
  }
  return listPast(core, filter, page, revision);
}

async function listPast(core: StoreCore, filter: WatchFilter, page: Page, revision: number): Promise<ListResult> {
  const { cache, storage } = core.parts;
  const prefix = cache.prefix + (filter.namespace === "" ? "" : `${filter.namespace}/`);
  try {
    const after = page.after === "" ? undefined : cache.prefix + page.after;
    const { values } = await storage.list(prefix, { revision, after });
    return cutValues(core, values, page, filter, revision);
  } catch (error) {
    if (page.token && error instanceof StorageError && error.code === "Compacted") throw expiredContinue(page.after);
    throw statusErrorOf(error, core.resource, "list");
  }
}

function cutValues(
  core: StoreCore,
  values: readonly StoredValue[],
  page: Page,
  filter: WatchFilter,
  revision: number,
): ListResult {
  const { cache } = core.parts;
  const matching = values.filter(cache.matcher(filter));
  const kept = page.limit > 0 ? matching.slice(0, page.limit) : matching;
  const entries = kept.map((value) => storedEntry(core, value));
  if (kept.length === matching.length) return entryList(entries, { revision });
  const after = kept.at(-1)!.key.slice(cache.prefix.length);
  return entryList(entries, positionAfter(after, revision, filter, matching.length - kept.length));
}

/** An entry of a value that the cache does not hold any more. */
function storedEntry(core: StoreCore, stored: StoredValue): Entry {
  const { codec } = core.parts;
  const entry: BytesEntry = new BytesEntry(
    stored.revision,
    () => withResourceVersion(codec.shaped(stored.value), codec.head.length, stored.revision),
    (): DeepReadonly<KubernetesObject> => {
      const text = Buffer.from(entry.json()).toString("utf8");
      return codec.share(JSON.parse(text) as KubernetesObject);
    },
  );
  return entry;
}
