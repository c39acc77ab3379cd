/**
 * OpenAPI documents for kubectl explain, client-side checks and code generators: made from the schema tables when one is
 * first asked for, and kept as bytes. Nothing is generated to answer the index: its hashes cover what the documents are
 * made of, the tables and the docs.
 */
import { createHash } from "node:crypto";
import { notAcceptable, type Scheme } from "@k8ts/api";
import { documentV2 } from "./document-v2.ts";
import { documentV3 } from "./document-v3.ts";
import type { Docs } from "./type-schemas.ts";
import { encodeOpenApiV2 } from "./v2-protobuf.ts";

/** A document and the tag that tells whether it changed. */
export interface OpenApiDocument {
  readonly body: Uint8Array;
  /** With its quotes, as the ETag header has it. */
  readonly etag: string;
  readonly contentType: string;
}

const json = "application/json";
const protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/** The content types of OpenAPI v2 by what clients ask for. kubectl still says "@", which RFC 6838 does not allow. */
const v2Types: ReadonlyMap<string, string> = new Map([
  ["*/*", json],
  ["application/*", json],
  [json, json],
  [protobuf, protobuf],
  [protobuf.replace("v2.v1", "v2@v1"), protobuf],
]);

/** The content type that a client likes best, of those that OpenAPI v2 comes in. */
function v2Type(accept: string): string | undefined {
  if (accept.trim() === "") return json;
  const clauses = accept.split(",").map((clause) => {
    const [type = "", ...parameters] = clause.split(";").map((part) => part.trim().toLowerCase());
    const quality = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    return { type, quality };
  });
  clauses.sort((a, b) => b.quality - a.quality);
  return v2Types.get(clauses.find(({ type }) => v2Types.has(type))?.type ?? "");
}

const hashOf = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash("sha512");
  for (const part of parts) hash.update(part);
  return hash.digest("hex").toUpperCase();
};

/** The OpenAPI documents of one scheme. */
export class OpenApi {
  readonly #scheme: Scheme;
  readonly #docs: Docs | undefined;
  readonly #documents = new Map<string, OpenApiDocument>();
  #index: OpenApiDocument | undefined;
  #fingerprint: string | undefined;

  /** `docs` describes types and fields where the tables do not; it is first called when a document is made. */
  constructor(scheme: Scheme, docs?: Docs) {
    this.#scheme = scheme;
    this.#docs = docs;
  }

  /** Forgets all documents: the resources changed. */
  invalidate(): void {
    this.#documents.clear();
    this.#index = undefined;
    this.#fingerprint = undefined;
  }

  /** GET /openapi/v3: where each group/version's document is, with its hash. */
  v3Index(): OpenApiDocument {
    this.#index ??= this.#makeIndex();
    return this.#index;
  }

  /** GET /openapi/v3/`path`, "api/v1" or "apis/apps/v1"; undefined where there is none. */
  v3(path: string): OpenApiDocument | undefined {
    const groupVersion = this.#served(path);
    if (groupVersion === undefined) return undefined;
    return this.#document(path, () => documentV3(this.#scheme, groupVersion, this.#docs) ?? {});
  }

  /** The hash that a `hash` parameter must have for this path, for answers that may be kept for ever; undefined as v3. */
  v3Hash(path: string): string | undefined {
    return this.#served(path) === undefined ? undefined : this.#hash(path);
  }

  /** GET /openapi/v2, in JSON or protobuf, as the Accept header says. Throws NotAcceptable where the client takes neither. */
  v2(accept = ""): OpenApiDocument {
    const type = v2Type(accept);
    if (type === undefined) throw notAcceptable([json, protobuf]);
    const make = (): object => documentV2(this.#scheme, this.#docs);
    return type === json ? this.#document("v2", make) : this.#document("v2.pb", make, protobuf);
  }

  /** The group/version whose document is at `path`, where it is served. */
  #served(path: string): string | undefined {
    const groupVersion = groupVersionOf(path);
    return this.#scheme.groupVersions().find((served) => served.groupVersion === groupVersion)?.groupVersion;
  }

  #document(path: string, make: () => object, contentType = json): OpenApiDocument {
    let document = this.#documents.get(path);
    if (!document) {
      const body = contentType === json ? Buffer.from(JSON.stringify(make())) : encodeOpenApiV2(make());
      document = { body, etag: `"${this.#hash(path)}"`, contentType };
      this.#documents.set(path, document);
    }
    return document;
  }

  #hash(path: string): string {
    this.#fingerprint ??= hashOf(this.#scheme.fingerprint(), this.#docs?.fingerprint?.() ?? "");
    return hashOf(this.#fingerprint, path);
  }

  #makeIndex(): OpenApiDocument {
    const paths = this.#scheme.groupVersions().map(({ group, groupVersion }) => {
      const path = `${group === "" ? "api" : "apis"}/${groupVersion}`;
      return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${this.#hash(path)}` }];
    });
    const body = Buffer.from(JSON.stringify({ paths: Object.fromEntries(paths) }));
    return { body, etag: `"${hashOf(body)}"`, contentType: json };
  }
}

/** "apps/v1" of "apis/apps/v1", "v1" of "api/v1". */
function groupVersionOf(path: string): string | undefined {
  const [root, first, second, ...rest] = path.split("/");
  if (rest.length > 0) return undefined;
  if (root === "api") return second === undefined ? first : undefined;
  return root === "apis" && second !== undefined ? `${first}/${second}` : undefined;
}
