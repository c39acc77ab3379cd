/**
 * What a URL asks for, as authorization, metrics and routing read it: the rules of upstream's RequestInfo resolver.
 *
 *     /api/v1/namespaces/{namespace}/{resource}/{name}/{subresource}/…      /apis/{group}/{version}/…
 *     /api/v1/watch/…  and  /api/v1/proxy/…  name their verb in the path    everything else is no resource
 */
import { parseFieldSelector } from "@k8ts/api";
import type { Query } from "./query.ts";

/** The parsed meaning of a request line. */
export interface RequestInfo {
  readonly isResourceRequest: boolean;
  /** Decoded path. */
  readonly path: string;
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; for other paths the method in lower case. */
  readonly verb: string;
  /** "api", "apis" or "". */
  readonly prefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** Segments from the resource on: resource, name, subresource, and what follows. */
  readonly parts: readonly string[];
  /** True for the old /watch/ and /proxy/ paths. */
  readonly verbInPath: boolean;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const verbOfMethod: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Segments after a namespace's name that are subresources of the namespace itself. */
const namespaceSubresources: ReadonlySet<string> = new Set(["status", "finalize"]);

/** The path between its outer slashes; an empty segment inside stays, as upstream leaves it. */
function segmentsOf(path: string): string[] {
  let from = 0;
  let to = path.length;
  while (from < to && path[from] === "/") from++;
  while (to > from && path[to - 1] === "/") to--;
  return from === to ? [] : path.slice(from, to).split("/");
}

/** Resolves a method, a decoded path and a query. A path such as /api/v1/watch without anything behind is no resource. */
export function requestInfo(method: string, path: string, query: Query): RequestInfo {
  const info: Writable<RequestInfo> = {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    prefix: "",
    group: "",
    version: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: "",
    parts: [],
    verbInPath: false,
  };
  let parts = segmentsOf(path);
  if (parts.length < 3 || (parts[0] !== "api" && parts[0] !== "apis")) return info;
  info.prefix = parts[0];
  parts = parts.slice(1);
  if (info.prefix === "apis") {
    if (parts.length < 3) return info;
    info.group = parts[0]!;
    parts = parts.slice(1);
  }
  info.version = parts[0]!;
  parts = parts.slice(1);
  if (parts[0] === "watch" || parts[0] === "proxy") {
    if (parts.length < 2) return info;
    info.verb = parts[0];
    info.verbInPath = true;
    parts = parts.slice(1);
  } else {
    info.verb = verbOfMethod[method] ?? "";
  }
  info.isResourceRequest = true;
  resolveParts(info, parts);
  resolveCollectionVerb(info, query);
  return info;
}

function resolveParts(info: Writable<RequestInfo>, segments: string[]): void {
  let parts = segments;
  if (parts[0] === "namespaces" && parts.length > 1) {
    info.namespace = parts[1]!;
    if (parts.length > 2 && !namespaceSubresources.has(parts[2]!)) parts = parts.slice(2);
  }
  info.parts = parts;
  info.resource = parts[0] ?? "";
  info.name = parts[1] ?? "";
  if (parts.length >= 3 && info.verb !== "proxy") info.subresource = parts[2]!;
}

function resolveCollectionVerb(info: Writable<RequestInfo>, query: Query): void {
  if (info.name !== "") return;
  if (info.verb === "delete") info.verb = "deletecollection";
  if (info.verb !== "get") return;
  info.verb = query.boolean("watch") === true ? "watch" : "list";
  info.name = nameInSelector(query.first("fieldSelector"));
}

/** A list that selects one metadata.name is authorized as one of that name. */
export function nameInSelector(selector: string | undefined): string {
  if (!selector?.includes("metadata.name")) return "";
  try {
    const { requirements } = parseFieldSelector(selector);
    const exact = requirements.find(({ field, operator }) => field === "metadata.name" && operator === "=");
    const name = exact?.value ?? "";
    return name === "." || name === ".." || /[/%]/.test(name) ? "" : name;
  } catch {
    return "";
  }
}

/** Requests that last as long as their client likes: no deadline, no in-flight limit. */
export function isLongRunning(info: RequestInfo): boolean {
  if (info.verb === "watch" || info.verb === "proxy") return true;
  return info.isResourceRequest && longRunningSubresources.has(info.subresource);
}

const longRunningSubresources: ReadonlySet<string> = new Set(["attach", "exec", "proxy", "log", "portforward"]);
