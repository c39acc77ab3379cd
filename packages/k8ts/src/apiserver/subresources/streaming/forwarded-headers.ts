/** Which headers travel on to a backend: never credentials, nor what belongs to one connection only. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import type { RequestHeaders, ResponseHeaders } from "../../http/index.ts";

const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "http2-settings",
]);

const tokenProtocol = "base64url.bearer.authorization.k8s.io.";

const isCredential = (name: string): boolean =>
  name === "authorization" || name.startsWith("impersonate-") || name.startsWith("x-remote-");

/** The subprotocols without the one that carries a token. */
function withoutToken(protocols: string): string {
  const kept = protocols.split(",").map((protocol) => protocol.trim());
  return kept.filter((protocol) => !protocol.startsWith(tokenProtocol)).join(", ");
}

/** Request headers for a backend. `upgrade`: keep what asks for another protocol. */
export function requestHeadersFor(headers: RequestHeaders, upgrade: boolean): OutgoingHttpHeaders {
  const out: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(":") || name === "host" || isCredential(name)) continue;
    if (hopByHop.has(name) && !(upgrade && (name === "connection" || name === "upgrade"))) continue;
    if (name === "sec-websocket-protocol") {
      const kept = withoutToken(String(value));
      if (kept !== "") out[name] = kept;
    } else out[name] = value;
  }
  return out;
}

/** Response headers for the client. */
export function responseHeadersFor(headers: IncomingHttpHeaders): ResponseHeaders {
  const out: ResponseHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name) && name !== "content-length") out[name] = value;
  }
  return out;
}
