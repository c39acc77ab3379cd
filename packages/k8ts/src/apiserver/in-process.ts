/**
 * The client's Transport without sockets and without JSON: the same authorization, admission, verbs and metrics, with
 * objects shared instead of encoded. What it hands out is what the watch caches hold; nobody may change it.
 */
import {
  notFoundPath,
  type Clock,
  type DeepReadonly,
  type KubernetesList,
  type KubernetesObject,
  type Random,
} from "@k8ts/api";
import {
  checkRequest,
  type RawRequest,
  type RawResponse,
  type ResourceRequest,
  type Transport,
  type WatchRequest,
  type WatchSink,
} from "@k8ts/client";
import type { UserInfo } from "../auth/index.ts";
import type { RequestContext } from "../registry/context.ts";
import { requireAllowed } from "./authorize.ts";
import { noBody, objectBody } from "./call-body.ts";
import { statusErrorOf } from "./error-response.ts";
import { metricVerb, type RequestMeter } from "./filters/request-metrics.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";
import type { HttpResponse } from "./http/index.ts";
import { Query } from "./query.ts";
import { nameInSelector } from "./request-info.ts";
import { listMetadata } from "./rendering/render-answer.ts";
import type { Answer, ResourceCall, Services, Verb } from "./resource-call.ts";
import type { SubresourceTable } from "./subresources/index.ts";
import { verbs, watch } from "./verbs/index.ts";

/** What an in-process transport needs of its server. */
export interface InProcessParts {
  readonly services: Services;
  readonly subresources: SubresourceTable;
  readonly meter: RequestMeter;
  readonly clock: Clock;
  readonly random: Random;
  /** Field manager of this transport's writes; also its user agent. */
  readonly userAgent: string;
  /** Aborts when watches shall end. */
  readonly ended: AbortSignal;
  /** Answers raw requests as this transport's user, through all filters, without sockets. */
  raw(request: RawRequest): Promise<RawResponse>;
}

const never = new AbortController().signal;

/** The verbs that RequestInfo would find for a resource request. */
interface Target {
  readonly verb: string;
  readonly resource: ResourceRequest["resource"];
  readonly namespace: string;
  readonly name: string;
  readonly subresource: string;
  readonly query: Query;
}

class InProcessTransport implements Transport {
  readonly #parts: InProcessParts;
  readonly #user: UserInfo;
  readonly #closed = new AbortController();

  constructor(parts: InProcessParts, user: UserInfo) {
    this.#parts = parts;
    this.#user = user;
  }

