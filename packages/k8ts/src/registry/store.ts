/** The generic store: the verbs of one resource in its storage version, each in a file of its own. */
import type { KubernetesObject, ResourceSchema } from "@k8ts/api";
import type { RequestContext } from "./context.ts";
import { create } from "./create.ts";
import { deleteListed, deleteObject, type DeleteResult } from "./delete.ts";
import { get, list } from "./read.ts";
import type {
  DeleteRequest,
  Entry,
  ListOptions,
  ListResult,
  MutationOptions,
  ResourceStore,
  StoreSink,
  WatchOptions,
} from "./resource-store.ts";
import { StoreCore, type StoreParts } from "./store-core.ts";
import type { Strategy } from "./strategy.ts";
import { type Change, update, type UpdateResult } from "./update.ts";
import { watch } from "./watch.ts";

/** The store of a resource as it is stored. */
export class GenericStore implements ResourceStore {
  readonly #core: StoreCore;

  constructor(parts: StoreParts) {
    this.#core = new StoreCore(parts);
  }

  get resource(): ResourceSchema {
    return this.#core.resource;
  }

  get strategy(): Strategy {
    return this.#core.strategy;
  }

  get(_context: RequestContext, namespace: string, name: string, resourceVersion?: string): Promise<Entry> {
    return get(this.#core, namespace, name, resourceVersion);
  }

  peek(namespace: string, name: string): Entry | undefined {
    return this.#core.parts.cache.get(this.#core.key(namespace, name));
  }

  peekAll(namespace: string): Iterable<Entry> {
    return this.#core.parts.cache.list({ namespace });
  }

  list(context: RequestContext, namespace: string, options: ListOptions): Promise<ListResult> {
    return list(this.#core, context, namespace, options);
  }

  watch(context: RequestContext, namespace: string, options: WatchOptions, sink: StoreSink): Promise<void> {
    return watch(this.#core, context, namespace, options, sink);
  }

  create(
    context: RequestContext,
    namespace: string,
    object: KubernetesObject,
    options: MutationOptions,
  ): Promise<Entry> {
    return create(this.#core, context, namespace, object, options);
  }

  update(
    context: RequestContext,
    namespace: string,
    name: string,
    change: Change,
    options: MutationOptions,
  ): Promise<UpdateResult> {
    return update(this.#core, { context, namespace, name, change, options });
  }

  delete(context: RequestContext, namespace: string, name: string, request: DeleteRequest): Promise<DeleteResult> {
    return deleteObject(this.#core, context, namespace, name, request);
  }

  async deleteCollection(
    context: RequestContext,
    namespace: string,
    request: DeleteRequest,
    options: ListOptions,
  ): Promise<ListResult> {
    const listed = await this.list(context, namespace, options);
    await deleteListed(this.#core, context, listed, request);
    return listed;
  }
}
