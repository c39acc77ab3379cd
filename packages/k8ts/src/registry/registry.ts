/** Makes the stores: one for each resource that is stored, in every version it is served in. */
import type { Clock, Logger, Metrics, Random, ResourceSchema, Scheme } from "@k8ts/api";
import type { Admission } from "../admission/admission.ts";
import { CacheFeed, type Storage, WatchCache } from "../storage/index.ts";
import { ObjectCodec } from "./object-codec.ts";
import type { Registry, ResourceStore } from "./resource-store.ts";
import { storagePrefix } from "./storage-keys.ts";
import { GenericStore } from "./store.ts";
import type { Strategy } from "./strategy.ts";

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
  readonly #stores = new Map<string, ResourceStore>();

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#feed = new CacheFeed(options);
    for (const resource of options.scheme.resources()) if (isStored(resource)) this.#add(resource);
  }

  store(group: string, version: string, resource: string): ResourceStore | undefined {
    return this.#stores.get(storeKey(group, version, resource));
  }

  stores(): Iterable<ResourceStore> {
    return this.#stores.values();
  }

  start(): Promise<void> {
    return this.#feed.start();
  }

  async stop(): Promise<void> {
    this.#feed.stop();
  }

  #add(resource: ResourceSchema): void {
    const { scheme, storage, admission, clock, frozen, strategies } = this.#options;
    const { group, version, resource: plural } = resource;
    const strategy = strategies.find((one) => one.group === group && one.resource === plural) ?? {
      group,
      resource: plural,
    };
    const codec = new ObjectCodec(resource, strategy, frozen ?? false);
    const cache = new WatchCache(
      {
        prefix: storagePrefix(resource),
        namespaced: resource.namespaced,
        apiVersion: resource.groupVersion,
        kind: resource.kind,
        format: codec,
        clock,
      },
      this.#feed.revision,
    );
    void this.#feed.add(cache);
    const parts = { scheme, resource, strategy, storage, feed: this.#feed, cache, codec, admission };
    this.#stores.set(storeKey(group, version, plural), new GenericStore(parts));
  }
}
