/** nodes/proxy, pods/proxy and services/proxy: HTTP through the API server to a kubelet, a pod or a service's endpoint. */
import { isIPv4, isIPv6 } from "node:net";
import { badRequest, serviceUnavailable, type DeepReadonly } from "@k8ts/api";
import type { Endpoints, Node, Pod, Service } from "@k8ts/api/core/v1";
import type { Exchange } from "../../exchange.ts";
import type { HttpResponse } from "../../http/index.ts";
import type { ResourceCall } from "../../resource-call.ts";
import { admit } from "../admit.ts";
import type { Subresource } from "../subresource.ts";
import { forward, relayed, tunnel } from "./backend-request.ts";
import type { KubeletConnector, Location } from "./kubelet-connection.ts";

/** "scheme:name:port", "name:port" or "name". */
export interface ProxyTarget {
  readonly scheme: "http" | "https";
  readonly name: string;
  readonly port: string;
}

/** Reads the name in a proxy URL; undefined where it is malformed. */
export function splitSchemeNamePort(text: string): ProxyTarget | undefined {
  const parts = text.split(":");
  const [first = "", second = "", third = ""] = parts;
  if (parts.length === 1) return first === "" ? undefined : { scheme: "http", name: first, port: "" };
  if (parts.length === 2) return first === "" ? undefined : { scheme: "http", name: first, port: second };
  if (parts.length > 3 || second === "" || (first !== "" && first !== "http" && first !== "https")) return undefined;
  return { scheme: first === "https" ? "https" : "http", name: second, port: third };
}

/** Addresses that a proxy may reach: neither this machine's own, nor link-local, multicast or unspecified ones. */
export function isGlobalUnicast(ip: string): boolean {
  if (isIPv4(ip)) {
    const [a = 0, b = 0] = ip.split(".").map(Number);
    return a !== 127 && a !== 0 && a < 224 && !(a === 169 && b === 254);
  }
  if (!isIPv6(ip)) return false;
  const lower = ip.toLowerCase();
  return (
    lower !== "::" &&
    lower !== "::1" &&
    !lower.startsWith("ff") &&
    !/^fe[89ab]/.test(lower) &&
    !lower.startsWith("::ffff:127.")
  );
}

function requireReachable(ip: string | undefined): string {
  if (!ip || !isGlobalUnicast(ip)) throw badRequest("address not allowed");
  return ip;
}

const portOf = ({ scheme, port }: ProxyTarget): number =>
  port === "" ? (scheme === "https" ? 443 : 80) : Number(port);

function numericPort(target: ProxyTarget, kind: string, id: string): number {
  const port = portOf(target);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw badRequest(`invalid ${kind} request ${JSON.stringify(id)}`);
  return port;
}

type Locate = (call: ResourceCall, target: ProxyTarget) => Promise<Location>;

const locatePod: Locate = async (call, target) => {
  const pod = (await call.store.get(call.context, call.namespace, target.name)).object() as DeepReadonly<Pod>;
  const declared = pod.spec?.containers.find(({ ports }) => ports?.length)?.ports?.[0]?.containerPort;
  const port = target.port === "" && declared ? declared : numericPort(target, "pod", call.name);
  return { scheme: target.scheme, host: requireReachable(pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP), port };
};

async function servicePortName(call: ResourceCall, target: ProxyTarget): Promise<string> {
  if (!/^\d+$/.test(target.port)) return target.port;
  const service = (await call.store.get(call.context, call.namespace, target.name)).object() as DeepReadonly<Service>;
  const found = service.spec?.ports?.find(({ port }) => port === Number(target.port));
  if (!found)
    throw serviceUnavailable(`no service port ${target.port} found for service ${JSON.stringify(target.name)}`);
  return found.name ?? "";
}

