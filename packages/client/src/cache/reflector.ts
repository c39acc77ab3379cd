/**
 * Keeps a mirror of one resource current: streams or lists what is there, then watches.
 *
 *     WatchList (sendInitialEvents) ──refused──▶ paged LIST ─▶ WATCH from its revision ──ended──▶ WATCH from the last
 *           └─ bookmark "initial-events-end" ─▶ goes on as the WATCH         └─ 410 Expired ─▶ start again
 *
 * Every failure, and every watch that ends within a second, waits for the backoff: it never runs hot.
 */
import {
  type Clock,
  type DeepReadonly,
  isGone,
  type KubernetesObject,
  type Logger,
  type Random,
  type Resource,
  StatusError,
} from "@k8ts/api";
import { Backoff, reflectorBackoff } from "../backoff.ts";
import type { Client, ListQuery } from "../rest/client.ts";
import type { WatchEvent, WatchSink } from "../rest/transport.ts";
import type { InformerScope } from "./informer.ts";
import { keyOfObject } from "./store.ts";

/** Who mirrors: called in order, by one reflector. */
export interface Mirror<T> {
  /** The whole content, by cache key. */
  replace(objects: ReadonlyMap<string, DeepReadonly<T>>): void;
  set(key: string, object: DeepReadonly<T>): void;
  delete(key: string, object: DeepReadonly<T>): void;
}

/** What a reflector is handed. */
export interface ReflectorOptions<T> {
  readonly client: Client;
  readonly resource: Resource<T>;
  readonly scope?: InformerScope;
  readonly mirror: Mirror<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

const initialEventsEnd = "k8s.io/initial-events-end";
const pageSize = 500;
/** Watches are asked to last 5 to 10 minutes, so that a server's load spreads (client-go). */
const minWatchSeconds = 300;
/** A watch that ends sooner was no success, whatever it says. */
const shortWatch = 1000;

/** One life of a watch: what its sink learnt. */
interface WatchRun {
  readonly lasted: number;
  readonly initialised: boolean;
  readonly error?: Error;
}

/** Mirrors until its signal aborts; `run` never rejects. */
export class Reflector<T extends KubernetesObject = KubernetesObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  /** Where to watch from; nothing before the first list or where the server has forgotten it. */
  #revision: string | undefined;
  /** The server said that our last revision is too old: lists must be fresh ones. */
  #expired = false;
  #streamsLists = true;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(reflectorBackoff, options.clock, options.random);
  }

  /** Lists and watches until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const wait = await this.#round(signal);
        if (wait) await this.#pause(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#report(error as Error);
        await this.#pause(signal);
      }
    }
  }

  /** One list or watch; true where it was a short one, after which to pause. */
  async #round(signal: AbortSignal): Promise<boolean> {
    if (this.#revision === undefined) {
      if (this.#streamsLists) return await this.#watchList(signal);
      await this.#list(signal);
    }
    return this.#after(await this.#watch(signal, false));
  }

  async #watchList(signal: AbortSignal): Promise<boolean> {
    let run: WatchRun;
    try {
      run = await this.#watch(signal, true);
    } catch (error) {
      if (!refusesWatchList(error)) throw error;
      this.#streamsLists = false;
      this.#options.logger.debug("the server does not stream lists; listing", { error });
      return false;
    }
    // A server that ignores sendInitialEvents never says that the initial events are over.
    if (!run.initialised && !run.error && !signal.aborted) {
      this.#revision = undefined;
      this.#streamsLists = false;
      return run.lasted < shortWatch;
    }
    return this.#after(run);
  }

  #after(run: WatchRun): boolean {
    if (run.error) throw run.error;
    return run.lasted < shortWatch;
  }

  #report(error: Error): void {
    const { logger, resource } = this.#options;
    if (isGone(error)) {
      this.#revision = undefined;
      this.#expired = true;
      logger.info("the watch's revision is too old; listing again", { resource: resource.resource });
      return;
    }
    logger.warn("list or watch failed; trying again", { resource: resource.resource, error });
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await this.#options.clock.sleep(this.#backoff.delay(), signal).catch(() => undefined);
  }

  get #query(): ListQuery {
    const { namespace, labelSelector, fieldSelector } = this.#options.scope ?? {};
    return {
      ...(namespace && { namespace }),
      ...(labelSelector && { labelSelector }),
      ...(fieldSelector && { fieldSelector }),
    };
  }

  async #list(signal: AbortSignal): Promise<void> {
    const objects = new Map<string, DeepReadonly<T>>();
    let revision: string | undefined;
    let next: string | undefined;
    do {
      // From the server's watch cache at first; after a 410 a fresh list is due.
      const from = this.#expired ? "" : "0";
      const page = await this.#page(signal, next ? { continue: next } : { resourceVersion: from });
      for (const item of page.items as readonly DeepReadonly<T>[]) objects.set(keyOfObject(item), this.#typed(item));
      revision = page.metadata.resourceVersion;
      next = page.metadata.continue;
    } while (next);
    signal.throwIfAborted();
    this.#options.mirror.replace(objects);
    this.#listed(revision);
  }

  #page(signal: AbortSignal, part: Pick<ListQuery, "continue" | "resourceVersion">) {
    const { client, resource } = this.#options;
    return client.list(resource, { ...this.#query, limit: pageSize, ...part, signal });
  }

  /** Items of lists may lack kind and apiVersion, as upstream's do. */
  #typed(item: DeepReadonly<T>): DeepReadonly<T> {
    if (item.kind) return item;
    const { group, version, kind } = this.#options.resource;
    return { apiVersion: group ? `${group}/${version}` : version, kind, ...(item as object) } as DeepReadonly<T>;
  }

  #listed(revision: string | undefined): void {
    this.#revision = revision ?? "";
    this.#expired = false;
  }

  /** Watches until the server, the connection or the signal ends it; throws where it is refused. */
  async #watch(signal: AbortSignal, initial: boolean): Promise<WatchRun> {
    const { client, resource, clock, random } = this.#options;
    const over = new AbortController();
    const began = clock.monotonic();
    const ended = Promise.withResolvers<Error | undefined>();
    const sink = new MirrorSink(this.#options.mirror, initial, ended.resolve, (revision) => this.#listed(revision));
    await client.watch(
      resource,
      {
        ...this.#query,
        resourceVersion: this.#revision ?? "",
        ...(initial && { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan" as const }),
        allowWatchBookmarks: true,
        timeoutSeconds: Math.floor(minWatchSeconds * (1 + random.next())),
        signal: AbortSignal.any([signal, over.signal]),
      },
      sink,
    );
    const error = await ended.promise;
    over.abort();
    return { lasted: clock.monotonic() - began, initialised: sink.initialised, ...(error && { error }) };
  }
}

/** A refusal of sendInitialEvents, as opposed to a failure: list instead. */
function refusesWatchList(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 422 || error.code === 400 || error.code === 405);
}

