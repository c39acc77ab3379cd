/**
 * What an API server does to objects beyond keeping them, as far as controllers live by it: timestamps, generations,
 * the status subresource, strategic merge of ownerReferences, finalizers and graceful deletion. A Transport over the
 * client package's MemoryApi.
 */
import {
  cloneJson,
  conflict,
  deepEqual,
  formatTime,
  type Clock,
  type DeepReadonly,
  type KubernetesObject,
} from "@k8ts/api";
import type { OwnerReference } from "@k8ts/api/meta/v1";
import type { ResourceRequest, Transport } from "@k8ts/client";
import type { MemoryApi } from "@k8ts/client/testing";

type Fields = Record<string, unknown>;

interface DeleteBody {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** The transport. `delete` of a bound pod only marks it, until somebody deletes it with grace period 0. */
export class ObjectRules implements Transport {
  readonly #api: MemoryApi;
  readonly #clock: Clock;

  constructor(api: MemoryApi, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** Milliseconds by which watches lag behind. */
  lag = 0;

  watch: Transport["watch"] = (request, sink) => {
    const late = (tell: () => void): void => void (this.lag > 0 ? this.#clock.setTimer(this.lag, tell) : tell());
    return this.#api.watch(request, {
      event: (event) => late(() => sink.event(event as never)),
      closed: (error) => late(() => sink.closed(error)),
    });
  };
  raw: Transport["raw"] = (request) => this.#api.raw(request);
  close: Transport["close"] = () => this.#api.close();

  // Transports answer with whatever type their caller says.
  // oxlint-disable-next-line typescript/no-explicit-any
  async request(request: ResourceRequest): Promise<any> {
    switch (request.verb) {
      case "create":
        return this.#api.request({ ...request, body: this.#created(request.body as KubernetesObject) });
      case "update":
        return this.#update(request, request.body as KubernetesObject);
      case "patch":
        return this.#patch(request);
      case "delete":
        return this.#delete(request);
      case "deletecollection":
        return this.#deleteCollection(request);
      default:
        return this.#api.request(request);
    }
  }

  async #get(request: ResourceRequest): Promise<DeepReadonly<KubernetesObject>> {
    const { resource, namespace, name } = request;
    return this.#api.request({ verb: "get", resource, namespace, name });
  }

  #created(body: KubernetesObject): KubernetesObject {
    const metadata = { ...body.metadata, creationTimestamp: formatTime(this.#clock.now()), generation: 1 };
    return { ...cloneJson(body), metadata };
  }

  async #update(request: ResourceRequest, body: KubernetesObject): Promise<unknown> {
    const old = await this.#get(request);
    const { resourceVersion } = body.metadata;
    if (resourceVersion && resourceVersion !== old.metadata.resourceVersion) {
      throw conflict(request.resource, request.name ?? "");
    }
    const next = request.subresource ? this.#subresource(request.subresource, old, body) : this.#main(old, body);
    const gone = next.metadata.deletionTimestamp !== undefined && isFinal(next);
    return this.#api.request({ ...request, verb: gone ? "delete" : "update", subresource: undefined, body: next });
  }

