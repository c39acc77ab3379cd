/** Makes the stores: one for each resource that is stored, in every version it is served in. */
import type { Clock, Gauge, Logger, Metrics, Random, ResourceSchema, Scheme } from "@k8ts/api";
import type { Admission } from "../admission/admission.ts";
import { CacheFeed, type Storage, WatchCache } from "../storage/index.ts";
import { ObjectCodec } from "./object-codec.ts";
import { Conversion } from "./conversion.ts";
import { Expiry } from "./expiry.ts";
import type { Registry, ResourceStore } from "./resource-store.ts";
import { storagePrefix } from "./storage-keys.ts";
import { qualifiedName, storageName, storageVersion } from "./storage-versions.ts";
import { GenericStore } from "./store.ts";
import type { Strategy } from "./strategy.ts";
import { VersionedStore } from "./versioned-store.ts";

/** What a registry is made of. */
export interface RegistryOptions {
  readonly scheme: Scheme;
  readonly storage: Storage;
  /** Kinds that differ from the default strategy. */
  readonly strategies: readonly Strategy[];
  readonly admission: Admission;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Freeze every object that is handed out, so that whoever changes a shared one is caught; for tests. */
  readonly frozen?: boolean;
}

/** Makes the registry; `start` fills its caches. */
export function createRegistry(options: RegistryOptions): Registry {
  return new StoreRegistry(options);
}

const storeKey = (group: string, version: string, resource: string): string => `${group}/${version}/${resource}`;

/** Reviews and bindings are answered, not kept; componentstatuses are read only. */
const isStored = (resource: ResourceSchema): boolean =>
  resource.verbs.includes("create") && resource.verbs.includes("list");

class StoreRegistry implements Registry {
  readonly #options: RegistryOptions;
  readonly #feed: CacheFeed;
  readonly #expiries: Expiry[] = [];
  readonly #objects: Gauge;
  readonly #stores = new Map<string, ResourceStore>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#feed = new CacheFeed(options);
    const help = "Objects in storage, by resource.";
    this.#objects = options.metrics.gauge("apiserver_storage_objects", help, ["resource"]);
    const families = Map.groupBy(options.scheme.resources().filter(isStored), storageName);
    for (const versions of families.values()) this.#add(versions);
  }

  store(group: string, version: string, resource: string): ResourceStore | undefined {
    return this.#stores.get(storeKey(group, version, resource));
  }

  stores(): Iterable<ResourceStore> {
    return this.#stores.values();
  }

  async start(): Promise<void> {
    await this.#feed.start();
    for (const expiry of this.#expiries) expiry.start();
  }

  async stop(): Promise<void> {
    for (const expiry of this.#expiries) expiry.stop();
    this.#feed.stop();
  }

  /** All versions of one resource: a store and views of it. */
  #add(versions: readonly ResourceSchema[]): void {
    const resource = storageVersion(versions);
    const stored = this.#storedVersion(resource);
    for (const served of versions) {
      const store = served === resource ? stored : new VersionedStore(served, stored, new Conversion(served, resource));
      this.#stores.set(storeKey(served.group, served.version, served.resource), store);
    }
  }

  #strategy({ group, resource }: ResourceSchema): Strategy | undefined {
    return this.#options.strategies.find((strategy) => strategy.group === group && strategy.resource === resource);
  }

  #storedVersion(resource: ResourceSchema): ResourceStore {
    const { scheme, storage, admission, clock, logger, frozen } = this.#options;
    const strategy = this.#strategy(resource) ?? { group: resource.group, resource: resource.resource };
    const codec = new ObjectCodec(resource, strategy, frozen ?? false);
    const cache = new WatchCache(
      {
        prefix: storagePrefix(resource),
        namespaced: resource.namespaced,
        apiVersion: resource.groupVersion,
        kind: resource.kind,
        format: codec,
        clock,
        logger,
        counted: (objects) => this.#objects.set(objects, qualifiedName(resource)),
      },
      this.#feed.revision,
    );
    void this.#feed.add(cache);
    if (strategy.ttlSeconds) {
      this.#expiries.push(new Expiry({ cache, storage, clock, logger, seconds: strategy.ttlSeconds }));
    }
    return new GenericStore({ scheme, resource, strategy, storage, feed: this.#feed, cache, codec, admission });
  }
}
