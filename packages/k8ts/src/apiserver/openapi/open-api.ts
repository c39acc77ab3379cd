/**
 * OpenAPI documents for kubectl explain, client-side checks and code generators: made from the schema tables when one is
 * first asked for, and kept as bytes. Nothing is generated to answer the index: its hashes cover the tables, not the text.
 */
import { createHash } from "node:crypto";
import { notAcceptable, type Scheme } from "@k8ts/api";
import { documentV2 } from "./document-v2.ts";
import { documentV3 } from "./document-v3.ts";
import type { Docs } from "./type-schemas.ts";

/** A document and the tag that tells whether it changed. */
export interface OpenApiDocument {
  readonly body: Uint8Array;
  /** With its quotes, as the ETag header has it. */
  readonly etag: string;
  readonly contentType: string;
}

/** Content type of OpenAPI v2 in protobuf, which older clients ask for; not produced. */
const json = "application/json";

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
    const groupVersion = groupVersionOf(path);
    const known = this.#scheme.groupVersions().some((served) => served.groupVersion === groupVersion);
    if (groupVersion === undefined || !known) return undefined;
    return this.#document(path, () => documentV3(this.#scheme, groupVersion, this.#docs) ?? {});
  }

  /** The hash that a `hash` parameter must have for this path, for answers that may be kept for ever. */
  v3Hash(path: string): string {
    return this.#hash(path);
  }

  /** GET /openapi/v2, in JSON. Throws NotAcceptable where the client takes no JSON. */
  v2(accept = ""): OpenApiDocument {
    const types = accept.split(",").map((clause) => clause.split(";", 1)[0]?.trim().toLowerCase());
    const takes =
      accept.trim() === "" || types.some((type) => type === json || type === "*/*" || type === "application/*");
    if (!takes) throw notAcceptable([json]);
    return this.#document("v2", () => documentV2(this.#scheme, this.#docs));
  }

  #document(path: string, make: () => object): OpenApiDocument {
    let document = this.#documents.get(path);
    if (!document) {
      const body = Buffer.from(JSON.stringify(make()));
      document = { body, etag: `"${this.#hash(path)}"`, contentType: json };
      this.#documents.set(path, document);
    }
    return document;
  }

  #hash(path: string): string {
    this.#fingerprint ??= hashOf(this.#scheme.fingerprint());
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
