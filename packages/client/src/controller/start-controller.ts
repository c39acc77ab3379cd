/**
 * Runs a controller:
 *
 *     informers ──changes──▶ keys ──▶ work queue ──▶ workers ──▶ reconcile(key)
 *                                        ▲   later, or after backoff │
 *                                        └───────────────────────────┘
 */
import { controllerOf, type DeepReadonly, type KubernetesObject, type ObjectKey, type Resource } from "@k8ts/api";
import type { Informer, InformerFactory } from "../cache/informer.ts";
import { cacheKey } from "../cache/store.ts";
import { type Controller, type ControllerContext, type Watch } from "./controller.ts";
import { ReconcileLoop } from "./reconcile-loop.ts";
import { WorkQueue } from "./work-queue.ts";

/** What a controller's context is made of. */
export type ControllerDependencies = Omit<ControllerContext, "signal" | "enqueue">;

/** A controller that runs. */
export interface RunningController {
  /** Resolves when its informers have synced and its workers work; rejects where stopped before. */
  readonly started: Promise<void>;
  /** Lets running reconciles end (their signal aborts), then resolves. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts a controller: sets it up, listens to its resources, and reconciles once their caches have synced. The informers
 * themselves are started by whoever owns the factory.
 */
export function startController<T extends KubernetesObject>(
  controller: Controller<T>,
  dependencies: ControllerDependencies,
): RunningController {
  const stopping = new AbortController();
  const { clock, metrics } = dependencies;
  const logger = dependencies.logger.child({ controller: controller.name });
  const queue = new WorkQueue({ name: controller.name, clock, metrics });
  const informers = new RecordedInformers(dependencies.informers);
  const enqueue = (key: ObjectKey, after = 0): void => {
    const text = cacheKey(key.namespace, key.name);
    if (after > 0) queue.addAfter(text, after);
    else queue.add(text);
  };
  const context: ControllerContext = { ...dependencies, logger, informers, signal: stopping.signal, enqueue };
  controller.setup?.(context);
  listen(controller, context);
  const loop = new ReconcileLoop(controller, context, queue);
  const run = async (): Promise<void> => {
    await informers.allSynced(stopping.signal);
    loop.start();
  };
  const started = run();
  started.catch(() => undefined);
  return {
    started,
    async stop() {
      stopping.abort(new Error(`${controller.name} is stopping`));
      informers.removeHandlers();
      queue.shutDown();
      await loop.finished();
    },
  };
}

/** Notes which informers a controller uses, so that it waits for these only, and its handlers, so that they end with it. */
class RecordedInformers implements InformerFactory {
  readonly #factory: InformerFactory;
  readonly #used = new Map<Informer<unknown>, Informer<unknown>>();
  readonly #removals = new Set<() => void>();

  constructor(factory: InformerFactory) {
    this.#factory = factory;
  }

  of<T>(resource: Resource<T>, scope?: Parameters<InformerFactory["of"]>[1]): Informer<T> {
    const informer = this.#factory.of(resource, scope) as Informer<unknown>;
    let recorded = this.#used.get(informer);
    if (!recorded) this.#used.set(informer, (recorded = this.#record(informer)));
    return recorded as Informer<T>;
  }

  #record(informer: Informer<unknown>): Informer<unknown> {
    return {
      resource: informer.resource,
      lister: informer.lister,
      addIndex: (name, values) => informer.addIndex(name, values),
      addHandler: (handler) => {
        const remove = informer.addHandler(handler);
        this.#removals.add(remove);
        return () => {
          this.#removals.delete(remove);
          remove();
        };
      },
      hasSynced: () => informer.hasSynced(),
      synced: (signal) => informer.synced(signal),
    };
  }

  /** Takes away all handlers that were added here. */
  removeHandlers(): void {
    for (const remove of this.#removals) remove();
    this.#removals.clear();
  }

  start(): void {
    this.#factory.start();
  }

  async allSynced(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#used.keys()].map((informer) => informer.synced(signal)));
  }

  synced(signal?: AbortSignal): Promise<void> {
    return this.#factory.synced(signal);
  }

  stop(): Promise<void> {
    return this.#factory.stop();
  }
}

/** Adds the handlers that turn changes into keys. */
function listen<T extends KubernetesObject>(controller: Controller<T>, context: ControllerContext): void {
  const watches = [...ownWatches(controller), ...((controller.watches ?? []) as readonly Watch[])];
  for (const watch of watches) addWatch(watch, context);
}

/** The controller's own resource and what its objects own. */
function ownWatches<T extends KubernetesObject>(controller: Controller<T>): Watch[] {
  const { for: resource, owns = [] } = controller;
  if (!resource) return [];
  const own: Watch<T> = { resource, map: (object) => [keyOf(object)] };
  return [own as Watch, ...owns.map((owned) => ownerWatch(owned, resource))];
}

const keyOf = (object: DeepReadonly<KubernetesObject>): ObjectKey => ({
  namespace: object.metadata.namespace ?? "",
  name: object.metadata.name ?? "",
});

function ownerWatch(resource: Resource, owner: Resource): Watch {
  return {
    resource: resource as Resource<KubernetesObject>,
    map(object) {
      const reference = controllerOf(object);
      if (!reference || reference.kind !== owner.kind || groupOf(reference.apiVersion) !== owner.group) return [];
      return [{ namespace: owner.namespaced ? (object.metadata.namespace ?? "") : "", name: reference.name }];
    },
  };
}

const groupOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";

function addWatch(watch: Watch, context: ControllerContext): void {
  type Seen = DeepReadonly<KubernetesObject>;
  const concerns = (object: Seen, old?: Seen): boolean => watch.filter?.(object, old) ?? true;
  const enqueueAll = (object: Seen): readonly ObjectKey[] => {
    const keys = watch.map(object, context);
    for (const key of keys) context.enqueue(key);
    return keys;
  };
  context.informers.of(watch.resource).addHandler({
    add(object) {
      if (concerns(object)) enqueueAll(object);
    },
    update(object, old) {
      if (object.metadata.resourceVersion === old.metadata.resourceVersion || !concerns(object, old)) return;
      const keys = enqueueAll(object);
      for (const key of watch.map(old, context)) if (!keys.some((other) => sameKey(key, other))) context.enqueue(key);
    },
    delete(object) {
      if (concerns(object)) enqueueAll(object);
    },
  });
}

const sameKey = (a: ObjectKey, b: ObjectKey): boolean => a.name === b.name && a.namespace === b.namespace;
