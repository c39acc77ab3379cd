/** A resource in a version that is not the stored one: a view that converts on the way in and out. */
import {
  badRequest,
  type DeepReadonly,
  fieldMatcher,
  fromStatus,
  type KubernetesObject,
  parseFieldSelector,
  type ResourceSchema,
  StatusError,
} from "@k8ts/api";
import { frameOf } from "../storage/index.ts";
import type { RequestContext } from "./context.ts";
import type { Conversion } from "./conversion.ts";
import { BytesEntry, entryList } from "./entries.ts";
import type {
  DeleteRequest,
  Entry,
  ListOptions,
  ListResult,
  MutationOptions,
  ResourceStore,
  StoreEvent,
  StoreSink,
  WatchOptions,
} from "./resource-store.ts";
import { qualifiedName } from "./storage-versions.ts";
import type { Strategy } from "./strategy.ts";
import type { Change, UpdateResult } from "./update.ts";
import { versionedStrategy } from "./versioned-strategy.ts";

/** The store of one served version over the store of the stored one. */
export class VersionedStore implements ResourceStore {
  readonly resource: ResourceSchema;
  readonly strategy: Strategy;
  readonly #stored: ResourceStore;
  readonly #conversion: Conversion;
  readonly #events = new WeakMap<StoreEvent, StoreEvent>();

  constructor(resource: ResourceSchema, stored: ResourceStore, conversion: Conversion) {
    this.resource = resource;
    this.#stored = stored;
    this.#conversion = conversion;
    this.strategy = versionedStrategy(stored.strategy, conversion);
  }

  async get(context: RequestContext, namespace: string, name: string, resourceVersion?: string): Promise<Entry> {
    return this.#entry(await this.#named(this.#stored.get(context, namespace, name, resourceVersion)));
  }

  peek(namespace: string, name: string): Entry | undefined {
    const stored = this.#stored.peek(namespace, name);
    return stored && this.#entry(stored);
  }

  *peekAll(namespace: string): Iterable<Entry> {
    for (const stored of this.#stored.peekAll(namespace)) yield this.#entry(stored);
  }

  async list(context: RequestContext, namespace: string, options: ListOptions): Promise<ListResult> {
    return this.#list(await this.#named(this.#stored.list(context, namespace, this.#renamed(options))));
  }

  async watch(context: RequestContext, namespace: string, options: WatchOptions, sink: StoreSink): Promise<void> {
    const converting: StoreSink = {
      events: (events) => sink.events(events.map((event) => this.#event(event))),
      closed: (error) => sink.closed(error),
    };
    await this.#named(this.#stored.watch(context, namespace, this.#renamed(options), converting));
  }

  async create(
    context: RequestContext,
    namespace: string,
    object: KubernetesObject,
    options: MutationOptions,
  ): Promise<Entry> {
    const stored = this.#conversion.toStorage(object);
    return this.#entry(await this.#named(this.#stored.create(context, namespace, stored, options)));
  }

  async update(
    context: RequestContext,
    namespace: string,
    name: string,
    change: Change,
    options: MutationOptions,
  ): Promise<UpdateResult> {
    const converting: Change = async (current) => {
      const object = await change(current && this.#conversion.fromStorage(current));
      return this.#conversion.toStorage(object);
    };
    const result = await this.#named(this.#stored.update(context, namespace, name, converting, options));
    return { entry: this.#entry(result.entry), created: result.created };
  }

  async delete(
    context: RequestContext,
    namespace: string,
    name: string,
    request: DeleteRequest,
  ): Promise<{ entry: Entry; gone: boolean }> {
    const result = await this.#named(this.#stored.delete(context, namespace, name, request));
    return { entry: this.#entry(result.entry), gone: result.gone };
  }

  async deleteCollection(
    context: RequestContext,
    namespace: string,
    request: DeleteRequest,
    options: ListOptions,
  ): Promise<ListResult> {
    const deleting = this.#stored.deleteCollection(context, namespace, request, this.#renamed(options));
    return this.#list(await this.#named(deleting));
  }

  #entry(stored: Entry): Entry {
    const object = (): DeepReadonly<KubernetesObject> => this.#conversion.fromStorage(stored.object());
    return new BytesEntry(stored.revision, () => encoded(object()), object);
  }

  #list(stored: ListResult): ListResult {
    const { revision, remaining } = stored;
    const entries = [...stored.entries()].map((entry) => this.#entry(entry));
    return entryList(entries, { revision, remaining, ...(stored.continue && { continue: stored.continue }) });
  }

  /** The event in this version: one for all watchers, its frame built once. */
  #event(stored: StoreEvent): StoreEvent {
    const known = this.#events.get(stored);
    if (known) return known;
    let frame: Uint8Array | undefined;
    const object = (): DeepReadonly<KubernetesObject> => this.#eventObject(stored);
    const event: StoreEvent = {
      type: stored.type,
      revision: stored.revision,
      frame: () => (frame ??= frameOf(stored.type, encoded(object()))),
      object,
    };
    this.#events.set(stored, event);
    return event;
  }

  #eventObject(stored: StoreEvent): DeepReadonly<KubernetesObject> {
    if (stored.type !== "BOOKMARK") return this.#conversion.fromStorage(stored.object());
    const { kind, groupVersion } = this.resource;
    return { kind, apiVersion: groupVersion, metadata: stored.object().metadata };
  }

  /** A field selector in the stored version's names. Throws BadRequest for fields this version does not have. */
  #renamed<T extends ListOptions>(options: T): T {
    const names = this.#conversion.fields;
    if (!names || !options.fieldSelector) return options;
    const requirements = parsed(options.fieldSelector).map((requirement) => {
      const field = names[requirement.field];
      if (!field) throw badRequest(`field label not supported: ${requirement.field}`);
      return { ...requirement, field };
    });
    return { ...options, fieldSelector: fieldMatcher(requirements).toString() };
  }

  /** Errors that name the resource name this one, where it is of another group than the stored one. */
  async #named<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      if (!(error instanceof StatusError) || this.resource.group === this.#stored.resource.group) throw error;
      throw this.#renamedError(error);
    }
  }

  #renamedError({ status }: StatusError): StatusError {
    const { group, kind } = this.resource;
    const message = (status.message ?? "")
      .replace(`${qualifiedName(this.#stored.resource)} "`, `${qualifiedName(this.resource)} "`)
      .replace(`${this.#stored.resource.kind} "`, `${kind}.${group} "`);
    return fromStatus({ ...status, message, ...(status.details && { details: { ...status.details, group } }) });
  }
}

function parsed(text: string): ReturnType<typeof parseFieldSelector>["requirements"] {
  try {
    return parseFieldSelector(text).requirements;
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

const encoded = (object: DeepReadonly<KubernetesObject>): Uint8Array => Buffer.from(JSON.stringify(object), "utf8");