/** Turns watch events into the mirror's changes; holds the initial ones back until they are complete. */
class MirrorSink<T extends KubernetesObject> implements WatchSink<T> {
  readonly #mirror: Mirror<T>;
  readonly #ended: (error?: Error) => void;
  readonly #seen: (revision: string) => void;
  #initial: Map<string, DeepReadonly<T>> | undefined;

  constructor(mirror: Mirror<T>, initial: boolean, ended: (error?: Error) => void, seen: (revision: string) => void) {
    this.#mirror = mirror;
    this.#ended = ended;
    this.#seen = seen;
    this.#initial = initial ? new Map() : undefined;
  }

  get initialised(): boolean {
    return this.#initial === undefined;
  }

  event({ type, object }: WatchEvent<T>): void {
    if (type === "BOOKMARK") {
      this.#bookmark(object);
      return;
    }
    const key = keyOfObject(object);
    if (this.#initial) {
      if (type === "DELETED") this.#initial.delete(key);
      else this.#initial.set(key, object);
      return;
    }
    if (type === "DELETED") this.#mirror.delete(key, object);
    else this.#mirror.set(key, object);
    this.#seen(object.metadata.resourceVersion ?? "");
  }

  #bookmark(object: DeepReadonly<T>): void {
    if (this.#initial) {
      if (object.metadata.annotations?.[initialEventsEnd] !== "true") return;
      this.#mirror.replace(this.#initial);
      this.#initial = undefined;
    }
    this.#seen(object.metadata.resourceVersion ?? "");
  }

  closed(error?: Error): void {
    this.#ended(error);
  }
}
