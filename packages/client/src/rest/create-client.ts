/** The typed verbs, made of a transport's one `request`. */
import { groupVersionOf, type KubernetesList, type KubernetesObject, type Resource } from "@k8ts/api";
import type { Client, DeleteQuery, ListQuery, PatchOptions, Target, WatchQuery, WriteOptions } from "./client.ts";
import type { QueryParameters, ResourceRequest, Transport, WatchSink } from "./transport.ts";

/** A client that acts as whomever the transport authenticates as. Closing the transport is the maker's business. */
export function createClient(transport: Transport): Client {
  const put = <T extends KubernetesObject>(
    resource: Resource<T>,
    object: T,
    options?: WriteOptions,
    subresource?: string,
  ) =>
    transport.request<T>({
      verb: "update",
      resource,
      ...targetOf(object),
      ...(subresource && { subresource }),
      ...written(object, options),
    });
  return {
    transport,
    get: (resource, target, options) => transport.request({ verb: "get", resource, ...placed(target), ...options }),
    list: <T>(resource: Resource<T>, query?: ListQuery) =>
      transport.request<KubernetesList<T>>({
        verb: "list",
        resource,
        ...within(query),
        query: listParameters(query ?? {}),
        ...signalled(query),
      }),
    watch: <T>(resource: Resource<T>, query: WatchQuery, sink: WatchSink<T>) =>
      transport.watch<T>({ resource, ...within(query), query: watchParameters(query), signal: query.signal }, sink),
    create: (resource, object, options) =>
      transport.request({ verb: "create", resource, ...within(object.metadata), ...written(object, options) }),
    update: (resource, object, options) => put(resource, object, options),
    updateStatus: (resource, object, options) => put(resource, object, options, "status"),
    patch: (resource, target, patch, options) => transport.request(patchRequest(resource, target, patch, options)),
    async delete(resource, target, query) {
      await transport.request({ verb: "delete", resource, ...placed(target), ...deletion(query) });
    },
    async deleteCollection(resource, query) {
      const options = { ...deletion(query), query: listParameters(query), ...signalled(query) };
      await transport.request({ verb: "deletecollection", resource, ...within(query), ...options });
    },
    getSubresource: (resource, target, subresource) =>
      transport.request({ verb: "get", resource, ...placed(target), subresource }),
    createSubresource: (resource, target, subresource, body, options) =>
      transport.request({ verb: "create", resource, ...placed(target), subresource, ...written(body, options) }),
    updateSubresource: (resource, target, subresource, body, options) =>
      transport.request({ verb: "update", resource, ...placed(target), subresource, ...written(body, options) }),
  };
}

const within = (scope: { readonly namespace?: string } | undefined): { namespace?: string } =>
  scope?.namespace ? { namespace: scope.namespace } : {};

const placed = (target: Target): { namespace?: string; name: string } => ({ ...within(target), name: target.name });

const targetOf = (object: KubernetesObject): { namespace?: string; name: string } => ({
  ...within(object.metadata),
  name: object.metadata.name ?? "",
});

const signalled = (options: { readonly signal?: AbortSignal } | undefined): { signal?: AbortSignal } =>
  options?.signal ? { signal: options.signal } : {};

function written(body: unknown, options: WriteOptions | undefined): Pick<ResourceRequest, "body" | "query" | "signal"> {
  return { body, query: writeParameters(options), ...signalled(options) };
}

const writeParameters = (options: WriteOptions | undefined): QueryParameters => ({
  ...(options?.dryRun && { dryRun: "All" }),
  ...(options?.fieldManager && { fieldManager: options.fieldManager }),
});

function listParameters(query: ListQuery): QueryParameters {
  const { labelSelector, fieldSelector, resourceVersion, resourceVersionMatch, limit } = query;
  return {
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
    ...(resourceVersion !== undefined && { resourceVersion }),
    ...(resourceVersionMatch && { resourceVersionMatch }),
    ...(limit && { limit }),
    ...(query.continue && { continue: query.continue }),
  };
}

function watchParameters(query: WatchQuery): QueryParameters {
  const { allowWatchBookmarks, sendInitialEvents, timeoutSeconds } = query;
  return {
    ...listParameters(query),
    ...(allowWatchBookmarks && { allowWatchBookmarks }),
    ...(sendInitialEvents !== undefined && { sendInitialEvents }),
    ...(timeoutSeconds && { timeoutSeconds }),
  };
}

function patchRequest<T>(
  resource: Resource<T>,
  target: Target,
  patch: unknown,
  options: PatchOptions = {},
): ResourceRequest {
  return {
    verb: "patch",
    resource,
    ...placed(target),
    ...(options.subresource && { subresource: options.subresource }),
    body: patch,
    patchType: options.type ?? "application/strategic-merge-patch+json",
    query: { ...writeParameters(options), ...(options.force && { force: true }) },
    ...signalled(options),
  };
}

/** DeleteOptions travel in the body, as client-go sends them. */
function deletion(query: DeleteQuery = {}): Pick<ResourceRequest, "body" | "signal"> {
  const { gracePeriodSeconds, propagationPolicy, preconditions, dryRun } = query;
  const body = {
    apiVersion: "v1",
    kind: "DeleteOptions",
    ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
    ...(propagationPolicy && { propagationPolicy }),
    ...(preconditions && { preconditions }),
    ...(dryRun && { dryRun: ["All"] }),
  };
  return { body, ...signalled(query) };
}

/** Sets apiVersion and kind of an object that its maker left without, as a typed client does. */
export function typed<T extends KubernetesObject>(resource: Resource<T>, object: Omit<T, "apiVersion" | "kind">): T {
  return { apiVersion: groupVersionOf(resource), kind: resource.kind, ...object } as T;
}
