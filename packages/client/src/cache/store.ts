/** The objects of one cache by key, by namespace and by index: plain maps, no copies of objects. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import type { Lister } from "./informer.ts";

/** "namespace/name", or "name" for objects without a namespace: client-go's cache key. */
export function cacheKey(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** The cache key of an object. */
export const keyOfObject = (object: DeepReadonly<KubernetesObject>): string =>
  cacheKey(object.metadata.namespace, object.metadata.name ?? "");

/** Objects that share an index value or a namespace, and the same as an array while nothing changes. */
interface Bucket<T> {
  readonly objects: Map<string, T>;
  array: readonly T[] | undefined;
}

const arrayOf = <T>(bucket: Bucket<T> | undefined): readonly T[] =>
  bucket ? (bucket.array ??= [...bucket.objects.values()]) : [];

interface Index<T> {
  readonly values: (object: T) => readonly string[];
  readonly buckets: Map<string, Bucket<T>>;
}

/**
 * A mutable cache. Writing costs O(indexes); reading a list that has not changed since costs nothing. Listed arrays are
 * snapshots: a later change makes a new one.
 */
export class Store<T> implements Lister<T> {
  readonly #all: Bucket<DeepReadonly<T>> = { objects: new Map(), array: undefined };
  readonly #namespaces = new Map<string, Bucket<DeepReadonly<T>>>();
  readonly #indexes = new Map<string, Index<DeepReadonly<T>>>();

  /** How many objects. */
  get size(): number {
    return this.#all.objects.size;
  }

  get(namespace: string, name: string): DeepReadonly<T> | undefined {
    return this.#all.objects.get(cacheKey(namespace, name));
  }

  /** The object with this cache key. */
  getByKey(key: string): DeepReadonly<T> | undefined {
    return this.#all.objects.get(key);
  }

  /** All cache keys; do not write while walking them. */
  keys(): IterableIterator<string> {
    return this.#all.objects.keys();
  }

  list(namespace?: string): readonly DeepReadonly<T>[] {
    return arrayOf(namespace ? this.#namespaces.get(namespace) : this.#all);
  }

  byIndex(index: string, value: string): readonly DeepReadonly<T>[] {
    const found = this.#indexes.get(index);
    if (!found) throw new Error(`Index with name ${index} does not exist`);
    return arrayOf(found.buckets.get(value));
  }

  /** Adds an index over what is and will be cached; a name that exists keeps its first function. */
  addIndex(name: string, values: (object: DeepReadonly<T>) => readonly string[]): void {
    if (this.#indexes.has(name)) return;
    const index: Index<DeepReadonly<T>> = { values, buckets: new Map() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#all.objects)
      for (const value of values(object)) put(index.buckets, value, key, object);
  }

  /** Adds or replaces; gives the object that was there. */
  set(key: string, object: DeepReadonly<T>): DeepReadonly<T> | undefined {
    const old = this.#all.objects.get(key);
    this.#all.objects.set(key, object);
    this.#all.array = undefined;
    const namespace = namespaceOf(key);
    if (namespace) put(this.#namespaces, namespace, key, object);
    for (const index of this.#indexes.values()) {
      if (old) for (const value of index.values(old)) drop(index.buckets, value, key);
      for (const value of index.values(object)) put(index.buckets, value, key, object);
    }
    return old;
  }

  /** Removes; gives the object that was there. */
  delete(key: string): DeepReadonly<T> | undefined {
    const old = this.#all.objects.get(key);
    if (!old) return undefined;
    this.#all.objects.delete(key);
    this.#all.array = undefined;
    const namespace = namespaceOf(key);
    if (namespace) drop(this.#namespaces, namespace, key);
    for (const index of this.#indexes.values()) for (const value of index.values(old)) drop(index.buckets, value, key);
    return old;
  }
}

function namespaceOf(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}

function put<T>(buckets: Map<string, Bucket<T>>, value: string, key: string, object: T): void {
  let bucket = buckets.get(value);
  if (!bucket) buckets.set(value, (bucket = { objects: new Map(), array: undefined }));
  bucket.objects.set(key, object);
  bucket.array = undefined;
}

function drop<T>(buckets: Map<string, Bucket<T>>, value: string, key: string): void {
  const bucket = buckets.get(value);
  if (!bucket) return;
  bucket.objects.delete(key);
  bucket.array = undefined;
  if (bucket.objects.size === 0) buckets.delete(value);
}