  async request<T>(request: ResourceRequest): Promise<DeepReadonly<T> & DeepReadonly<KubernetesList<T>>> {
    checkRequest(request);
    const target = targetOf(request);
    return this.#metered(target, false, request.signal, async () => {
      const body =
        request.body === undefined ? noBody : objectBody(request.body, request.patchType, this.#parts.services.scheme);
      const call = await this.#call(target, request.signal ?? never, body);
      const verb = this.#verb(call, target.verb);
      return result(call, await verb(call)) as never;
    });
  }

  async watch<T>(request: WatchRequest, sink: WatchSink<T>): Promise<void> {
    const target = { ...targetOf({ ...request, verb: "list" }), verb: "watch" };
    await this.#metered(target, true, request.signal, async () => {
      const signal = AbortSignal.any([request.signal, this.#closed.signal, this.#parts.ended]);
      const call = await this.#call(target, signal, noBody);
      await watch(call, {
        events: (events) => {
          for (const event of events) {
            if (signal.aborted) return;
            sink.event({ type: event.type, object: event.object() as never });
          }
        },
        closed: (error) => sink.closed(error && statusErrorOf(error)),
      });
    });
  }

  raw(request: RawRequest): Promise<RawResponse> {
    return this.#parts.raw(request);
  }

  async close(): Promise<void> {
    this.#closed.abort();
  }

  #verb(call: ResourceCall, name: string): Verb {
    if (call.subresource !== "") {
      const verb = this.#parts.subresources.find(call.resource, call.subresource)?.verbs?.[name];
      if (!verb) throw methodNotAllowed();
      return verb;
    }
    const virtual = this.#parts.subresources.virtual(call.resource.group, call.resource.resource);
    const verb = virtual ? virtual.verbs?.[name] : verbs[name];
    if (!verb || !call.resource.verbs.includes(name)) throw methodNotAllowed();
    return verb;
  }

  async #call(target: Target, signal: AbortSignal, body: ResourceCall["body"]): Promise<ResourceCall> {
    const { services, clock, random, userAgent } = this.#parts;
    const { resource, namespace, name, subresource, query } = target;
    signal.throwIfAborted();
    await requireAllowed(services.authorizer, {
      user: this.#user,
      verb: target.verb,
      resourceRequest: true,
      path: "",
      group: resource.group,
      version: resource.version,
      resource: resource.resource,
      subresource,
      namespace,
      name: name || nameInSelector(query.first("fieldSelector")),
      fieldSelector: query.first("fieldSelector"),
      labelSelector: query.first("labelSelector"),
    });
    const schema = services.scheme.resource(resource.group, resource.version, resource.resource);
    const store = services.registry.store(resource.group, resource.version, resource.resource);
    if (!schema || (!store && !this.#parts.subresources.virtual(resource.group, resource.resource)))
      throw notFoundPath();
    const context: RequestContext = {
      user: this.#user,
      requestId: "",
      clock,
      random,
      signal,
      fieldManager: query.first("fieldManager") ?? userAgent,
      warnings: [],
    };
    return { services, context, store: store!, resource: schema, namespace, name, subresource, query, body };
  }

  async #metered<T>(
    target: Target,
    longRunning: boolean,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    const { clock, meter } = this.#parts;
    const started = clock.monotonic();
    let code = target.verb === "create" ? 201 : 200;
    try {
      return await run();
    } catch (error) {
      if (signal?.aborted) throw error;
      const found = statusErrorOf(error);
      code = found.code;
      throw found;
    } finally {
      const { resource, namespace, name, subresource } = target;
      const labels = {
        verb: metricVerb(target.verb, ""),
        group: resource.group,
        version: resource.version,
        resource: resource.resource,
        subresource,
        scope: name !== "" ? "resource" : namespace !== "" ? "namespace" : "cluster",
        dryRun: target.query.first("dryRun") === "All",
        longRunning,
      };
      meter.done(labels, code, (clock.monotonic() - started) / 1000);
    }
  }
}

function targetOf(request: ResourceRequest): Target {
  const { resource } = request;
  return {
    verb: request.verb,
    resource,
    namespace: resource.namespaced ? (request.namespace ?? "") : "",
    name: request.name ?? "",
    subresource: request.subresource ?? "",
    query: Query.of(request.query),
  };
}

function result(call: ResourceCall, answer: Answer): unknown {
  switch (answer.type) {
    case "entry":
      return answer.entry.object();
    case "object":
      return answer.object;
    default: {
      const items: DeepReadonly<KubernetesObject>[] = [];
      for (const entry of answer.list.entries()) items.push(entry.object());
      const { kind, groupVersion } = call.resource;
      return { kind: `${kind}List`, apiVersion: groupVersion, metadata: listMetadata(answer.list), items };
    }
  }
}

/** Makes a transport that acts as `user`. */
export function inProcessTransport(parts: InProcessParts, user: UserInfo): Transport {
  return new InProcessTransport(parts, user);
}

/** A handler's response as a raw one: its body as a stream. */
export function rawResponse(response: HttpResponse): RawResponse {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { status: response.status, headers, body: bodyStream(response) };
}

function bodyStream({ body }: HttpResponse): ReadableStream<Uint8Array> {
  const closers: (() => void)[] = [];
  const drains: (() => void)[] = [];
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (body === undefined) controller.close();
        else if (body instanceof Uint8Array) {
          controller.enqueue(body);
          controller.close();
        } else if ("runs" in body) {
          for (const run of body.runs) controller.enqueue(run.slice());
          controller.close();
        } else {
          let open = true;
          const over = (act: () => void): void => {
            if (!open) return;
            open = false;
            act();
            for (const call of closers.splice(0)) call();
          };
          body.stream({
            write: (bytes) => {
              if (open) controller.enqueue(bytes);
              return (controller.desiredSize ?? 0) > 0;
            },
            get pending() {
              return Math.max(0, -(controller.desiredSize ?? 0));
            },
            onDrain: (call) => void drains.push(call),
            onClose: (call) => void closers.push(call),
            end: () => over(() => controller.close()),
            fail: () => over(() => controller.error(new Error("the response was cut off"))),
          });
        }
      },
      pull: () => {
        for (const call of drains) call();
      },
      cancel: () => {
        for (const call of closers.splice(0)) call();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 256 * 1024 }),
  );
}
