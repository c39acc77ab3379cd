/** A raw request of the in-process transport as the HttpRequest that handlers know. */
import type { RawRequest } from "@k8ts/client";
import { splitTarget } from "./http/h2.ts";
import { BodyTooLarge, type HttpRequest } from "./http/index.ts";

const never = new AbortController().signal;

/** Headers in lower case, the body as bytes. */
export function rawHttpRequest(request: RawRequest, userAgent: string): HttpRequest {
  const body = typeof request.body === "string" ? Buffer.from(request.body) : (request.body ?? new Uint8Array(0));
  const headers: Record<string, string> = { "user-agent": userAgent };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return {
    method: request.method,
    ...splitTarget(request.path),
    headers,
    protocol: "HTTP/2.0",
    peer: { address: "" },
    signal: request.signal ?? never,
    readBody: async (limit) => {
      if (body.length > limit) throw new BodyTooLarge(limit);
      return body;
    },
    bodyChunks: (async function* () {
      yield body;
    })(),
    upgradable: false,
  };
}
