/** Bodies of calls: decoded from bytes, or taken from an object in the same process. */
import {
  badRequest,
  cloneJson,
  conform,
  decodeBody,
  unsupportedMediaType,
  type KubernetesObject,
  type Scheme,
} from "@k8ts/api";
import type { PatchType } from "@k8ts/client";
import type { CallBody, Decoded, ExpectedKind, PatchBody } from "./resource-call.ts";

const patchTypes: readonly string[] = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

/** The patch type of a Content-Type header; throws UnsupportedMediaType. */
export function patchTypeOf(contentType: string): PatchType {
  const at = contentType.indexOf(";");
  const type = at < 0 ? contentType : contentType.slice(0, at);
  if (!patchTypes.includes(type)) throw unsupportedMediaType(patchTypes);
  return type as PatchType;
}

function checkKind(decoded: Decoded, expected: ExpectedKind): Decoded {
  const { apiVersion, kind } = decoded.object;
  if (kind !== expected.kind) {
    const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expected.kind}: converting (${kind}) to (${expected.kind}): unknown conversion`,
    );
  }
  if (apiVersion !== expected.apiVersion) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  return decoded;
}

/** A body that came over the wire. */
export function bytesBody(bytes: Uint8Array, contentType: string, scheme: Scheme): CallBody {
  return {
    empty: bytes.length === 0,
    decode: (expected) => checkKind(decodeBody(bytes, contentType, expected, scheme), expected),
    patch: () => parsePatch(bytes, patchTypeOf(contentType)),
  };
}

function parsePatch(bytes: Uint8Array, type: PatchType): PatchBody {
  try {
    return {
      type,
      document: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()),
      problems: [],
    };
  } catch (error) {
    throw badRequest(`error decoding patch: ${(error as Error).message}`);
  }
}

/** A body from within the process: copied, so that neither side sees the other's changes. */
export function objectBody(value: unknown, patchType: PatchType | undefined, scheme: Scheme): CallBody {
  return {
    empty: value === undefined,
    decode: (expected) => {
      const given = value as KubernetesObject;
      const apiVersion = given.apiVersion || expected.apiVersion;
      const kind = given.kind || expected.kind;
      const struct = scheme.structForKind(expected.apiVersion, expected.kind);
      if (!struct)
        throw badRequest(
          `no kind ${JSON.stringify(expected.kind)} is registered for version ${JSON.stringify(expected.apiVersion)}`,
        );
      const { value: copy, problems } = conform(struct, cloneJson(value));
      const object = { ...(copy as object), apiVersion, kind } as KubernetesObject;
      return checkKind({ object, problems }, expected);
    },
    patch: () => ({
      type: patchTypeOf(patchType ?? "application/strategic-merge-patch+json"),
      document: cloneJson(value),
      problems: [],
    }),
  };
}

/** No body at all. */
export const noBody: CallBody = {
  empty: true,
  decode: () => {
    throw badRequest("the request has no body");
  },
  patch: () => {
    throw badRequest("the request has no body");
  },
};
