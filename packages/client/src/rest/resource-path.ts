/** From a resource request to an HTTP one: the URL scheme of the Kubernetes API, which every HTTP transport shares. */
import { badRequest, type Resource } from "@k8ts/api";
import type { QueryParameters, RequestVerb, ResourceRequest } from "./transport.ts";

const methods: Readonly<Record<RequestVerb, string>> = {
  get: "GET",
  list: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};

/** The HTTP method of a verb. */
export const methodOf = (verb: RequestVerb): string => methods[verb];

/** What a path is made from. */
export interface PathParts {
  readonly resource: Resource;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  readonly query?: QueryParameters;
}

/** "/apis/apps/v1/namespaces/default/deployments/web/scale?dryRun=All"; names are percent-encoded. */
export function resourcePath(parts: PathParts): string {
  const { group, version, resource } = parts.resource;
  let path = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  if (parts.namespace) path += `/namespaces/${encodeURIComponent(parts.namespace)}`;
  path += `/${resource}`;
  if (parts.name) path += `/${encodeURIComponent(parts.name)}`;
  if (parts.subresource) path += `/${parts.subresource}`;
  const query = queryString(parts.query);
  return query === "" ? path : `${path}?${query}`;
}

/** URL-encoded query; undefined values are left out, lists are repeated. */
export function queryString(query: QueryParameters | undefined): string {
  let text = "";
  const append = (name: string, value: string | number | boolean): void => {
    text += `${text === "" ? "" : "&"}${name}=${encodeURIComponent(String(value))}`;
  };
  for (const [name, value] of Object.entries(query ?? {})) {
    if (typeof value === "object") for (const item of value) append(name, item);
    else if (value !== undefined) append(name, value);
  }
  return text;
}

const named: ReadonlySet<RequestVerb> = new Set<RequestVerb>(["get", "update", "patch", "delete"]);

/** Throws BadRequest, in client-go's words, for a request that has no URL (a name or namespace is missing). */
export function checkRequest(request: ResourceRequest): void {
  if (request.name === "" || (named.has(request.verb) && !request.name)) {
    throw badRequest("resource name may not be empty");
  }
  if (!request.resource.namespaced || request.namespace) return;
  if (request.name) throw badRequest("an empty namespace may not be set when a resource name is provided");
  if (request.verb === "create") throw badRequest("an empty namespace may not be set during creation");
}
