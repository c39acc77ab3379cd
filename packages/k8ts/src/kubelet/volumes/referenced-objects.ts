/**
 * The ConfigMaps and Secrets that a node's pods use, each watched on its own (a kubelet may read no others) and only as
 * long as a pod uses it. A pod that waits for an object hears of it the moment it appears, and volumes follow changes.
 */
import {
  isForbidden,
  isNotFound,
  type Clock,
  type DeepReadonly,
  type Logger,
  type Resource,
  type Timer,
} from "@k8ts/api";
import type { KubernetesObject } from "@k8ts/api";
import type { Client, WatchEvent } from "@k8ts/client";

/** A hold on one object. */
export interface ObjectHold<T> {
  /** The object as it is now; undefined: there is none. Throws StatusError where it cannot be read. */
  current(): Promise<DeepReadonly<T> | undefined>;
  release(): void;
}

/** Where pods' references are read. */
export interface ReferencedObjects {
  /** Holds the object; `changed` is called whenever it differs from what was last seen. */
  hold<T extends KubernetesObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
    changed: () => void,
  ): ObjectHold<T>;
  stop(): void;
}

/** Waits between attempts to watch: first, last. */
const firstRetry = 500;
const lastRetry = 30_000;

/** What the watches are made of. */
export interface ReferencedObjectsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Reference-counted watches over the client. */
export function watchReferencedObjects(options: ReferencedObjectsOptions): ReferencedObjects {
  const watched = new Map<string, WatchedObject>();
  return {
    hold<T extends KubernetesObject>(resource: Resource<T>, namespace: string, name: string, changed: () => void) {
      const key = `${resource.resource}/${namespace}/${name}`;
      let object = watched.get(key);
      if (object === undefined) {
        object = new WatchedObject(options, resource as Resource<KubernetesObject>, namespace, name);
        watched.set(key, object);
      }
      const held = object;
      held.listeners.add(changed);
      let released = false;
      return {
        current: () => held.current() as Promise<DeepReadonly<T> | undefined>,
        release() {
          if (released) return;
          released = true;
          held.listeners.delete(changed);
          if (held.listeners.size > 0) return;
          held.stop();
          if (watched.get(key) === held) watched.delete(key);
        },
      };
    },
    stop() {
      for (const object of watched.values()) object.stop();
      watched.clear();
    },
  };
}

class WatchedObject {
  readonly listeners = new Set<() => void>();
  readonly #options: ReferencedObjectsOptions;
  readonly #resource: Resource<KubernetesObject>;
  readonly #namespace: string;
  readonly #name: string;
  readonly #stop = new AbortController();
  #object: DeepReadonly<KubernetesObject> | undefined;
  #known = false;
  #first: Promise<void>;
  #retry = 0;
  #timer: Timer | undefined;

  constructor(
    options: ReferencedObjectsOptions,
    resource: Resource<KubernetesObject>,
    namespace: string,
    name: string,
  ) {
    this.#options = options;
    this.#resource = resource;
    this.#namespace = namespace;
    this.#name = name;
    this.#first = this.#start();
    // Whoever asks hears of it; nobody need ask.
    this.#first.catch(() => undefined);
  }

  async current(): Promise<DeepReadonly<KubernetesObject> | undefined> {
    if (this.#known) return this.#object;
    await this.#first;
    return this.#object;
  }

  stop(): void {
    this.#stop.abort();
    this.#timer?.cancel();
  }

  /** Reads, then watches from there. */
  async #start(): Promise<void> {
    try {
      const revision = await this.#read();
      this.#known = true;
      this.#retry = 0;
      await this.#watch(revision);
    } catch (error) {
      this.#later(error);
      if (!this.#known) throw error;
    }
  }

  async #read(): Promise<string | undefined> {
    const { signal } = this.#stop;
    const fieldSelector = `metadata.name=${this.#name}`;
    const list = await this.#options.client.list(this.#resource, { namespace: this.#namespace, fieldSelector, signal });
    this.#set(list.items.find((item) => item.metadata.name === this.#name));
    return list.metadata.resourceVersion;
  }

  async #watch(resourceVersion: string | undefined): Promise<void> {
    const { signal } = this.#stop;
    const fieldSelector = `metadata.name=${this.#name}`;
    const query = { namespace: this.#namespace, fieldSelector, resourceVersion, allowWatchBookmarks: true, signal };
    await this.#options.client.watch(this.#resource, query, {
      event: (event) => this.#take(event),
      closed: (error) => {
        if (!this.#stop.signal.aborted) this.#later(error);
      },
    });
  }

  #take({ type, object }: WatchEvent): void {
    if (type === "BOOKMARK" || object.metadata.name !== this.#name) return;
    this.#set(type === "DELETED" ? undefined : object);
  }

  #set(object: DeepReadonly<KubernetesObject> | undefined): void {
    const changed = this.#known && this.#object?.metadata.resourceVersion !== object?.metadata.resourceVersion;
    this.#object = object;
    if (changed) for (const listener of this.listeners) listener();
  }

  /** Tries again; after a clean end of a watch at once, after a failure ever later. */
  #later(error: unknown): void {
    const { clock, logger } = this.#options;
    if (this.#stop.signal.aborted) return;
    const object = `${this.#namespace}/${this.#name}`;
    if (error !== undefined && !isForbidden(error) && !isNotFound(error))
      logger.debug("Cannot watch an object that pods use", { resource: this.#resource.resource, object, error });
    this.#retry = error === undefined ? 0 : Math.min(this.#retry === 0 ? firstRetry : this.#retry * 2, lastRetry);
    this.#timer?.cancel();
    this.#timer = clock.setTimer(this.#retry, () => void this.#again());
  }

  /** Those who wait for the object hear when it can be read at last. */
  async #again(): Promise<void> {
    const known = this.#known;
    const attempt = this.#start();
    if (!known) this.#first = attempt;
    const read = await attempt.then(
      () => true,
      () => this.#known,
    );
    if (read && !known) for (const listener of this.listeners) listener();
  }
}
