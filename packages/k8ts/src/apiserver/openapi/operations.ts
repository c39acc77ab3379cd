/** Every operation of a group/version, from its resources: what the documents of both OpenAPI versions list as paths. */
import type { ResourceSchema, Scheme, SubresourceSchema } from "@k8ts/api";
import {
  deleting,
  deletingCollection,
  listing,
  nameOf,
  namespace,
  patching,
  pretty,
  proxyPath,
  subresourceParameters,
  writing,
  type Parameter,
} from "./parameters.ts";

/** HTTP methods, as OpenAPI writes them. */
export type Method = "get" | "put" | "post" | "delete" | "patch" | "head" | "options";

/** One operation on one path. */
export interface Operation {
  readonly path: string;
  readonly method: Method;
  /** x-kubernetes-action; absent where the operation is on no object. */
  readonly action?: string;
  readonly operationId: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  /** Full name of the body's type; "patch" for any patch. */
  readonly body?: string;
  /** Full name of the answer's type; "string" for text. */
  readonly response: string;
  readonly codes: readonly number[];
  readonly watchable: boolean;
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
  readonly tag: string;
}

/** A resource's or subresource's place: what its operations share. */
interface Place {
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** "AppsV1": in operation ids. */
  readonly prefix: string;
  /** "NamespacedDeploymentScale": in operation ids. */
  readonly subject: string;
  readonly kind: Operation["kind"];
  readonly tag: string;
  /** Full name of the type. */
  readonly type: string;
  /** "the specified Deployment", "scale of the specified Deployment". */
  readonly object: string;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "RbacAuthorization" of "rbac.authorization.k8s.io", "Core" of "". */
function groupName(group: string): string {
  if (group === "") return "Core";
  return group
    .replace(/\.k8s\.io$/, "")
    .split(".")
    .map(capital)
    .join("");
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const rootOf = ({ group, version }: ResourceSchema): string =>
  group === "" ? `/api/${version}` : `/apis/${group}/${version}`;

function kindOf(groupVersion: string, kind: string): Operation["kind"] {
  const slash = groupVersion.indexOf("/");
  return { group: slash < 0 ? "" : groupVersion.slice(0, slash), version: groupVersion.slice(slash + 1), kind };
}

function operation(
  place: Place,
  verb: string,
  fields: Partial<Operation> & { method: Method; action: string },
): Operation {
  return {
    path: place.path,
    operationId: `${verb}${place.prefix}${place.subject}`,
    description: "",
    response: place.type,
    codes: [200],
    watchable: false,
    kind: place.kind,
    tag: place.tag,
    ...fields,
    parameters: [...place.parameters, pretty, ...(fields.parameters ?? [])],
  };
}

/** get, update, patch and delete of one object. */
function objectOperations(place: Place, verbs: readonly string[]): Operation[] {
  const { object, type } = place;
  const made: Operation[] = [];
  if (verbs.includes("get")) {
    made.push(operation(place, "read", { method: "get", action: "get", description: `read ${object}` }));
  }
  if (verbs.includes("update")) {
    const description = `replace ${object}`;
    const codes = [200, 201];
    made.push(
      operation(place, "replace", {
        method: "put",
        action: "put",
        description,
        parameters: writing,
        body: type,
        codes,
      }),
    );
  }
  if (verbs.includes("delete")) {
    const body = "meta.v1.DeleteOptions";
    const fields = { parameters: deleting, body, response: "meta.v1.Status", codes: [200, 202] };
    made.push(
      operation(place, "delete", { method: "delete", action: "delete", description: `delete ${object}`, ...fields }),
    );
  }
  if (verbs.includes("patch")) {
    const fields = { parameters: patching, body: "patch", codes: [200, 201] };
    made.push(
      operation(place, "patch", {
        method: "patch",
        action: "patch",
        description: `partially update ${object}`,
        ...fields,
      }),
    );
  }
  return made;
}

/** list, create and deletecollection. */
function collectionOperations(place: Place, verbs: readonly string[], kind: string): Operation[] {
  const made: Operation[] = [];
  if (verbs.includes("list")) {
    made.push(
      operation(place, "list", {
        method: "get",
        action: "list",
        description: `list or watch objects of kind ${kind}`,
        parameters: listing,
        response: `${place.type}List`,
        watchable: verbs.includes("watch"),
      }),
    );
  }
  if (verbs.includes("create")) made.push(creation(place, `create ${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`));
  if (verbs.includes("deletecollection")) {
    const collection = { ...place, subject: `Collection${place.subject}` };
    made.push(
      operation(collection, "delete", {
        method: "delete",
        action: "deletecollection",
        description: `delete collection of ${kind}`,
        parameters: deletingCollection,
        body: "meta.v1.DeleteOptions",
        response: "meta.v1.Status",
      }),
    );
  }
  return made;
}

function creation(place: Place, description: string): Operation {
  const fields = { parameters: writing, body: place.type, codes: [200, 201, 202] };
  return operation(place, "create", { method: "post", action: "post", description, ...fields });
}

const methodsOfVerbs: Readonly<Record<string, Method>> = {
  get: "get",
  create: "post",
  update: "put",
  patch: "patch",
  delete: "delete",
};

const connecting: ReadonlySet<string> = new Set(["attach", "exec", "portforward", "proxy"]);

function connectOperations(place: Place, { name, verbs }: SubresourceSchema): Operation[] {
  const methods = verbs.flatMap((verb) => methodsOfVerbs[verb] ?? []);
  if (name === "proxy") methods.push("head", "options");
  const parameters = subresourceParameters[name] ?? [];
  const made = (at: Place, suffix: string): Operation[] =>
    methods.map((method) => ({
      ...operation(at, "connect", {
        method,
        action: "connect",
        description: `connect ${method.toUpperCase()} requests to ${name}`,
      }),
      operationId: `connect${place.prefix}${capital(method)}${place.subject}${suffix}`,
      parameters: [...at.parameters, ...parameters],
      response: "string",
    }));
  if (name !== "proxy") return made(place, "");
  const deep = { ...place, path: `${place.path}/{path}`, parameters: [...place.parameters, proxyPath] };
  return [...made(place, ""), ...made(deep, "WithPath")];
}

function subresourceOperations(
  scheme: Scheme,
  place: Place,
  schema: ResourceSchema,
  sub: SubresourceSchema,
): Operation[] {
  const groupVersion = sub.groupVersion ?? schema.groupVersion;
  const below: Place = {
    ...place,
    path: `${place.path}/${sub.name}`,
    subject: `${place.subject}${capital(sub.name)}`,
    kind: kindOf(groupVersion, sub.kind),
    type: scheme.structForKind(groupVersion, sub.kind)?.name ?? "string",
    object: `${sub.name} of ${place.object}`,
  };
  if (connecting.has(sub.name)) return connectOperations(below, sub);
  if (sub.name === "log") {
    const fields = { parameters: subresourceParameters.log ?? [], response: "string" };
    return [operation(below, "read", { method: "get", action: "get", description: `read ${below.object}`, ...fields })];
  }
  const made = objectOperations(below, sub.verbs);
  if (sub.verbs.includes("create")) made.push(creation(below, `create ${below.object}`));
  return made;
}

/** All operations of one resource, in the order of their paths. */
function resourceOperations(scheme: Scheme, schema: ResourceSchema): Operation[] {
  const { namespaced, kind, resource, verbs, type } = schema;
  const scope = namespaced ? "Namespaced" : "";
  const root = rootOf(schema);
  const collection: Place = {
    path: namespaced ? `${root}/namespaces/{namespace}/${resource}` : `${root}/${resource}`,
    parameters: namespaced ? [namespace] : [],
    prefix: `${groupName(schema.group)}${capital(schema.version)}`,
    subject: `${scope}${kind}`,
    kind: kindOf(schema.groupVersion, kind),
    tag: `${lower(groupName(schema.group))}_${schema.version}`,
    type,
    object: `the specified ${kind}`,
  };
  const everywhere = { ...collection, path: `${root}/${resource}`, parameters: [], subject: `${kind}ForAllNamespaces` };
  const item = {
    ...collection,
    path: `${collection.path}/{name}`,
    parameters: [nameOf(kind), ...collection.parameters],
  };
  return [
    ...(namespaced && verbs.includes("list") ? collectionOperations(everywhere, ["list", "watch"], kind) : []),
    ...collectionOperations(collection, verbs, kind),
    ...objectOperations(item, verbs),
    ...schema.subresources.flatMap((subresource) => subresourceOperations(scheme, item, schema, subresource)),
  ];
}

/** All operations of a group/version: what it serves, then those of each resource. */
export function groupVersionOperations(scheme: Scheme, groupVersion: string): Operation[] {
  const resources = scheme.resources().filter((resource) => resource.groupVersion === groupVersion);
  const [first] = resources;
  if (!first) return [];
  const name = groupName(first.group);
  const discovery: Operation = {
    path: `${rootOf(first)}/`,
    method: "get",
    operationId: `get${name}${capital(first.version)}APIResources`,
    description: "get available resources",
    parameters: [],
    response: "meta.v1.APIResourceList",
    codes: [200],
    watchable: false,
    tag: `${lower(name)}_${first.version}`,
  };
  return [discovery, ...resources.flatMap((resource) => resourceOperations(scheme, resource))];
}
