/** The registry as auth sees it: reading objects from the watch caches, and following them. */
import {
  isNotFound,
  type Clock,
  type DeepReadonly,
  type KubernetesObject,
  type Logger,
  type Random,
  type Resource,
} from "@k8ts/api";
import { systemGroups, type ObjectFollower, type ObjectSource } from "../auth/index.ts";
import type { RequestContext } from "../registry/context.ts";
import type { Registry, ResourceStore, StoreEvent } from "../registry/resource-store.ts";

/** What a source needs. */
export interface RegistrySourceOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** A lost watch is taken up again after this long, in milliseconds. */
const retryAfter = 1000;

/** The context of what the API server does on its own behalf. */
export function ownContext(
  options: Pick<RegistrySourceOptions, "clock" | "random">,
  signal: AbortSignal,
): RequestContext {
  return {
    user: { name: "system:apiserver", groups: [systemGroups.masters] },
    requestId: "",
    clock: options.clock,
    random: options.random,
    signal,
    warnings: [],
  };
}

/** An ObjectSource over a registry. */
export class RegistrySource implements ObjectSource {
  readonly #options: RegistrySourceOptions;
  readonly #closed = new AbortController();
  readonly #context: RequestContext;

  constructor(options: RegistrySourceOptions) {
    this.#options = options;
    this.#context = ownContext(options, this.#closed.signal);
  }

  async get<T extends KubernetesObject>(
    resource: Resource<T>,
    namespace: string,
    name: string,
  ): Promise<DeepReadonly<T> | undefined> {
    try {
      // "0": as the cache has it. It has seen everything that was acknowledged before.
      const entry = await this.#store(resource).get(this.#context, namespace, name, "0");
      return entry.object() as unknown as DeepReadonly<T>;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async follow<T extends KubernetesObject>(resource: Resource<T>, follower: ObjectFollower<T>): Promise<void> {
    await new Following(this.#store(resource), follower as ObjectFollower<never>, this.#context, this.#options).begin();
  }

  close(): void {
    this.#closed.abort();
  }

  #store({ group, version, resource }: Resource): ResourceStore {
    const store = this.#options.registry.store(group, version, resource);
    if (!store) throw new Error(`no store for ${resource}.${group}/${version}`);
    return store;
  }
}

/** One follower: list, watch from there, and again where the watch was lost. */
class Following {
  readonly #store: ResourceStore;
  readonly #follower: ObjectFollower<never>;
  readonly #context: RequestContext;
  readonly #options: RegistrySourceOptions;
  #known = new Map<string, DeepReadonly<KubernetesObject>>();

  constructor(
    store: ResourceStore,
    follower: ObjectFollower<never>,
    context: RequestContext,
    options: RegistrySourceOptions,
  ) {
    this.#store = store;
    this.#follower = follower;
    this.#context = context;
    this.#options = options;
  }

  async begin(): Promise<void> {
    const list = await this.#store.list(this.#context, "", { resourceVersion: "0" });
    const found = new Map<string, DeepReadonly<KubernetesObject>>();
    for (const entry of list.entries()) {
      const object = entry.object();
      found.set(keyOf(object), object);
      this.#follower.set(object as never);
    }
    for (const [key, object] of this.#known) if (!found.has(key)) this.#follower.gone(object as never);
    this.#known = found;
    await this.#store.watch(
      this.#context,
      "",
      { resourceVersion: String(list.revision) },
      { events: (events) => this.#take(events), closed: () => this.#again() },
    );
  }

  #take(events: readonly StoreEvent[]): void {
    for (const event of events) {
      if (event.type === "BOOKMARK") continue;
      const object = event.object();
      if (event.type === "DELETED") {
        this.#known.delete(keyOf(object));
        this.#follower.gone(object as never);
      } else {
        this.#known.set(keyOf(object), object);
        this.#follower.set(object as never);
      }
    }
  }

  #again(): void {
    if (this.#context.signal.aborted) return;
    this.#options.clock.setTimer(retryAfter, () => {
      if (this.#context.signal.aborted) return;
      this.begin().catch((error: unknown) => {
        this.#options.logger.warn("following objects failed, trying again", {
          resource: this.#store.resource.resource,
          error: String(error),
        });
        this.#again();
      });
    });
  }
}

const keyOf = ({ metadata }: DeepReadonly<KubernetesObject>): string =>
  `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
