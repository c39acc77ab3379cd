/** An informer: a store that a reflector fills, and the handlers that hear of its changes. */
import type { Clock, DeepReadonly, KubernetesObject, Logger, Random, Resource } from "@k8ts/api";
import type { Client } from "../rest/client.ts";
import type { Informer, InformerHandler, InformerScope, Lister } from "./informer.ts";
import { type Mirror, Reflector } from "./reflector.ts";
import { Store } from "./store.ts";

/** What an informer is handed. */
export interface InformerDependencies {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const stopped = (): Error => new Error("the informer was stopped before its cache synced");

/** The informer of one resource and scope; a factory makes, starts, shares and stops it. */
export class CachedInformer<T extends KubernetesObject = KubernetesObject> implements Informer<T>, Mirror<T> {
  readonly resource: Resource<T>;
  readonly #store = new Store<T>();
  readonly #reflector: Reflector<T>;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  #handlers: readonly InformerHandler<T>[] = [];
  #hasSynced = false;
  #running: Promise<void> | undefined;

  constructor(resource: Resource<T>, scope: InformerScope, dependencies: InformerDependencies) {
    this.resource = resource;
    this.#logger = dependencies.logger;
    this.#reflector = new Reflector<T>({ ...dependencies, resource, scope, mirror: this });
    this.#synced.promise.catch(() => undefined);
  }

  get lister(): Lister<T> {
    return this.#store;
  }

  addIndex(name: string, values: (object: DeepReadonly<T>) => readonly string[]): void {
    this.#store.addIndex(name, values);
  }

  addHandler(handler: InformerHandler<T>): () => void {
    if (handler.add) for (const object of this.#store.list()) this.#call(() => handler.add?.(object, true));
    this.#handlers = [...this.#handlers, handler];
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler);
    };
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  synced(signal?: AbortSignal): Promise<void> {
    if (!signal) return this.#synced.promise;
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      this.#synced.promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Starts the reflector, once. */
  start(): void {
    this.#running ??= this.#reflector.run(this.#stopping.signal);
  }

  /** Resolves when nothing more will change. */
  async stop(): Promise<void> {
    this.#stopping.abort(stopped());
    this.#synced.reject(stopped());
    await this.#running;
  }

  /** The reflector's full view; unchanged objects stay as they are and nobody hears of them. */
  replace(objects: ReadonlyMap<string, DeepReadonly<T>>): void {
    const initial = !this.#hasSynced;
    const gone = [...this.#store.keys()].filter((key) => !objects.has(key));
    for (const key of gone) this.#remove(key, this.#store.getByKey(key)!, true);
    for (const [key, object] of objects) {
      const old = this.#store.getByKey(key);
      if (!old || !sameRevision(old, object)) this.#put(key, object, initial);
    }
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  set(key: string, object: DeepReadonly<T>): void {
    this.#put(key, object, false);
  }

  delete(key: string, object: DeepReadonly<T>): void {
    this.#remove(key, object, false);
  }

  #put(key: string, object: DeepReadonly<T>, initial: boolean): void {
    const old = this.#store.set(key, object);
    for (const handler of this.#handlers) {
      if (old) this.#call(() => handler.update?.(object, old));
      else this.#call(() => handler.add?.(object, initial));
    }
  }

  #remove(key: string, object: DeepReadonly<T>, stale: boolean): void {
    if (!this.#store.delete(key)) return;
    for (const handler of this.#handlers) this.#call(() => handler.delete?.(object, stale));
  }

  /** A handler's fault is its own: the others and the cache go on. */
  #call(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#logger.error("an informer's handler threw", { resource: this.resource.resource, error });
    }
  }
}

function sameRevision(a: DeepReadonly<KubernetesObject>, b: DeepReadonly<KubernetesObject>): boolean {
  return a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid;
}