  #main(old: DeepReadonly<KubernetesObject>, body: KubernetesObject): KubernetesObject {
    const next = { ...cloneJson(body), status: (old as Fields).status } as unknown as KubernetesObject;
    const content = ({ metadata: _metadata, status: _status, ...rest }: Fields): Fields => rest;
    const changed = !deepEqual(content(old as unknown as Fields), content(next as unknown as Fields));
    const { creationTimestamp, deletionTimestamp, uid, generation = 1 } = old.metadata;
    const kept = { creationTimestamp, deletionTimestamp, uid, generation: generation + (changed ? 1 : 0) };
    next.metadata = { ...withEmptyLists(next.metadata), ...kept };
    return next;
  }

  #subresource(name: string, old: DeepReadonly<KubernetesObject>, body: KubernetesObject): KubernetesObject {
    const next = cloneJson(old) as KubernetesObject & Fields;
    if (name === "finalize") next.spec = (body as unknown as Fields).spec;
    else next.status = (body as unknown as Fields).status;
    next.metadata.annotations = { ...body.metadata.annotations };
    return next;
  }

  async #patch(request: ResourceRequest): Promise<unknown> {
    const old = await this.#get(request);
    const patch = cloneJson(request.body) as { metadata?: Fields };
    const uid = patch.metadata?.uid;
    if (uid !== undefined && uid !== old.metadata.uid)
      throw conflict(request.resource, request.name ?? "", "uid mismatch");
    const strategic = (request.patchType ?? "").includes("strategic");
    const merged = merge(old, patch, strategic) as KubernetesObject;
    if (patch.metadata?.resourceVersion === undefined) delete merged.metadata.resourceVersion;
    return this.#update({ ...request, verb: "update" }, merged);
  }

  async #delete(request: ResourceRequest): Promise<unknown> {
    const old = await this.#get(request);
    const { preconditions, propagationPolicy, gracePeriodSeconds } = (request.body ?? {}) as DeleteBody;
    if (preconditions?.uid !== undefined && preconditions.uid !== old.metadata.uid) {
      throw conflict(request.resource, request.name ?? "", "Precondition failed: UID in precondition");
    }
    const version = preconditions?.resourceVersion;
    if (version !== undefined && version !== old.metadata.resourceVersion) {
      throw conflict(request.resource, request.name ?? "", "Precondition failed: ResourceVersion in precondition");
    }
    const next = cloneJson(old) as KubernetesObject & { spec?: Fields };
    next.metadata.finalizers = finalizersFor(old.metadata.finalizers ?? [], propagationPolicy);
    const bound = request.resource.resource === "pods" && next.spec?.nodeName !== undefined;
    const graceful = bound && gracePeriodSeconds !== 0;
    const namespaceContent =
      request.resource.resource === "namespaces" && (next.spec?.finalizers as string[])?.length > 0;
    const gone = next.metadata.finalizers.length === 0 && !graceful && !namespaceContent;
    if (gone) return this.#api.request(request);
    next.metadata.deletionTimestamp ??= formatTime(this.#clock.now());
    if (graceful) next.metadata.deletionGracePeriodSeconds = gracePeriodSeconds ?? 30;
    return this.#api.request({ ...request, verb: "update", body: next });
  }

  async #deleteCollection(request: ResourceRequest): Promise<unknown> {
    const { resource, namespace, query } = request;
    const list = await this.#api.request({ verb: "list", resource, namespace, query });
    for (const { metadata } of (list as { items: KubernetesObject[] }).items) {
      await this.#delete({ ...request, verb: "delete", name: metadata.name, namespace: metadata.namespace });
    }
    return { apiVersion: "v1", kind: "Status", metadata: {}, status: "Success" };
  }
}

function finalizersFor(finalizers: readonly string[], policy: string | undefined): string[] {
  const others = finalizers.filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  if (policy === "Orphan") return [...others, "orphan"];
  if (policy === "Foreground") return [...others, "foregroundDeletion"];
  return policy === "Background" ? others : [...finalizers];
}

function isFinal(object: KubernetesObject): boolean {
  if ((object.metadata.finalizers ?? []).length > 0) return false;
  const { spec = {} } = object as { spec?: Fields };
  if (object.kind === "Namespace") return ((spec.finalizers as string[] | undefined) ?? []).length === 0;
  return object.kind !== "Pod" || spec.nodeName === undefined;
}

/** MemoryApi merges metadata: what is to be gone must be said. */
function withEmptyLists(metadata: KubernetesObject["metadata"]): KubernetesObject["metadata"] {
  return { ...metadata, finalizers: metadata.finalizers ?? [], ownerReferences: metadata.ownerReferences ?? [] };
}

function merge(target: unknown, patch: unknown, strategic: boolean): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: Fields = { ...(target as Fields | undefined) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (strategic && name.startsWith("$deleteFromPrimitiveList/")) {
      const list = name.slice("$deleteFromPrimitiveList/".length);
      result[list] = ((result[list] as string[]) ?? []).filter((item) => !(value as string[]).includes(item));
    } else if (strategic && name === "ownerReferences") result[name] = mergeOwners(result[name], value);
    else if (strategic && name === "conditions") result[name] = mergeByKey(result[name], value, "type");
    else result[name] = merge(result[name], value, strategic);
  }
  return result;
}

function mergeOwners(target: unknown, patch: unknown): OwnerReference[] {
  return mergeByKey(target, patch, "uid") as unknown as OwnerReference[];
}

function mergeByKey(target: unknown, patch: unknown, key: string): Fields[] {
  const list = [...((target as Fields[] | undefined) ?? [])];
  for (const item of patch as Fields[]) {
    const at = list.findIndex((other) => other[key] === item[key]);
    if (item.$patch === "delete") {
      if (at >= 0) list.splice(at, 1);
    } else if (at >= 0) list[at] = { ...list[at], ...item };
    else list.push(item);
  }
  return list;
}
