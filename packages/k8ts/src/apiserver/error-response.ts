/** Errors as responses: a Status in the encoding the client reads. */
import { encodeJson, encodeProtobuf, internalError, StatusError, type KubernetesObject, type Scheme } from "@k8ts/api";
import type { Status } from "@k8ts/api/meta/v1";
import { BodyTooLarge, type HttpResponse, type RequestHeaders, type ResponseHeaders } from "./http/index.ts";
import { errorMediaType, wantsPretty } from "./negotiation.ts";
import type { Query } from "./query.ts";
import { prettyJson } from "./rendering/encode.ts";
import { requestEntityTooLarge } from "@k8ts/api";

/** The StatusError that a thrown value amounts to. */
export function statusErrorOf(error: unknown): StatusError {
  if (error instanceof StatusError) return error;
  if (error instanceof BodyTooLarge) return requestEntityTooLarge(error.message);
  return internalError(error);
}

/** The response for a thrown value. */
export function errorResponse(error: unknown, headers: RequestHeaders, scheme: Scheme, query?: Query): HttpResponse {
  const { status, code } = statusErrorOf(error);
  const out: ResponseHeaders = {
    "cache-control": "no-cache, private",
    "content-type": "application/json",
    "x-content-type-options": "nosniff",
  };
  const wait = status.details?.retryAfterSeconds;
  if (wait) out["retry-after"] = String(wait);
  const httpStatus = code >= 100 && code < 600 ? code : 500;
  const media = errorMediaType(headers);
  if (media === "application/vnd.kubernetes.protobuf") {
    out["content-type"] = media;
    return { status: httpStatus, headers: out, body: encodeProtobuf(status as unknown as KubernetesObject, scheme) };
  }
  const json = statusJson(status);
  return { status: httpStatus, headers: out, body: wantsPretty(query, headers) ? prettyJson(json) : json };
}

/** A Status as JSON with a newline, in upstream's field order. */
export function statusJson({ message, reason, details, code, ...rest }: Status): Uint8Array {
  const ordered = { kind: "Status", apiVersion: "v1", metadata: rest.metadata ?? {}, status: rest.status };
  return Buffer.concat([encodeJson({ ...ordered, message, reason, details, code }), newline]);
}

const newline = Buffer.from("\n");
