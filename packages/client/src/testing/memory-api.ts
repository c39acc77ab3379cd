/**
 * A Kubernetes API in memory for tests of what sits on a Transport: any resource, without schemas, admission or
 * authorization, but with what clients live by: revisions, optimistic concurrency, label selectors, paging, watches from a
 * revision, bookmarks, 410 after compaction. And with faults on demand: refuse a call, cut all watches, forget history.
 */
import {
  alreadyExists,
  badRequest,
  conflict,
  type DeepReadonly,
  expired,
  groupVersionOf,
  type KubernetesObject,
  type LabelMatcher,
  notFound,
  notFoundPath,
  parseLabelSelector,
  randomSuffix,
  type Resource,
  seededRandom,
  StatusError,
} from "@k8ts/api";
import { cacheKey } from "../cache/store.ts";
import type {
  RawRequest,
  RawResponse,
  ResourceRequest,
  Transport,
  WatchEvent,
  WatchRequest,
  WatchSink,
} from "../rest/transport.ts";
import { checkRequest } from "../rest/resource-path.ts";
import { parseApiPath } from "./parse-api-path.ts";

/** A call as faults and records see it. */
export interface ApiCall {
  readonly verb: ResourceRequest["verb"] | "watch";
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: ResourceRequest["query"];
  readonly body?: unknown;
}

interface Change {
  readonly revision: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly table: string;
  readonly object: DeepReadonly<KubernetesObject>;
}

interface Watcher {
  readonly table: string;
  readonly namespace: string | undefined;
  readonly labels: LabelMatcher | undefined;
  readonly sink: WatchSink;
  close(error?: Error): void;
}

type Table = Map<string, DeepReadonly<KubernetesObject>>;

const tableOf = ({ group, resource }: Resource): string => `${resource}.${group}`;

/** An API server's state and its in-process transport. */
export class MemoryApi implements Transport {
  /** Every call, in order. */
  readonly calls: ApiCall[] = [];
  /** Runs before each call; throw (or reject) to refuse it. */
  fault: ((call: ApiCall) => void | Promise<void>) | undefined;
  readonly #tables = new Map<string, Table>();
  readonly #random = seededRandom(1);
  #history: Change[] = [];
  #compacted = 0;
  #revision = 0;
  readonly #watchers = new Set<Watcher>();

