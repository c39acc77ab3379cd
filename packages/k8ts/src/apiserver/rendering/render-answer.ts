/**
 * From answers to responses. JSON goes out as the bytes that are stored, a list as its runs between a head and a tail;
 * only other encodings and conversions decode anything.
 */
import { statusError, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import type { ListResult } from "../../registry/resource-store.ts";
import type { HttpResponse, ResponseHeaders } from "../http/index.ts";
import type { Negotiated } from "../negotiation.ts";
import type { Answer, ResourceCall } from "../resource-call.ts";
import { encodeObject, prettyJson } from "./encode.ts";
import { responseMemory } from "./response-memory.ts";
import { includeObjectOf, partialObject, TableMaker } from "./tables.ts";

/** Headers of every API answer. */
export function answerHeaders(contentType: string): ResponseHeaders {
  return { "cache-control": "no-cache, private", "content-type": contentType };
}

const tail = Buffer.from("]}\n");

/** ListMeta of a page. */
export function listMetadata(list: ListResult): Record<string, unknown> {
  return {
    resourceVersion: String(list.revision),
    ...(list.continue !== undefined && { continue: list.continue }),
    ...(list.remaining !== undefined && { remainingItemCount: list.remaining }),
  };
}

function* listRuns(call: ResourceCall, list: ListResult): Iterable<Uint8Array> {
  const { kind, groupVersion } = call.resource;
  const metadata = JSON.stringify(listMetadata(list));
  yield Buffer.from(`{"kind":"${kind}List","apiVersion":"${groupVersion}","metadata":${metadata},"items":[`);
  yield* list.runs();
  yield tail;
}

function objectsOf(list: ListResult): DeepReadonly<KubernetesObject>[] {
  const objects: DeepReadonly<KubernetesObject>[] = [];
  for (const entry of list.entries()) objects.push(entry.object());
  return objects;
}

/** The list as one object, for encodings that cannot be pieced together from stored bytes. */
export function listObject(call: ResourceCall, list: ListResult): object {
  const { kind, groupVersion } = call.resource;
  return { kind: `${kind}List`, apiVersion: groupVersion, metadata: listMetadata(list), items: objectsOf(list) };
}

function encoded(call: ResourceCall, status: number, object: object, media: Negotiated): HttpResponse {
  const body = encodeObject(object, media.mediaType, media.pretty, call.services.scheme);
  return { status, headers: answerHeaders(media.mediaType), body };
}

function mismatch(wanted: string, got: string): Error {
  return statusError("NotAcceptable", `you requested ${wanted}, but the requested object is ${got}`);
}

function renderConverted(
  call: ResourceCall,
  answer: Exclude<Answer, { type: "object" }>,
  media: Negotiated,
): HttpResponse {
  const { kind, version } = media.conversion!;
  const status = answer.type === "entry" ? answer.status : 200;
  if (kind === "Table") {
    const maker = new TableMaker(call.store.strategy, version, includeObjectOf(call.query.first("includeObject")));
    const now = call.context.clock.now();
    const objects = answer.type === "entry" ? [answer.entry.object()] : objectsOf(answer.list);
    const metadata =
      answer.type === "entry" ? { resourceVersion: String(answer.entry.revision) } : listMetadata(answer.list);
    return encoded(call, status, maker.table(objects, metadata, now, true), media);
  }
  if (kind === "PartialObjectMetadata") {
    if (answer.type === "list") throw mismatch(kind, `a list (*${call.resource.kind}List)`);
    return encoded(call, status, partialObject(answer.entry.object(), version), media);
  }
  if (answer.type === "entry") throw mismatch(kind, `not a list (*${call.resource.kind})`);
  const items = objectsOf(answer.list).map((object) => partialObject(object, version));
  const object = { kind, apiVersion: `meta.k8s.io/${version}`, metadata: listMetadata(answer.list), items };
  return encoded(call, status, object, media);
}

function renderStored(
  call: ResourceCall,
  answer: Exclude<Answer, { type: "object" }>,
  media: Negotiated,
): HttpResponse {
  const json = media.mediaType === "application/json";
  if (answer.type === "entry") {
    const { entry, status } = answer;
    if (!json) return encoded(call, status, entry.object(), media);
    const bytes = media.pretty ? prettyJson(entry.json()) : withNewline(entry.json());
    return { status, headers: answerHeaders(media.mediaType), body: bytes };
  }
  if (!json || media.pretty) return encoded(call, 200, listObject(call, answer.list), media);
  return { status: 200, headers: answerHeaders(media.mediaType), body: { runs: listRuns(call, answer.list) } };
}

function withNewline(json: Uint8Array): Buffer {
  // Copying a few kilobytes costs less than a second write.
  const copy = responseMemory(json.length + 1);
  copy.set(json);
  copy[json.length] = 0x0a;
  return copy;
}

/** The response for an answer. Throws NotAcceptable where the conversion asked for does not fit. */
export function renderAnswer(call: ResourceCall, answer: Answer, media: Negotiated): HttpResponse {
  if (answer.type === "object") return encoded(call, answer.status, answer.object, media);
  return media.conversion ? renderConverted(call, answer, media) : renderStored(call, answer, media);
}
