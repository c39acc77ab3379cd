/** Bodies of calls: decoded from bytes, or taken from an object in the same process. */
import {
  badRequest,
  cloneJson,
  decodeBody,
  decodePatch,
  decodeValue,
  patchMediaType,
  strategicMergePatchMediaType,
  type Scheme,
} from "@k8ts/api";
import type { CallBody } from "./resource-call.ts";

/** A body that came over the wire. */
export function bytesBody(bytes: Uint8Array, contentType: string, scheme: Scheme): CallBody {
  return {
    empty: bytes.length === 0,
    contentType,
    decode: (expected, fieldValidation) => decodeBody(bytes, contentType, expected, scheme, fieldValidation),
    patch: (fieldValidation) => decodePatch(bytes, contentType, fieldValidation),
  };
}

/** A body from within the process: copied, so that neither side sees the other's changes. */
export function objectBody(value: unknown, patchType: string | undefined, scheme: Scheme): CallBody {
  const contentType = patchType ?? strategicMergePatchMediaType;
  return {
    empty: value === undefined,
    contentType,
    decode: (expected) => decodeValue(value, expected, scheme),
    patch: () => ({ mediaType: patchMediaType(contentType), patch: cloneJson(value), problems: [] }),
  };
}

/** No body at all. */
export const noBody: CallBody = {
  empty: true,
  contentType: "",
  decode: () => {
    throw badRequest("the request has no body");
  },
  patch: () => {
    throw badRequest("the request has no body");
  },
};