  /** The last revision given out. */
  get revision(): string {
    return String(this.#revision);
  }

  /** How many watches are open. */
  get watchers(): number {
    return this.#watchers.size;
  }

  /** Objects of a resource, as they are now. */
  objects<T>(resource: Resource<T>): DeepReadonly<T>[] {
    return [...(this.#tables.get(tableOf(resource))?.values() ?? [])] as unknown as DeepReadonly<T>[];
  }

  /** Ends every watch, with an error or as a server that shuts down. */
  cutWatches(error?: Error): void {
    for (const watcher of this.#watchers) watcher.close(error);
  }

  /** Forgets history: watches from before now get 410. */
  compact(): void {
    this.#history = [];
    this.#compacted = this.#revision;
  }

  /** Sends a BOOKMARK with the current revision to every watch. */
  bookmark(): void {
    for (const { sink } of this.#watchers) sink.event(this.#bookmarkEvent());
  }

  // Transports answer with whatever type their caller says.
  // oxlint-disable-next-line typescript/no-explicit-any
  async request(request: ResourceRequest): Promise<any> {
    checkRequest(request);
    request.signal?.throwIfAborted();
    await this.#admit({ ...request, resource: request.resource.resource }, request.signal);
    switch (request.verb) {
      case "get":
        return this.#get(request);
      case "list":
        return this.#list(request);
      case "create":
        return this.#create(request);
      case "update":
        return this.#update(request, request.body as KubernetesObject);
      case "patch":
        return this.#patch(request);
      case "delete":
        return this.#delete(request);
      case "deletecollection":
        return this.#deleteCollection(request);
    }
  }

  async watch<T>(request: WatchRequest, sink: WatchSink<T>): Promise<void> {
    const { namespace, query = {} } = request;
    await this.#admit({ verb: "watch", resource: request.resource.resource, namespace, query }, request.signal);
    request.signal.throwIfAborted();
    const from = Number(query.resourceVersion ?? 0);
    const initial = query.sendInitialEvents === true || query.sendInitialEvents === "true";
    if (!initial && from > 0 && from < this.#compacted)
      throw expired(`too old resource version: ${from} (${this.#compacted})`);
    const labels = query.labelSelector ? parseLabelSelector(String(query.labelSelector)) : undefined;
    const watcher = this.#watcher(request, labels, sink as WatchSink);
    if (initial || from === 0) {
      for (const object of this.#select(request, labels)) sink.event({ type: "ADDED", object } as WatchEvent<T>);
      if (initial) sink.event(this.#bookmarkEvent(true) as WatchEvent<T>);
    } else {
      for (const change of this.#history) if (change.revision > from) deliver(watcher, change);
    }
  }

  /** GETs of objects and lists only; errors are Status bodies. */
  async raw({ method, path }: RawRequest): Promise<RawResponse> {
    const headers = { "content-type": "application/json" };
    const answer = (status: number, body: unknown): RawResponse => {
      return { status, headers, body: new Blob([JSON.stringify(body)]).stream() };
    };
    try {
      const parsed = parseApiPath(method, path);
      if (!parsed || parsed.verb === "watch") throw notFoundPath();
      return answer(200, await this.request(parsed as ResourceRequest));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return answer(error.code, error.status);
    }
  }

  close(): Promise<void> {
    this.cutWatches();
    return Promise.resolve();
  }

  /** A fault that takes its time is left behind when the caller's signal aborts. */
  async #admit(call: ApiCall, signal: AbortSignal | undefined): Promise<void> {
    this.calls.push(call);
    const fault = this.fault?.(call);
    if (!fault) return;
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(signal?.reason as Error);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await Promise.race([fault, aborted.promise]);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  #watcher(request: WatchRequest, labels: LabelMatcher | undefined, sink: WatchSink): Watcher {
    const watcher: Watcher = {
      table: tableOf(request.resource),
      namespace: request.namespace,
      labels,
      sink,
      close: (error) => {
        if (this.#watchers.delete(watcher)) sink.closed(error);
      },
    };
    this.#watchers.add(watcher);
    request.signal.addEventListener("abort", () => watcher.close(), { once: true });
    return watcher;
  }

  #bookmarkEvent(initialEnd = false): WatchEvent {
    const annotations = { "k8s.io/initial-events-end": "true" };
    const metadata = { resourceVersion: this.revision, ...(initialEnd && { annotations }) };
    return { type: "BOOKMARK", object: { apiVersion: "v1", kind: "", metadata } };
  }

  #table(resource: Resource): Table {
    const name = tableOf(resource);
    let table = this.#tables.get(name);
    if (!table) this.#tables.set(name, (table = new Map()));
    return table;
  }

  #select({ resource, namespace }: Pick<ResourceRequest, "resource" | "namespace">, labels: LabelMatcher | undefined) {
    return [...this.#table(resource).entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
      .filter(({ metadata }) => !namespace || metadata.namespace === namespace)
      .filter(({ metadata }) => labels?.matches(metadata.labels as Record<string, string>) ?? true);
  }

  #get({ resource, namespace, name = "" }: ResourceRequest): DeepReadonly<KubernetesObject> {
    const found = this.#table(resource).get(cacheKey(namespace, name));
    if (!found) throw notFound(resource, name);
    return found;
  }

  #list(request: ResourceRequest) {
    const { resource, query = {} } = request;
    const labels = query.labelSelector ? parseLabelSelector(String(query.labelSelector)) : undefined;
    const all = this.#select(request, labels);
    const start = Number(query.continue ?? 0);
    const end = query.limit ? Math.min(all.length, start + Number(query.limit)) : all.length;
    const metadata = { resourceVersion: this.revision, ...(end < all.length && { continue: String(end) }) };
    return {
      apiVersion: groupVersionOf(resource),
      kind: `${resource.kind}List`,
      metadata,
      items: all.slice(start, end),
    };
  }

  #create(request: ResourceRequest): DeepReadonly<KubernetesObject> {
    const { resource, namespace, subresource } = request;
    const body = request.body as KubernetesObject;
    if (subresource) return body;
    const { generateName } = body.metadata;
    const name = body.metadata.name || (generateName ? generateName + randomSuffix(this.#random) : "");
    if (!name) throw badRequest("name or generateName is required");
    const key = cacheKey(namespace, name);
    if (this.#table(resource).has(key)) throw alreadyExists(resource, name);
    const identity = { name, ...(namespace && { namespace }), uid: this.#random.uuid() };
    return this.#store(resource, key, "ADDED", { ...body, metadata: { ...body.metadata, ...identity } });
  }

  #update(request: ResourceRequest, body: KubernetesObject): DeepReadonly<KubernetesObject> {
    const { resource, namespace, name = "" } = request;
    const old = this.#get(request);
    const { resourceVersion } = body.metadata;
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) throw conflict(resource, name);
    return this.#store(resource, cacheKey(namespace, name), "MODIFIED", {
      ...body,
      metadata: { ...old.metadata, ...body.metadata } as KubernetesObject["metadata"],
    });
  }

  #patch(request: ResourceRequest): DeepReadonly<KubernetesObject> {
    const merged = mergePatched(this.#get(request), request.body) as KubernetesObject;
    return this.#update(request, merged);
  }

  #delete(request: ResourceRequest): DeepReadonly<KubernetesObject> {
    const { resource, namespace, name = "", body } = request;
    const old = this.#get(request);
    const wanted = (body as { preconditions?: { uid?: string } } | undefined)?.preconditions?.uid;
    if (wanted && wanted !== old.metadata.uid)
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${old.metadata.uid}`,
      );
    return this.#store(resource, cacheKey(namespace, name), "DELETED", old as KubernetesObject);
  }

  #deleteCollection(request: ResourceRequest): object {
    const { labelSelector } = request.query ?? {};
    const labels = labelSelector ? parseLabelSelector(String(labelSelector)) : undefined;
    for (const { metadata } of this.#select(request, labels)) {
      this.#delete({ ...request, namespace: metadata.namespace, name: metadata.name });
    }
    return { apiVersion: "v1", kind: "Status", metadata: {}, status: "Success" };
  }

  #store(
    resource: Resource,
    key: string,
    type: Change["type"],
    object: KubernetesObject,
  ): DeepReadonly<KubernetesObject> {
    const revision = ++this.#revision;
    const stored: KubernetesObject = {
      ...object,
      apiVersion: groupVersionOf(resource),
      kind: resource.kind,
      metadata: { ...object.metadata, resourceVersion: String(revision) },
    };
    if (type === "DELETED") this.#table(resource).delete(key);
    else this.#table(resource).set(key, stored);
    const change: Change = { revision, type, table: tableOf(resource), object: stored };
    this.#history.push(change);
    for (const watcher of this.#watchers) deliver(watcher, change);
    return stored;
  }
}

/** RFC 7386. */
function mergePatched(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(typeof target === "object" ? target : {}) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = mergePatched(result[name], value);
  }
  return result;
}

function deliver(watcher: Watcher, change: Change): void {
  const { metadata } = change.object;
  if (watcher.table !== change.table) return;
  if (watcher.namespace && watcher.namespace !== metadata.namespace) return;
  if (watcher.labels && !watcher.labels.matches(metadata.labels as Record<string, string>)) return;
  watcher.sink.event({ type: change.type, object: change.object });
}
