/**
 * pods/exec, attach and portforward: the client's connection is joined to the kubelet's, byte for byte, whatever protocol
 * the two agree on (WebSocket or SPDY). This server checks who may, and to which container it goes.
 */
import { badRequest, fieldInvalid, fieldRequired, invalid, type FieldError } from "@k8ts/api";
import { resourceAttributes } from "../../../auth/index.ts";
import { requireAllowed } from "../../authorize.ts";
import { methodNotAllowed } from "../../method-not-allowed.ts";
import type { Query } from "../../query.ts";
import type { ResourceCall } from "../../resource-call.ts";
import { admit } from "../admit.ts";
import type { Subresource } from "../subresource.ts";
import { tunnel } from "./backend-request.ts";
import type { KubeletConnector } from "./kubelet-connection.ts";
import { containerOf, podOf } from "./pod-location.ts";

/** The streams as kubelets read them, and as options objects name them. */
const streamParameters = [
  ["stdin", "input"],
  ["stdout", "output"],
  ["stderr", "error"],
  ["tty", "tty"],
] as const;

/** What one of the three subresources does differently. */
interface Kind {
  readonly path: "exec" | "attach" | "portForward";
  readonly optionsKind: string;
  /** Parameters for the kubelet, and the options object for admission. Throws what is wrong with them. */
  options(query: Query): { parameters: URLSearchParams; options: Record<string, unknown> };
  readonly ofContainer: boolean;
}

function streamOptions(query: Query, kind: string): { parameters: URLSearchParams; options: Record<string, unknown> } {
  const parameters = new URLSearchParams();
  const options: Record<string, unknown> = {};
  for (const [name, kubeletName] of streamParameters) {
    // Output is on unless it is turned off: the defaults of exec and attach.
    const value = query.boolean(name) ?? (name === "stdout" || name === "stderr");
    options[name] = value;
    if (value) parameters.set(kubeletName, "1");
  }
  const container = query.first("container");
  if (container) options["container"] = container;
  const faults: FieldError[] = [];
  if (options["tty"] === true && query.boolean("stderr") === true) {
    faults.push(fieldInvalid("stderr", true, "tty and stderr cannot both be true"));
  }
  if (!options["stdin"] && !options["stdout"] && !options["stderr"]) {
    faults.push(fieldRequired("", "must specify at least one of stdin, stdout, stderr"));
  }
  if (faults.length > 0 && kind === "PodAttachOptions") throw invalid({ group: "", kind }, "", faults);
  return { parameters, options };
}

const exec: Kind = {
  path: "exec",
  optionsKind: "PodExecOptions",
  ofContainer: true,
  options(query) {
    const built = streamOptions(query, "PodExecOptions");
    const command = query.all("command");
    for (const word of command) built.parameters.append("command", word);
    return { ...built, options: { ...built.options, command } };
  },
};

const attach: Kind = {
  path: "attach",
  optionsKind: "PodAttachOptions",
  ofContainer: true,
  options: (query) => streamOptions(query, "PodAttachOptions"),
};

const portForward: Kind = {
  path: "portForward",
  optionsKind: "PodPortForwardOptions",
  ofContainer: false,
  options(query) {
    const ports = query
      .all("ports")
      .flatMap((value) => value.split(","))
      .map(Number);
    const wrong = ports.find((port) => !Number.isInteger(port) || port < 1 || port > 65_535);
    if (wrong !== undefined) throw badRequest(`invalid port ${wrong}: must be between 1 and 65535, inclusive`);
    const parameters = new URLSearchParams();
    if (ports.length > 0) parameters.set("port", ports.join(","));
    return { parameters, options: ports.length > 0 ? { ports } : {} };
  },
};

/** A WebSocket opens with GET, but running something in a pod needs the right to create. */
function requireCreate(call: ResourceCall): void | Promise<void> {
  const { resource, namespace, name, subresource, context, services } = call;
  const target = { ...resource, namespace, name, subresource };
  return requireAllowed(services.authorizer, resourceAttributes(context.user, "create", target));
}

function streaming(kind: Kind, kubelets: KubeletConnector): Subresource {
  return {
    async connect(call, exchange) {
      const { verb } = exchange.info;
      if (verb !== "get" && verb !== "create") throw methodNotAllowed();
      if (call.query.first("dryRun")) throw badRequest("dryRun is not supported");
      const { parameters, options } = kind.options(call.query);
      const object = { kind: kind.optionsKind, apiVersion: "v1", ...options };
      await admit(call, { operation: "CONNECT", object, options: object, dryRun: false });
      if (verb === "get") await requireCreate(call);
      const pod = await podOf(call);
      const container = kind.ofContainer ? `/${containerOf(pod, call.query.first("container"))}` : "";
      const nodeName = pod.spec?.nodeName;
      if (!nodeName) throw badRequest(`pod ${call.name} does not have a host assigned`);
      const location = await kubelets.locate(call, nodeName);
      if (!exchange.request.upgradable) throw badRequest("Upgrade request required");
      const query = parameters.size > 0 ? `?${parameters.toString()}` : "";
      const path = `/${kind.path}/${call.namespace}/${call.name}${container}${query}`;
      return tunnel({ location, path, method: exchange.request.method }, exchange.request);
    },
  };
}

/** GET or POST pods/NAME/exec. */
export const podExec = (kubelets: KubeletConnector): Subresource => streaming(exec, kubelets);
/** GET or POST pods/NAME/attach. */
export const podAttach = (kubelets: KubeletConnector): Subresource => streaming(attach, kubelets);
/** GET or POST pods/NAME/portforward. */
export const podPortForward = (kubelets: KubeletConnector): Subresource => streaming(portForward, kubelets);
