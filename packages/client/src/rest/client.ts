/** The typed verbs over a transport. Objects handed out are shared, hence read-only; clone before changing one. */
import type { DeepReadonly, KubernetesList, KubernetesObject, Resource } from "@k8ts/api";
import type { PatchType, Transport, WatchSink } from "./transport.ts";

/** Which object: namespace (absent or "" for cluster-scoped resources) and name. */
export interface Target {
  readonly namespace?: string;
  readonly name: string;
}

/** What a write may say beside its body. */
export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly signal?: AbortSignal;
}

/** What a list or watch may say. */
export interface ListQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "NotOlderThan" | "Exact";
  readonly limit?: number;
  readonly continue?: string;
  readonly signal?: AbortSignal;
}

/** What a watch may say beside a list's fields. */
export interface WatchQuery extends ListQuery {
  readonly allowWatchBookmarks?: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
}

/** DeleteOptions as callers say them. */
export interface DeleteQuery {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

/** What a patch may say beside its document. */
export interface PatchOptions extends WriteOptions {
  /** Default: strategic merge. */
  readonly type?: PatchType;
  readonly subresource?: string;
  readonly force?: boolean;
}

/** A client of one API server, acting as one user. Every method throws StatusError. */
export interface Client {
  readonly transport: Transport;
  get<T>(resource: Resource<T>, target: Target, options?: { signal?: AbortSignal }): Promise<DeepReadonly<T>>;
  list<T>(resource: Resource<T>, query?: ListQuery): Promise<DeepReadonly<KubernetesList<T>>>;
  watch<T>(resource: Resource<T>, query: WatchQuery, sink: WatchSink<T>): Promise<void>;
  create<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<DeepReadonly<T>>;
  /** PUT; the object's resourceVersion makes it conditional. */
  update<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<DeepReadonly<T>>;
  updateStatus<T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<DeepReadonly<T>>;
  patch<T>(resource: Resource<T>, target: Target, patch: unknown, options?: PatchOptions): Promise<DeepReadonly<T>>;
  delete<T>(resource: Resource<T>, target: Target, query?: DeleteQuery): Promise<void>;
  deleteCollection<T>(resource: Resource<T>, query: ListQuery & DeleteQuery): Promise<void>;
  getSubresource<R>(resource: Resource, target: Target, subresource: string): Promise<DeepReadonly<R>>;
  /** POST to a subresource: binding, eviction, token. */
  createSubresource<R>(
    resource: Resource,
    target: Target,
    subresource: string,
    body: unknown,
    options?: WriteOptions,
  ): Promise<DeepReadonly<R>>;
  /** PUT to a subresource: scale, approval, finalize, ephemeralcontainers. */
  updateSubresource<R>(
    resource: Resource,
    target: Target,
    subresource: string,
    body: unknown,
    options?: WriteOptions,
  ): Promise<DeepReadonly<R>>;
}
