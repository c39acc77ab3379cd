/**
 * Discovery: what a server serves, told in the two ways that clients ask. Aggregated (`/api` and `/apis` with
 * as=APIGroupDiscoveryList, KEP-3352), all groups in one document; and the older lists, a document for each group and
 * version. Bytes are made once and kept until the resources change.
 */
import { createHash } from "node:crypto";
import { encodeProtobuf, notAcceptable, type ResourceSchema, type Scheme, type SubresourceSchema } from "@k8ts/api";

/** What is served: the built-in scheme, or one that custom resources join. */
export interface DiscoverySource {
  groupVersions(): readonly { readonly group: string; readonly version: string; readonly groupVersion: string }[];
  resources(): readonly ResourceSchema[];
}

/** An answer without its transport. */
export interface DiscoveryAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty with 304. */
  readonly body: Uint8Array;
}

const json = "application/json";
const protobuf = "application/vnd.kubernetes.protobuf";

/** The ways a document can be asked for. */
type Form = "v2" | "v2beta1" | "json" | "protobuf";

const aggregatedType = (version: string): string =>
  `${json};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

const contentTypes: Readonly<Record<Form, string>> = {
  v2: aggregatedType("v2"),
  v2beta1: aggregatedType("v2beta1"),
  json,
  protobuf,
};

/** The forms that an Accept header takes, best first. */
function acceptedForms(accept: string): Form[] {
  if (accept.trim() === "") return ["json"];
  const clauses = accept.split(",").map((clause) => {
    const [type = "", ...rest] = clause.split(";").map((part) => part.trim());
    const parameters = new Map(rest.map((part) => part.split("=", 2) as [string, string]));
    return { type: type.toLowerCase(), parameters, quality: Number(parameters.get("q") ?? "1") };
  });
  clauses.sort((a, b) => b.quality - a.quality);
  return clauses.flatMap(({ type, parameters }) => formsOf(type, parameters));
}

function formsOf(type: string, parameters: ReadonlyMap<string, string>): Form[] {
  const as = parameters.get("as");
  if (as !== undefined) {
    const version = parameters.get("v");
    const known = type === json && as === "APIGroupDiscoveryList" && parameters.get("g") === "apidiscovery.k8s.io";
    return known && (version === "v2" || version === "v2beta1") ? [version] : [];
  }
  if (type === json || type === "*/*" || type === "application/*") return ["json"];
  return type === protobuf ? ["protobuf"] : [];
}

interface Document {
  readonly body: Uint8Array;
  readonly etag: string;
}

/** Answers requests under /api and /apis that name no resource. */
export class Discovery {
  readonly #source: DiscoverySource;
  readonly #scheme: Scheme;
  readonly #serverAddress: () => string;
  readonly #documents = new Map<string, Document | undefined>();

  /** `serverAddress`: host and port for clients, in /api. `scheme` encodes protobuf. */
  constructor(source: DiscoverySource, scheme: Scheme, serverAddress: () => string = () => "") {
    this.#source = source;
    this.#scheme = scheme;
    this.#serverAddress = serverAddress;
  }

  /** Forgets all bytes: the resources changed. */
  invalidate(): void {
    this.#documents.clear();
  }

  /**
   * The document at `path` ("/api", "/apis", "/api/v1", "/apis/apps", "/apis/apps/v1", with or without a slash at the end);
   * undefined where there is none. Throws NotAcceptable.
   */
  answer(path: string, accept = "", ifNoneMatch = ""): DiscoveryAnswer | undefined {
    const clean = path.endsWith("/") ? path.slice(0, -1) : path;
    const aggregated = clean === "/api" || clean === "/apis";
    const form = acceptedForms(accept).find((wanted) => aggregated || !wanted.startsWith("v"));
    if (!form) throw notAcceptable([json, "application/yaml", protobuf]);
    const document = this.#document(clean, form);
    if (!document) return undefined;
    const headers = { "content-type": contentTypes[form], etag: document.etag, vary: "Accept" };
    const same =
      ifNoneMatch !== "" && ifNoneMatch.split(",").some((tag) => tag.trim().replace(/^W\//, "") === document.etag);
    return same ? { status: 304, headers, body: new Uint8Array() } : { status: 200, headers, body: document.body };
  }

  #document(path: string, form: Form): Document | undefined {
    const key = `${form} ${path}`;
    if (!this.#documents.has(key)) this.#documents.set(key, this.#make(path, form));
    return this.#documents.get(key);
  }

  #make(path: string, form: Form): Document | undefined {
    const content = form === "v2" || form === "v2beta1" ? this.#aggregated(path, form) : this.#legacy(path);
    if (!content) return undefined;
    const body = form === "protobuf" ? encodeProtobuf(content, this.#scheme) : Buffer.from(JSON.stringify(content));
    return { body, etag: `"${createHash("sha512").update(body).digest("hex").toUpperCase()}"` };
  }

  #aggregated(path: string, version: string): TypedDocument {
    const items = this.#groups()
      .filter((group) => (group.name === "") === (path === "/api"))
      .map(({ name, versions }) => ({
        metadata: { name, creationTimestamp: null },
        versions: versions.map((served) => ({
          version: served,
          resources: this.#resourcesOf(name, served).map(aggregatedResource),
          freshness: "Current",
        })),
      }));
    return { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${version}`, metadata: {}, items };
  }

  #legacy(path: string): TypedDocument | undefined {
    const [, root, group, version, ...rest] = path.split("/");
    if (rest.length > 0) return undefined;
    if (root === "api") return group === undefined ? this.#coreVersions() : this.#resourceList("", group, version);
    if (root !== "apis") return undefined;
    if (group === undefined) {
      const groups = this.#groups().filter(({ name }) => name !== "");
      return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(groupDocument) };
    }
    if (version !== undefined) return this.#resourceList(group, version);
    const found = this.#groups().find(({ name }) => name === group && name !== "");
    return found && { kind: "APIGroup", apiVersion: "v1", ...groupDocument(found) };
  }

  #coreVersions(): TypedDocument {
    const versions = this.#groups().find(({ name }) => name === "")?.versions ?? [];
    const serverAddressByClientCIDRs = [{ clientCIDR: "0.0.0.0/0", serverAddress: this.#serverAddress() }];
    return { kind: "APIVersions", apiVersion: "v1", versions, serverAddressByClientCIDRs };
  }

  #resourceList(group: string, version: string, more?: string): TypedDocument | undefined {
    const known = this.#source.groupVersions().find((served) => served.group === group && served.version === version);
    if (!known || more !== undefined) return undefined;
    const hashes = new Map(
      this.#resourcesOf(group, version).map((schema) => [schema.resource, this.#storageHash(schema)]),
    );
    const resources = this.#resourcesOf(group, version).flatMap((schema) => [
      legacyResource(schema, hashes.get(schema.resource) as string),
      ...schema.subresources.map((subresource) => legacySubresource(schema, subresource)),
    ]);
    return { kind: "APIResourceList", apiVersion: "v1", groupVersion: known.groupVersion, resources };
  }

  /** What tells clients that two versions of a resource are stored as one: a hash of the kind as it is stored. */
  #storageHash({ group, resource, kind }: ResourceSchema): string {
    // Events live in storage as core/v1 in either group.
    const storedGroup = kind === "Event" ? "" : group;
    const stored = this.#source
      .resources()
      .find((schema) => schema.group === storedGroup && schema.resource === resource);
    const text = `${storedGroup}/${stored?.version ?? "v1"}/${kind}`;
    return createHash("sha256").update(text).digest().subarray(0, 8).toString("base64");
  }

  #groups(): Group[] {
    const groups = new Map<string, string[]>();
    for (const { group, version } of this.#source.groupVersions()) {
      groups.set(group, [...(groups.get(group) ?? []), version]);
    }
    return [...groups].map(([name, versions]) => ({ name, versions }));
  }

  #resourcesOf(group: string, version: string): ResourceSchema[] {
    return this.#source
      .resources()
      .filter((schema) => schema.group === group && schema.version === version)
      .sort((a, b) => (a.resource < b.resource ? -1 : 1));
  }
}

