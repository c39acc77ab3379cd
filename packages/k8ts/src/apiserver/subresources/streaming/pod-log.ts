/** pods/log: a container's log as its kubelet streams it. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  invalid,
  badRequest,
  parseTime,
  StatusError,
  type FieldError,
} from "@k8ts/api";
import type { HttpResponse } from "../../http/index.ts";
import type { Query } from "../../query.ts";
import { methodNotAllowed } from "../../method-not-allowed.ts";
import type { Subresource } from "../subresource.ts";
import { backendError, BackendUnreachable, forward, relayBody, textOf } from "./backend-request.ts";
import type { KubeletConnector, Location } from "./kubelet-connection.ts";
import { logMessages } from "./log-messages.ts";
import { containerOf, podOf } from "./pod-location.ts";

const streams = ["All", "Stdout", "Stderr"];

function checked(query: Query, podName: string): URLSearchParams {
  const tailLines = query.integer("tailLines");
  const limitBytes = query.integer("limitBytes");
  const sinceSeconds = query.integer("sinceSeconds");
  const sinceTime = query.first("sinceTime") || undefined;
  const stream = query.first("stream") || "All";
  if (sinceTime !== undefined && Number.isNaN(parseTime(sinceTime))) {
    throw badRequest(
      `parsing time ${JSON.stringify(sinceTime)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(sinceTime)} as "2006"`,
    );
  }
  const faults: FieldError[] = [];
  if (tailLines !== undefined && tailLines < 0) {
    faults.push(fieldInvalid("tailLines", tailLines, "must be greater than or equal to 0"));
  }
  if (limitBytes !== undefined && limitBytes < 1) {
    faults.push(fieldInvalid("limitBytes", limitBytes, "must be greater than 0"));
  }
  if (sinceSeconds !== undefined && sinceTime !== undefined) {
    faults.push(fieldForbidden("", "at most one of `sinceTime` or `sinceSeconds` may be specified"));
  } else if (sinceSeconds !== undefined && sinceSeconds < 1) {
    faults.push(fieldInvalid("sinceSeconds", sinceSeconds, "must be greater than 0"));
  }
  if (!streams.includes(stream)) faults.push(fieldNotSupported("stream", stream, streams));
  if (stream !== "All" && tailLines !== undefined) {
    faults.push(fieldForbidden("", "`tailLines` and specific `stream` are mutually exclusive for now"));
  }
  if (faults.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, podName, faults);
  const parameters = new URLSearchParams();
  for (const name of ["follow", "previous", "timestamps"]) if (query.boolean(name)) parameters.set(name, "true");
  const numbers = { sinceSeconds, sinceTime, tailLines, limitBytes };
  for (const [name, value] of Object.entries(numbers)) if (value !== undefined) parameters.set(name, String(value));
  parameters.set("stream", stream);
  return parameters;
}

/** Upstream passes on what Go's HTTP client says, without a reason of its own. */
function notFetched({ host, port }: Location, path: string, text: string): StatusError {
  const message = `Get "https://${host.includes(":") ? `[${host}]` : host}:${port}${path}": ${text}`;
  return new StatusError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code: 500 });
}

/** GET pods/NAME/log. */
export const podLog = (kubelets: KubeletConnector): Subresource => ({
  async connect(call, exchange): Promise<HttpResponse> {
    if (exchange.info.verb !== "get") throw methodNotAllowed();
    const parameters = checked(call.query, call.name);
    const pod = await podOf(call);
    const container = containerOf(pod, call.query.first("container"));
    const nodeName = pod.spec?.nodeName;
    if (!nodeName) return { status: 204, headers: {} };
    const skip = call.query.boolean("insecureSkipTLSVerifyBackend") === true;
    const location = await kubelets.locate(call, nodeName, skip);
    const path = `/containerLogs/${call.namespace}/${call.name}/${container}?${parameters.toString()}`;
    const answer = await forward({ location, path, method: "GET" }, exchange.request, false).catch((error: unknown) => {
      throw error instanceof BackendUnreachable ? notFetched(location, path, error.message) : error;
    });
    const code = answer.statusCode ?? 500;
    if (code < 200 || code > 206) throw backendError(code, await textOf(answer), "pods/log", call.name);
    if (exchange.request.upgradable) return logMessages(exchange.request, answer);
    const contentType = answer.headers["content-type"] ?? "text/plain";
    return {
      status: code,
      headers: { "content-type": contentType },
      body: { stream: (sink) => relayBody(answer, sink) },
    };
  },
});
