/** One HTTP GET of a pod, for probes and hooks: certificates are not verified, redirects followed only on the same host. */
import type { DeepReadonly } from "@k8ts/api";
import type { HTTPGetAction } from "@k8ts/api/core/v1";
import type { ContainerSpec } from "../pods/pod-spec.ts";
import { dialFault, hostPort } from "./network-fault.ts";
import { portOf } from "./port-of.ts";

/** Longest body that is looked at. */
const maxBodyBytes = 10 * 1024;
const maxRedirects = 10;

/** An answer; a broken connection throws an Error in Go's words. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
  /** The last answer points to another host and was not followed. */
  readonly redirectsAway: boolean;
}

/** What to get, and as whom: "kube-probe" or "kube-lifecycle". */
export interface HttpGetRequest {
  readonly action: DeepReadonly<HTTPGetAction>;
  readonly container: ContainerSpec;
  readonly podIP: string;
  readonly agent: string;
  /** Aborts with what the error shall say. */
  readonly signal: AbortSignal;
}

/** Sends the request; resolves to the last answer. */
export async function httpGet(request: HttpGetRequest): Promise<HttpAnswer> {
  const { action, container, podIP } = request;
  const host = action.host || podIP;
  const scheme = action.scheme === "HTTPS" ? "https" : "http";
  const path = (action.path ?? "").startsWith("/") ? action.path! : `/${action.path ?? ""}`;
  let url = new URL(`${scheme}://${hostPort(host, portOf(container, action.port))}${path}`);
  for (let redirects = 0; ; redirects++) {
    const { statusCode, location, body } = await once(url, request);
    if (location === undefined || statusCode < 300 || statusCode >= 400)
      return { statusCode, body, redirectsAway: statusCode >= 300 && statusCode < 400 };
    const next = new URL(location, url);
    if (next.hostname !== url.hostname) return { statusCode, body, redirectsAway: true };
    if (redirects >= maxRedirects) throw new Error(`Get "${next.href}": stopped after ${maxRedirects} redirects`);
    url = next;
  }
}

function headersOf({ action, agent }: HttpGetRequest): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = { "User-Agent": agent, Accept: "*/*", Connection: "close" };
  for (const { name, value } of action.httpHeaders ?? []) {
    const known = Object.keys(headers).find((one) => one.toLowerCase() === name.toLowerCase());
    if (known !== undefined) delete headers[known];
    // An explicitly empty Accept or User-Agent is not sent at all.
    if (value !== "" || !/^(accept|user-agent)$/i.test(name)) headers[name] = value;
  }
  return headers;
}

interface OneAnswer {
  readonly statusCode: number;
  readonly location: string | undefined;
  readonly body: string;
}

async function once(url: URL, request: HttpGetRequest): Promise<OneAnswer> {
  const secure = url.protocol === "https:";
  const { request: open } = secure ? await import("node:https") : await import("node:http");
  return await new Promise<OneAnswer>((resolve, reject) => {
    const fail = (error: unknown): void => {
      const { signal } = request;
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const text = signal.aborted
        ? String(signal.reason)
        : dialFault(error, host, Number(url.port || (secure ? 443 : 80)));
      reject(new Error(`Get "${url.href}": ${text}`));
    };
    const options = { agent: false, headers: headersOf(request), signal: request.signal, rejectUnauthorized: false };
    const call = open(url, options as object, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = (): void => {
        call.off("error", fail);
        call.on("error", () => undefined);
        const { statusCode = 0, headers } = response;
        resolve({ statusCode, location: headers.location, body: Buffer.concat(chunks).toString("utf8") });
        response.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk.subarray(0, maxBodyBytes - length));
        length += chunk.length;
        if (length >= maxBodyBytes) finish();
      });
      response.on("end", finish);
      response.on("error", fail);
    });
    call.on("error", fail);
    call.end();
  });
}