interface TypedDocument {
  readonly kind: string;
  readonly apiVersion: string;
  readonly [field: string]: unknown;
}

interface Group {
  readonly name: string;
  readonly versions: readonly string[];
}

const responseKind = (groupVersion: string, kind: string): { group: string; version: string; kind: string } => {
  const slash = groupVersion.indexOf("/");
  return { group: slash < 0 ? "" : groupVersion.slice(0, slash), version: groupVersion.slice(slash + 1), kind };
};

function aggregatedResource(schema: ResourceSchema): object {
  const { resource, groupVersion, kind, namespaced, singular, verbs, shortNames, categories, subresources } = schema;
  return {
    resource,
    responseKind: responseKind(groupVersion, kind),
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((subresource) => ({
        subresource: subresource.name,
        responseKind: responseKind(subresource.groupVersion ?? groupVersion, subresource.kind),
        verbs: subresource.verbs,
      })),
    }),
  };
}

function legacyResource(schema: ResourceSchema, storageVersionHash: string): object {
  const { resource, singular, namespaced, kind, verbs, shortNames, categories } = schema;
  const stored = verbs.includes("watch");
  return {
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(stored && { storageVersionHash }),
  };
}

function legacySubresource(schema: ResourceSchema, { name, kind, groupVersion, verbs }: SubresourceSchema): object {
  const other = groupVersion === undefined ? undefined : responseKind(groupVersion, kind);
  return {
    name: `${schema.resource}/${name}`,
    singularName: "",
    namespaced: schema.namespaced,
    ...(other && { group: other.group, version: other.version }),
    kind,
    verbs,
  };
}

function groupDocument({ name, versions }: Group): { name: string; versions: object[]; preferredVersion: object } {
  const documents = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: documents, preferredVersion: documents[0] as object };
}
