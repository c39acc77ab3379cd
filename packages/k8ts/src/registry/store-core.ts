/** What the verbs of one resource share: its cache, its keys, and the one way into storage. */
import {
  alreadyExists,
  applyDefaults,
  conflict,
  type DeepReadonly,
  type FieldError,
  invalid,
  type KubernetesObject,
  notFound,
  type ResourceSchema,
  type Scheme,
} from "@k8ts/api";
import type { Admission, AdmissionRequest } from "../admission/admission.ts";
import {
  type CacheFeed,
  type CacheRecord,
  rememberDecoded,
  type Storage,
  StorageError,
  type WatchCache,
} from "../storage/index.ts";
import type { RequestContext } from "./context.ts";
import { writtenEntry } from "./entries.ts";
import type { EncodedObject, ObjectCodec } from "./object-codec.ts";
import type { Entry } from "./resource-store.ts";
import { statusErrorOf, type StorageOperation, tooLargeResourceVersion } from "./storage-errors.ts";
import { objectKey } from "./storage-keys.ts";
import type { Strategy } from "./strategy.ts";

/** What a store is made of. */
export interface StoreParts {
  readonly scheme: Scheme;
  /** The resource in its storage version. */
  readonly resource: ResourceSchema;
  readonly strategy: Strategy;
  readonly storage: Storage;
  readonly feed: CacheFeed;
  readonly cache: WatchCache;
  readonly codec: ObjectCodec;
  readonly admission: Admission;
}

/** How long a request waits for a resourceVersion that has not come yet, in milliseconds; as upstream. */
const freshnessTimeout = 3000;

/** Marks a compare-and-set that somebody else won: read again and try anew. */
export const lostRace = Symbol("lost race");

/** The shared half of a resource's store. */
export class StoreCore {
  readonly parts: StoreParts;

  constructor(parts: StoreParts) {
    this.parts = parts;
  }

  get resource(): ResourceSchema {
    return this.parts.resource;
  }

  get strategy(): Strategy {
    return this.parts.strategy;
  }

  key(namespace: string, name: string): string {
    return objectKey(this.resource.namespaced ? namespace : "", name);
  }

  /** Resolves when the cache shows every write that was acknowledged before the call; to the newest revision. */
  async caughtUp(): Promise<number> {
    const revision = await this.#storage("get", this.parts.storage.revision());
    await this.waitFor(revision);
    return revision;
  }

  /** Resolves when the cache has reached `revision`; throws 504 "Too large resource version". */
  async waitFor(revision: number): Promise<void> {
    const { feed } = this.parts;
    if (feed.revision() >= revision || (await feed.reached(revision, freshnessTimeout))) return;
    throw tooLargeResourceVersion(revision, feed.revision());
  }

  /** The object as it is now, or undefined. */
  async current(namespace: string, name: string): Promise<CacheRecord | undefined> {
    await this.caughtUp();
    return this.parts.cache.get(this.key(namespace, name));
  }

  notFound(name: string): Error {
    return notFound(this.resource, name);
  }

  invalid(name: string, errors: readonly FieldError[]): Error {
    return invalid(this.resource, name, errors);
  }

  conflict(name: string, detail?: string): Error {
    return conflict(this.resource, name, detail);
  }

  /** Runs the table's defaults and the kind's own; mutators may have left some out. */
  applyDefaults(object: KubernetesObject): void {
    const { scheme, resource, strategy } = this.parts;
    applyDefaults(scheme.struct(resource.type), object);
    strategy.default?.(object);
  }

  admissionRequest(
    operation: AdmissionRequest["operation"],
    target: { readonly namespace: string; readonly name: string; readonly subresource: string },
    objects: { readonly object?: KubernetesObject; readonly old?: DeepReadonly<KubernetesObject> },
    request: { readonly dryRun: boolean; readonly options?: unknown },
    context: RequestContext,
  ): AdmissionRequest {
    return {
      operation,
      resource: this.resource,
      subresource: target.subresource,
      namespace: this.resource.namespaced ? target.namespace : "",
      name: target.name,
      object: objects.object,
      oldObject: objects.old,
      options: request.options,
      dryRun: request.dryRun,
      context,
    };
  }

