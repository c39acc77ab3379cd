/**
 * The way a client reaches an API server: over HTTP, or in the same process. One interface, one contract suite.
 *
 * A transport deals in objects: what it resolves to is shared with caches and other callers, hence read-only. It throws
 * StatusError for every answer that is not a success, and for a broken connection one with reason ServiceUnavailable.
 */
import type { DeepReadonly, KubernetesList, KubernetesObject, Resource } from "@k8ts/api";

/** The verbs with one answer; `watch` is a method of its own. */
export type RequestVerb = "get" | "list" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** The content types of PATCH. */
export type PatchType =
  | "application/json-patch+json"
  | "application/merge-patch+json"
  | "application/strategic-merge-patch+json"
  | "application/apply-patch+yaml";

/** Query parameters by Kubernetes' own names (labelSelector, resourceVersion, dryRun, fieldManager …). */
export type QueryParameters = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** One call on a resource. */
export interface ResourceRequest {
  readonly verb: RequestVerb;
  readonly resource: Resource;
  /** Absent for cluster-scoped resources and for lists over all namespaces. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: QueryParameters;
  /** The object to create or update, DeleteOptions, or the patch document. The transport does not keep or change it. */
  readonly body?: unknown;
  readonly patchType?: PatchType;
  readonly signal?: AbortSignal;
}

/** A watch of one resource, in one namespace or all. */
export interface WatchRequest {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly query?: QueryParameters;
  readonly signal: AbortSignal;
}

/** One watch event; a BOOKMARK's object has only metadata (resourceVersion, annotations). */
export interface WatchEvent<T = KubernetesObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: DeepReadonly<T>;
}

/** Who listens to a watch. Calls come in order; none comes after `closed`. */
export interface WatchSink<T = KubernetesObject> {
  event(event: WatchEvent<T>): void;
  /**
   * The watch is over: without an error where the server or the signal ended it, else with the StatusError
   * (410 Expired: list again; 5xx: try again later).
   */
  closed(error?: Error): void;
}

/** Any other call: logs, discovery, health, metrics. */
export interface RawRequest {
  readonly method: string;
  /** Path and query: "/api/v1/namespaces/default/pods/a/log?follow=true". */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  readonly signal?: AbortSignal;
}

/** Answer to a raw call; `body` must be read or cancelled. Statuses of 400 and more do not throw. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ReadableStream<Uint8Array>;
}

/** How a client reaches its API server. */
export interface Transport {
  request<T = KubernetesObject>(request: ResourceRequest): Promise<DeepReadonly<T>>;
  request<T = KubernetesObject>(request: ResourceRequest & { verb: "list" }): Promise<DeepReadonly<KubernetesList<T>>>;
  /** Resolves once the server has accepted the watch; throws StatusError where it refuses. */
  watch<T = KubernetesObject>(request: WatchRequest, sink: WatchSink<T>): Promise<void>;
  raw(request: RawRequest): Promise<RawResponse>;
  close(): Promise<void>;
}
