/**
 * From an HTTP request on a resource to its answer: find the store, read the body, run the verb, render.
 *
 *     exchange ──> route (store, verb or subresource) ──> ResourceCall ──> verb ──> Answer ──> response
 */
import {
  methodNotSupported,
  notAcceptable,
  notFoundPath,
  patchMediaType,
  type Metrics,
  type ResourceSchema,
} from "@k8ts/api";
import { bytesBody, noBody } from "./call-body.ts";
import type { Exchange } from "./exchange.ts";
import { headerOf, type HttpResponse } from "./http/index.ts";
import { methodNotAllowed } from "./method-not-allowed.ts";
import { negotiate, type Negotiated } from "./negotiation.ts";
import { renderAnswer, answerHeaders } from "./rendering/render-answer.ts";
import { includeObjectOf, TableMaker } from "./rendering/tables.ts";
import { framerFor } from "./rendering/watch-frames.ts";
import { TickFlusher, watchMeter, WatchStream, type WatchMeter } from "./rendering/watch-stream.ts";
import type { CallBody, ResourceCall, Services } from "./resource-call.ts";
import type { SubresourceTable } from "./subresources/index.ts";
import { verbs, watch } from "./verbs/index.ts";

/** Largest body that is read: upstream's MaxRequestBodyBytes. */
const maxBodyBytes = 3 * 1024 * 1024;

/** Watches are streams of frames: YAML has none. */
const watchMediaTypes = ["application/json;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch"];

const bodyVerbs: ReadonlySet<string> = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** Serves resources. */
export class ResourceHandler {
  readonly #services: Services;
  readonly #subresources: SubresourceTable;
  readonly #ended: AbortSignal;
  readonly #flusher = new TickFlusher();
  readonly #watchMeter: WatchMeter;

  /** `ended` aborts when watches shall end because the server stops. */
  constructor(services: Services, subresources: SubresourceTable, metrics: Metrics, ended: AbortSignal) {
    this.#services = services;
    this.#subresources = subresources;
    this.#watchMeter = watchMeter(metrics);
    this.#ended = ended;
  }

  async handle(exchange: Exchange): Promise<HttpResponse> {
    const { info } = exchange;
    const virtual = this.#subresources.virtual(info.group, info.resource);
    const store = this.#services.registry.store(info.group, info.version, info.resource);
    if (virtual && info.subresource === "") {
      const resource = this.#services.scheme.resource(info.group, info.version, info.resource);
      if (resource) return this.#virtual(exchange, resource);
    }
    if (!store) throw notFoundPath();
    if (info.subresource !== "") return this.#subresource(exchange, store.resource);
    checkScope(exchange, store.resource);
    if (info.verb === "watch") return this.#watch(exchange);
    const verb = verbs[info.verb];
    if (!verb || !store.resource.verbs.includes(info.verb)) throw methodNotAllowed();
    const media = negotiate(exchange.request.headers, exchange.query, true);
    const call = this.#call(exchange, bodyVerbs.has(info.verb) ? await this.#body(exchange) : noBody);
    return renderAnswer(call, await verb(call), media);
  }

  async #virtual(exchange: Exchange, resource: ResourceSchema): Promise<HttpResponse> {
    const { info } = exchange;
    const handler = this.#subresources.virtual(info.group, info.resource)?.verbs?.[info.verb];
    if (!handler) throw methodNotAllowed();
    const media = negotiate(exchange.request.headers, exchange.query, false);
    const call = this.#call(exchange, await this.#body(exchange), resource);
    return renderAnswer(call, await handler(call), media);
  }

  async #subresource(exchange: Exchange, resource: ResourceSchema): Promise<HttpResponse> {
    const { info } = exchange;
    const served = resource.subresources.find(({ name }) => name === info.subresource);
    if (!served) throw notFoundPath();
    if (info.namespace === "" && resource.namespaced) throw notFoundPath();
    const handler = this.#subresources.find(resource, info.subresource);
    if (!handler) throw notFoundPath();
    if (handler.connect) {
      return handler.connect(this.#call(exchange, noBody), exchange);
    }
    const verb = handler.verbs?.[info.verb];
    if (!verb) throw methodNotAllowed();
    const media = negotiate(exchange.request.headers, exchange.query, true);
    const call = this.#call(exchange, await this.#body(exchange));
    return renderAnswer(call, await verb(call), media);
  }

  async #watch(exchange: Exchange): Promise<HttpResponse> {
    const media = negotiate(exchange.request.headers, exchange.query, true);
    if (media.mediaType === "application/yaml") throw notAcceptable(watchMediaTypes);
    const call = this.#call(exchange, noBody);
    if (!call.resource.verbs.includes("watch")) throw methodNotSupported(call.resource, "watch");
    const abort = new AbortController();
    const signal = AbortSignal.any([exchange.signal, abort.signal, this.#ended]);
    const count = (events: number, bytes: number): void => this.#watchMeter.events(call.resource, events, bytes);
    const framer = framerFor(media, this.#services.scheme, () => exchange.clock.now(), tablesFor(call, media));
    const stream = new WatchStream(framer, this.#flusher, count, () => abort.abort());
    await watch({ ...call, context: withSignal(call.context, signal) }, stream);
    return { status: 200, headers: answerHeaders(framer.contentType), body: stream };
  }

  #call(exchange: Exchange, body: CallBody, virtual?: ResourceSchema): ResourceCall {
    const { info } = exchange;
    const store = this.#services.registry.store(info.group, info.version, info.resource)!;
    return {
      services: this.#services,
      context: exchange,
      store,
      resource: virtual ?? store.resource,
      namespace: info.resource === "namespaces" && info.group === "" ? "" : info.namespace,
      name: info.name,
      subresource: info.subresource,
      query: exchange.query,
      body,
    };
  }

  async #body(exchange: Exchange): Promise<CallBody> {
    if (!bodyVerbs.has(exchange.info.verb)) return noBody;
    const contentType = headerOf(exchange.request.headers, "content-type");
    if (exchange.info.verb === "patch") patchMediaType(contentType);
    const bytes = await exchange.request.readBody(maxBodyBytes);
    return bytesBody(bytes, contentType, this.#services.scheme);
  }
}

function tablesFor(call: ResourceCall, media: Negotiated): TableMaker | undefined {
  const { conversion } = media;
  if (conversion?.kind !== "Table") return undefined;
  return new TableMaker(call.store.strategy, conversion.version, includeObjectOf(call.query.first("includeObject")));
}

/** The same context with another signal; a prototype chain keeps warnings and lazily found values shared. */
function withSignal<T extends object>(context: T, signal: AbortSignal): T {
  return Object.create(context, { signal: { value: signal } }) as T;
}

/** Names and namespaces must be where the resource's URLs have them. */
function checkScope({ info }: Exchange, resource: ResourceSchema): void {
  const inNamespace = info.namespace !== "";
  const ofNamespaces = resource.group === "" && resource.resource === "namespaces";
  if (inNamespace && !resource.namespaced && !ofNamespaces) throw notFoundPath();
  if (info.parts.length > 2) throw notFoundPath();
  const collectionVerb = ["list", "watch", "create", "deletecollection"].includes(info.verb);
  const named = info.parts.length === 2;
  if (named && collectionVerb && !info.verbInPath) throw methodNotAllowed();
  if (!named && !collectionVerb) throw methodNotAllowed();
  const acrossNamespaces = resource.namespaced && !inNamespace;
  if (acrossNamespaces && (named || !["list", "watch"].includes(info.verb))) throw methodNotAllowed();
}