  /** Stores a new object. Throws AlreadyExists. */
  async insert(object: KubernetesObject, dryRun: boolean): Promise<Entry> {
    const name = object.metadata.name ?? "";
    const key = this.key(object.metadata.namespace ?? "", name);
    const taken = (): Error => alreadyExists(this.resource, name);
    if (dryRun) {
      if (this.parts.cache.get(key)) throw taken();
      return this.#dryEntry(object, undefined);
    }
    const result = await this.#write(key, object, 0, "create");
    if (result === lostRace) throw taken();
    return result;
  }

  /** Stores an object in place of what is at `revision`; `lostRace` where that is no longer so. */
  async replace(object: KubernetesObject, revision: number, dryRun: boolean): Promise<Entry | typeof lostRace> {
    const key = this.key(object.metadata.namespace ?? "", object.metadata.name ?? "");
    return dryRun ? this.#dryEntry(object, revision) : this.#write(key, object, revision, "update");
  }

  /** Deletes what is at `revision`; resolves to the entry as the DELETED event shows it. */
  async remove(object: KubernetesObject, revision: number, dryRun: boolean): Promise<Entry | typeof lostRace> {
    const key = this.key(object.metadata.namespace ?? "", object.metadata.name ?? "");
    if (dryRun) return this.#dryEntry(object, revision);
    const encoded = this.parts.codec.encode(object);
    const deleted = await this.#commit(key, undefined, revision, "delete");
    if (deleted === lostRace) return lostRace;
    object.metadata.resourceVersion = String(deleted);
    this.strategy.released?.(object);
    return this.#entry(object, encoded, deleted);
  }

  async #write(
    key: string,
    object: KubernetesObject,
    expected: number,
    operation: StorageOperation,
  ): Promise<Entry | typeof lostRace> {
    const encoded = this.parts.codec.encode(object);
    rememberDecoded(encoded.value, object);
    const revision = await this.#commit(key, encoded, expected, operation);
    if (revision === lostRace) return lostRace;
    // The cache has usually done so already, when it took the object over.
    if (!object.metadata.resourceVersion) object.metadata.resourceVersion = String(revision);
    return this.#entry(object, encoded, revision);
  }

  async #commit(
    key: string,
    encoded: EncodedObject | undefined,
    expected: number,
    operation: StorageOperation,
  ): Promise<number | typeof lostRace> {
    const { storage, cache } = this.parts;
    try {
      const revision = await storage.commit([
        { key: cache.prefix + key, value: encoded?.value, index: encoded?.index, expected },
      ]);
      await this.waitFor(revision);
      return revision;
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== "Conflict") {
        throw statusErrorOf(error, this.resource, operation, key);
      }
      // Whoever won is in the cache before anybody tries again.
      if (error.current) await this.waitFor(error.current);
      return lostRace;
    }
  }

  /** What a dry run answers: the object as it would be, at the revision it has. */
  #dryEntry(object: KubernetesObject, revision: number | undefined): Entry {
    const encoded = this.parts.codec.encode(object);
    if (revision !== undefined) {
      object.metadata.resourceVersion = String(revision);
      return this.#entry(object, encoded, revision);
    }
    return { revision: 0, json: () => encoded.value, object: () => this.parts.codec.share(object) };
  }

  #entry(object: KubernetesObject, encoded: EncodedObject, revision: number): Entry {
    const { codec } = this.parts;
    return writtenEntry(codec.share(object), encoded, codec.head.length, revision);
  }

  async #storage<T>(operation: StorageOperation, promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw statusErrorOf(error, this.resource, operation);
    }
  }
}