const locateService: Locate = async (call, target) => {
  const portName = await servicePortName(call, target);
  const store = call.services.registry.store("", "v1", "endpoints")!;
  const endpoints = (await store.get(call.context, call.namespace, target.name)).object() as DeepReadonly<Endpoints>;
  const subsets = endpoints.subsets ?? [];
  if (subsets.length === 0)
    throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(target.name)}`);
  const fitting = subsets.flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name = "" }) => name === portName)?.port;
    return port === undefined ? [] : addresses.filter(({ ip }) => isGlobalUnicast(ip)).map(({ ip }) => ({ ip, port }));
  });
  const chosen = fitting[Math.floor(call.context.random.next() * fitting.length)];
  if (!chosen) throw serviceUnavailable(`no endpoints available for service ${JSON.stringify(call.name)}`);
  return { scheme: target.scheme, host: chosen.ip, port: chosen.port };
};

const locateNode =
  (kubelets: KubeletConnector): Locate =>
  async (call, target) => {
    const kubelet = await kubelets.locate(call, target.name);
    const node = (await call.store.get(call.context, "", target.name)).object() as DeepReadonly<Node>;
    const named = node.status?.addresses?.some(({ address, type }) => address === kubelet.host && type === "Hostname");
    if (!named) requireReachable(kubelet.host);
    if (target.port === "" || Number(target.port) === kubelet.port) return kubelet;
    return { scheme: target.scheme, host: kubelet.host, port: numericPort(target, "node", call.name) };
  };

/** What stands behind ".../proxy", as it was sent. */
function subpath(exchange: Exchange): string {
  const { path } = exchange.request;
  const segments = exchange.info.prefix === "api" ? 3 : 4;
  let at = 0;
  let slashes = 0;
  // Skip prefix, (group,) version, ("namespaces", its name,) resource, name and "proxy".
  const skip = segments + (exchange.info.namespace !== "" && exchange.info.resource !== "namespaces" ? 2 : 0) + 2;
  for (; at < path.length; at++) if (path[at] === "/" && ++slashes === skip + 1) break;
  return path.slice(at);
}

function redirectToSlash(exchange: Exchange): HttpResponse {
  const { path, query } = exchange.request;
  return { status: 301, headers: { location: `${path}/${query === "" ? "" : `?${query}`}` } };
}

function proxy(kind: "node" | "pod" | "service", optionsKind: string, locate: Locate): Subresource {
  return {
    async connect(call, exchange) {
      const target = splitSchemeNamePort(call.name);
      if (!target) throw badRequest(`invalid ${kind} request ${JSON.stringify(call.name)}`);
      const path = subpath(exchange);
      const object = { kind: optionsKind, apiVersion: "v1", path };
      await admit(call, { operation: "CONNECT", object, options: object, dryRun: false });
      const location = await locate(call, target);
      const { request } = exchange;
      const { method } = request;
      if (path === "" && !request.upgradable && (method === "GET" || method === "HEAD"))
        return redirectToSlash(exchange);
      const backend = { location, path: `${path || "/"}${request.query === "" ? "" : `?${request.query}`}`, method };
      if (request.upgradable) return tunnel(backend, request);
      const withBody = method !== "GET" && method !== "HEAD";
      const answer = await forward(backend, request, withBody).catch((error: Error) => {
        throw serviceUnavailable(`error trying to reach service: ${error.message}`);
      });
      return withRewrittenLocation(relayed(answer), exchange, path);
    },
  };
}

/** A backend's redirect to its own root stays below the proxy's URL. */
function withRewrittenLocation(response: HttpResponse, exchange: Exchange, path: string): HttpResponse {
  const { location } = response.headers;
  if (typeof location === "string" && location.startsWith("/") && !location.startsWith("//")) {
    const { request } = exchange;
    response.headers["location"] = request.path.slice(0, request.path.length - path.length) + location;
  }
  return response;
}

/** pods/NAME/proxy/… */
export const podProxy: Subresource = proxy("pod", "PodProxyOptions", locatePod);
/** services/NAME/proxy/… */
export const serviceProxy: Subresource = proxy("service", "ServiceProxyOptions", locateService);
/** nodes/NAME/proxy/… */
export const nodeProxy = (kubelets: KubeletConnector): Subresource =>
  proxy("node", "NodeProxyOptions", locateNode(kubelets));
