/** Caches of resources that a reflector keeps current: what controllers read instead of asking the API server. */
import type { DeepReadonly, Resource } from "@k8ts/api";

/** Reads of an informer's cache. Objects are shared: clone before changing one. */
export interface Lister<T> {
  get(namespace: string, name: string): DeepReadonly<T> | undefined;
  /** All objects, of one namespace where given. */
  list(namespace?: string): readonly DeepReadonly<T>[];
  /** Objects whose index function gave this value. Throws where no such index was added. */
  byIndex(index: string, value: string): readonly DeepReadonly<T>[];
}

/** Who hears of changes in a cache. Calls come in order, after the cache shows the change. */
export interface InformerHandler<T> {
  add?(object: DeepReadonly<T>, isInInitialList: boolean): void;
  update?(object: DeepReadonly<T>, old: DeepReadonly<T>): void;
  /** The object's last known state; `stale` where the deletion itself was missed and found by a relist. */
  delete?(object: DeepReadonly<T>, stale: boolean): void;
}

/** One resource's cache and its listeners. */
export interface Informer<T> {
  readonly resource: Resource<T>;
  readonly lister: Lister<T>;
  /** Adds an index before or after start; asking again with the same name is allowed and keeps the first. */
  addIndex(name: string, values: (object: DeepReadonly<T>) => readonly string[]): void;
  /** Adds a listener, which first hears an `add` for everything cached. Returns how to remove it. */
  addHandler(handler: InformerHandler<T>): () => void;
  hasSynced(): boolean;
  /** Resolves when the first list is in the cache; rejects when stopped before. */
  synced(signal?: AbortSignal): Promise<void>;
}

/** What part of a resource an informer caches. Informers of the same resource and scope are shared. */
export interface InformerScope {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Informers of one client, each made and started once. */
export interface InformerFactory {
  of<T>(resource: Resource<T>, scope?: InformerScope): Informer<T>;
  /** Starts those made so far and, from now on, those made later. */
  start(): void;
  /** Resolves when all made so far have synced. */
  synced(signal?: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}
