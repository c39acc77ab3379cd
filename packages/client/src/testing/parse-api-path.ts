/** From a URL of the Kubernetes API back to a request: the test server's router. */
import { defineResource } from "@k8ts/api";
import type { RequestVerb, ResourceRequest, WatchRequest } from "../rest/transport.ts";

/** A parsed request, or a watch (which has no signal yet). */
export type ParsedRequest =
  | Omit<ResourceRequest, "body" | "patchType" | "signal">
  | (Omit<WatchRequest, "signal"> & { readonly verb: "watch" });

const clusterScoped: ReadonlySet<string> = new Set(["namespaces", "nodes"]);

/** Nothing where the path is none of a resource. */
export function parseApiPath(method: string, pathAndQuery: string): ParsedRequest | undefined {
  const url = new URL(pathAndQuery, "http://localhost");
  const parts = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const [prefix, ...rest] = parts;
  const [group, version] = prefix === "api" ? ["", rest[0]] : prefix === "apis" ? rest : [];
  if (group === undefined || version === undefined) return undefined;
  let path = rest.slice(prefix === "api" ? 1 : 2);
  let namespace: string | undefined;
  if (path[0] === "namespaces" && path.length > 2) {
    namespace = path[1];
    path = path.slice(2);
  }
  const [resource, name, subresource] = path;
  if (!resource) return undefined;
  const query = Object.fromEntries(url.searchParams);
  const verb = verbOf(method, name, query);
  return {
    verb,
    resource: defineResource(group, version, resource, kinds[resource] ?? "", !clusterScoped.has(resource)),
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(subresource && { subresource }),
    query,
  } as ParsedRequest;
}

/** Kinds that tests use. */
const kinds: Readonly<Record<string, string>> = {
  configmaps: "ConfigMap",
  pods: "Pod",
  leases: "Lease",
  events: "Event",
};

function verbOf(method: string, name: string | undefined, query: Record<string, string>): RequestVerb | "watch" {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name ? "delete" : "deletecollection";
    default:
      if (query.watch === "true" || query.watch === "1") return "watch";
      return name ? "get" : "list";
  }
}
