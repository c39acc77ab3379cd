/** From an HTTP answer that is no success to a StatusError. */
import { fromStatus, type StatusError } from "@k8ts/api";
import type { Status } from "@k8ts/api/meta/v1";
import type { HttpAnswer } from "./http-exchange.ts";
import type { ResourceRequest } from "./transport.ts";

/** Reasons of answers that carry no Status (a proxy's, or an API server's that is starting up), as client-go gives them. */
const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** What the request was, for the message. */
type Asked = Pick<ResourceRequest, "resource" | "name"> & { readonly verb: string };

/** The longest text of a foreign answer that is quoted. */
const quoted = 2048;

/** Reads the answer's body and makes the error; never throws. */
export async function statusFromAnswer(answer: HttpAnswer, asked: Asked): Promise<StatusError> {
  let text = "";
  try {
    text = new TextDecoder().decode(await answer.bytes());
  } catch {
    // The status line alone has to do.
  }
  return fromStatus(parseStatus(text) ?? genericStatus(answer, asked, text));
}

function parseStatus(text: string): Status | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const body = JSON.parse(text) as Status;
    return body.kind === "Status" && body.status !== "Success" ? body : undefined;
  } catch {
    return undefined;
  }
}

function genericStatus(answer: HttpAnswer, asked: Asked, text: string): Status {
  const { group, resource } = asked.resource;
  const code = answer.status;
  const seconds = Number(answer.headers["retry-after"]);
  return {
    apiVersion: "v1",
    kind: "Status",
    metadata: {},
    status: "Failure",
    message: messageOf(code, asked, text),
    reason: reasons[code] ?? (code >= 500 ? "InternalError" : ""),
    details: {
      ...(asked.name && { name: asked.name }),
      ...(group && { group }),
      kind: resource,
      ...(text && { causes: [{ reason: "UnexpectedServerResponse", message: text.slice(0, quoted) }] }),
      ...(seconds > 0 && { retryAfterSeconds: seconds }),
    },
    code,
  };
}

function messageOf(code: number, asked: Asked, text: string): string {
  const what = `${asked.verb} ${asked.resource.resource}${asked.resource.group && `.${asked.resource.group}`}${asked.name ? ` ${asked.name}` : ""}`;
  if (code === 401) return "the server has asked for the client to provide credentials";
  if (code === 404) return "the server could not find the requested resource";
  if (code === 503) return "the server is currently unable to handle the request";
  const body = text.trim().slice(0, quoted);
  return `an error on the server (${JSON.stringify(body || "unknown")}) has prevented the request from succeeding (${what})`;
}
