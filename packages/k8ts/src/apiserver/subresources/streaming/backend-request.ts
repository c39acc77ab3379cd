/** Talking HTTP/1.1 to a backend (a kubelet, a pod): one request forwarded, or one connection tunnelled. */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { pipeline, type Duplex } from "node:stream";
import { internalError, statusError } from "@k8ts/api";
import type { ByteSink, HttpRequest, HttpResponse } from "../../http/index.ts";
import { requestHeadersFor, responseHeadersFor } from "./forwarded-headers.ts";
import type { Location } from "./kubelet-connection.ts";

const hostHeader = ({ host, port }: Location): string => (host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`);

/** Where a request goes. */
export interface BackendTarget {
  readonly location: Location;
  /** With query, percent-encoded. */
  readonly path: string;
  readonly method: string;
}

function open(target: BackendTarget, request: HttpRequest, upgrade: boolean): ClientRequest {
  const { location } = target;
  const headers = requestHeadersFor(request.headers, upgrade);
  headers["host"] = hostHeader(location);
  headers["x-forwarded-for"] = [request.headers["x-forwarded-for"], request.peer.address].filter(Boolean).join(", ");
  const { tls } = location;
  const options = { host: location.host, port: location.port, method: target.method, path: target.path, headers };
  if (location.scheme === "http") return httpRequest(options);
  // An upgraded connection is nobody else's any more: it gets one of its own.
  return httpsRequest({
    ...options,
    cert: tls?.cert,
    key: tls?.key,
    ca: tls?.ca,
    rejectUnauthorized: tls?.rejectUnauthorized ?? false,
    agent: upgrade || !tls ? false : tls.agent,
    servername: /^[\d.]+$|:/.test(location.host) ? "" : location.host,
  });
}

/** System errors as Go's net package words them: what people search for. */
const dialTexts: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "i/o timeout",
};

/** A backend that cannot be reached; callers say what for. */
export class BackendUnreachable extends Error {}

function unreachable(error: NodeJS.ErrnoException, location: Location): BackendUnreachable {
  const known = dialTexts[error.code ?? ""];
  const text = known ? `dial tcp ${hostHeader(location)}: ${known}` : error.message;
  return new BackendUnreachable(text, { cause: error });
}

/** Sends the request on, its body as it comes, and resolves to the backend's answer. Throws BackendUnreachable. */
export function forward(target: BackendTarget, request: HttpRequest, withBody: boolean): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = open(target, request, false);
    request.signal.addEventListener("abort", () => outgoing.destroy(), { once: true });
    outgoing.once("response", resolve);
    outgoing.once("error", (error) => reject(unreachable(error, target.location)));
    if (!withBody) outgoing.end();
    else pipeline(request.bodyChunks, outgoing, () => {});
  });
}

/** Copies a backend's answer to the client as it comes, holding the backend back when the client is slow. */
export function relayBody(source: IncomingMessage, sink: ByteSink): void {
  source.on("data", (chunk: Buffer) => {
    if (!sink.write(chunk)) source.pause();
  });
  sink.onDrain(() => source.resume());
  sink.onClose(() => source.destroy());
  source.once("end", () => sink.end());
  source.once("error", () => sink.fail());
}

/** The backend's answer as ours. */
export function relayed(answer: IncomingMessage): HttpResponse {
  const headers = responseHeadersFor(answer.headers);
  return { status: answer.statusCode ?? 502, headers, body: { stream: (sink) => relayBody(answer, sink) } };
}

/** At most this much of an error's text is read. */
const maxErrorText = 64 * 1024;

/** Reads an answer as text, cut at a limit. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of answer) {
    text += (chunk as Buffer).toString();
    if (text.length > maxErrorText) break;
  }
  return text;
}

/**
 * Opens a connection for an upgrade and, once the backend has switched protocols, lets bytes pass both ways untouched.
 * A refusal of the backend is passed on as it is.
 */
export function tunnel(target: BackendTarget, request: HttpRequest): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = open(target, request, true);
    request.signal.addEventListener("abort", () => outgoing.destroy(), { once: true });
    outgoing.once("error", (error) => {
      const { message } = unreachable(error, target.location);
      reject(internalError(new Error(`error dialing backend: ${message}`)));
    });
    outgoing.once("response", (answer) => resolve(relayed(answer)));
    outgoing.once("upgrade", (answer: IncomingMessage, backend: Duplex, head: Buffer) => {
      resolve({
        status: 101,
        headers: {},
        takeOver: (client, early) => join(answer, client, early, backend, head),
      });
    });
    outgoing.end();
  });
}

function join(answer: IncomingMessage, client: Duplex, early: Uint8Array, backend: Duplex, head: Uint8Array): void {
  const lines = [`HTTP/1.1 101 ${answer.statusMessage ?? "Switching Protocols"}`];
  for (let at = 0; at < answer.rawHeaders.length; at += 2) {
    lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
  }
  client.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) client.write(head);
  if (early.length > 0) backend.write(early);
  // Two pipelines over the same two sockets: more listeners than Node thinks right, and no leak.
  for (const socket of [client, backend]) socket.setMaxListeners(30);
  pipeline(client, backend, () => backend.destroy());
  pipeline(backend, client, () => client.destroy());
}

/** The error for a backend's answer that is none of the expected ones, in upstream's words. */
export function backendError(code: number, text: string, resource: string, name: string): Error {
  if (code === 400) return statusError("BadRequest", text);
  if (code === 404) {
    const message = `the server could not find the requested resource ( ${resource} ${name})`;
    return statusError("NotFound", message, { name, kind: resource });
  }
  if (code === 401) {
    const message = `the server has asked for the client to provide credentials ( ${resource} ${name})`;
    return statusError("Unauthorized", message, { name, kind: resource });
  }
  if (code === 403) return statusError("Forbidden", `${text} ( ${resource} ${name})`, { name, kind: resource });
  if (code === 503) {
    const message = `the server is currently unable to handle the request ( ${resource} ${name})`;
    return statusError("ServiceUnavailable", message, { name, kind: resource });
  }
  return internalError(new Error(text));
}
