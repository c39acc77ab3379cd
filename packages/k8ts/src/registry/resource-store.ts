/**
 * The verbs of one resource, between the handlers and storage: what every REST call and every in-process client comes
 * down to. Results carry stored bytes; they are decoded only when somebody asks for the object, at most once per revision.
 */
import type { DeepReadonly, KubernetesObject, ResourceSchema } from "@k8ts/api";
import type { RequestContext } from "./context.ts";
import type { Strategy } from "./strategy.ts";

/** One object at one revision. */
export interface Entry {
  readonly revision: number;
  /** Its JSON, resourceVersion included: often a view of shared memory that never changes; do not write to it. */
  json(): Uint8Array;
  /** The decoded object, shared. */
  object(): DeepReadonly<KubernetesObject>;
}

/** Which objects: parsed from a request's query. */
export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
  readonly limit?: number;
  readonly continue?: string;
}

/** What a watch may say beside a list's options. */
export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  /** Absent or 0: until the signal aborts. */
  readonly timeoutSeconds?: number;
}

/** A page of objects. */
export interface ListResult {
  readonly revision: number;
  readonly continue?: string;
  readonly remaining?: number;
  readonly count: number;
  /** The items' JSON joined by commas, in as few runs as memory allows; like Entry.json. */
  runs(): Iterable<Uint8Array>;
  entries(): Iterable<Entry>;
}

/** One event of a watch, the same instance for every watcher of the resource. */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly revision: number;
  /** `{"type":…,"object":…}` and a newline; built once for all watchers. */
  frame(): Uint8Array;
  object(): DeepReadonly<KubernetesObject>;
}

/** Who listens to a store watch. */
export interface StoreSink {
  /**
   * Events of one commit or one tick, in order; must not block. A returned promise says that the listener is busy (its
   * connection is full) until it resolves: nothing more comes before, nothing is buffered for it, and where it stays away
   * longer than the cache remembers, the watch ends with 410.
   */
  events(events: readonly StoreEvent[]): void | Promise<void>;
  /** Over: the timeout passed or the signal aborted (no error), or the cache lost its place (410 StatusError). */
  closed(error?: Error): void;
}

/** What a write says beside the object. */
export interface MutationOptions {
  readonly dryRun: boolean;
  /** "" for the object itself, else the subresource that is written ("status"). */
  readonly subresource: string;
  /** The request's CreateOptions or UpdateOptions, for admission. */
  readonly options?: unknown;
}

/** DeleteOptions as decoded and defaulted. */
export interface DeleteRequest {
  readonly dryRun: boolean;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** The generic store of one resource. Namespace is "" for cluster-scoped resources and, in list and watch, for all. */
export interface ResourceStore {
  readonly resource: ResourceSchema;
  readonly strategy: Strategy;
  get(context: RequestContext, namespace: string, name: string, resourceVersion?: string): Promise<Entry>;
  /** One object as the cache shows it now, without waiting: for admission and allocators. */
  peek(namespace: string, name: string): Entry | undefined;
  /** All of a namespace, or with "" all there are, as the cache shows them now. */
  peekAll(namespace: string): Iterable<Entry>;
  list(context: RequestContext, namespace: string, options: ListOptions): Promise<ListResult>;
  /** Resolves once accepted; throws StatusError (410 Expired, 400) where refused. */
  watch(context: RequestContext, namespace: string, options: WatchOptions, sink: StoreSink): Promise<void>;
  /** `object` is decoded and defaulted, and becomes the store's: do not use it afterwards. */
  create(
    context: RequestContext,
    namespace: string,
    object: KubernetesObject,
    options: MutationOptions,
  ): Promise<Entry>;
  /**
   * Read, change, admit, validate, compare-and-set; calls `change` again on the newer object where somebody else wrote
   * between and the new object names no resourceVersion. `change` gets a shared object: return a new one.
   */
  update(
    context: RequestContext,
    namespace: string,
    name: string,
    change: (current: DeepReadonly<KubernetesObject> | undefined) => KubernetesObject | Promise<KubernetesObject>,
    options: MutationOptions,
  ): Promise<{ entry: Entry; created: boolean }>;
  /** `gone`: it no longer exists; else finalizers or grace keep it and `entry` shows it being deleted. */
  delete(
    context: RequestContext,
    namespace: string,
    name: string,
    request: DeleteRequest,
  ): Promise<{ entry: Entry; gone: boolean }>;
  /** Deletes what matches; resolves to what was there. */
  deleteCollection(
    context: RequestContext,
    namespace: string,
    request: DeleteRequest,
    options: ListOptions,
  ): Promise<ListResult>;
}

/** All stores of a server, by group, version and plural. */
export interface Registry {
  /** Undefined where no such resource is served. */
  store(group: string, version: string, resource: string): ResourceStore | undefined;
  stores(): Iterable<ResourceStore>;
  /** Resolves when every watch cache shows what storage holds. */
  start(): Promise<void>;
  stop(): Promise<void>;
}
