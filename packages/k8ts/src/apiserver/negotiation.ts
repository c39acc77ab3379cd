/** Content negotiation: what the client's Accept header means for the answer (RFC 9110 12.5.1, with upstream's parameters). */
import { notAcceptable } from "@k8ts/api";
import { headerOf, type RequestHeaders } from "./http/index.ts";
import type { Query } from "./query.ts";

/** The encodings that answers come in. */
export type MediaType = "application/json" | "application/yaml" | "application/vnd.kubernetes.protobuf";

/** What a client asks an object to be turned into. */
export interface Conversion {
  readonly kind: "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";
  readonly version: "v1" | "v1beta1";
}

/** The outcome. */
export interface Negotiated {
  readonly mediaType: MediaType;
  readonly pretty: boolean;
  readonly conversion?: Conversion;
}

/** In order of preference where the client leaves it open. */
const produced: readonly MediaType[] = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

interface Clause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

function parseAccept(header: string): Clause[] {
  const clauses: Clause[] = [];
  for (const text of header.split(",")) {
    const [type = "", ...rest] = text.split(";");
    if (type.trim() === "") continue;
    const parameters = new Map<string, string>();
    let quality = 1;
    for (const parameter of rest) {
      const at = parameter.indexOf("=");
      if (at < 0) continue;
      const name = parameter.slice(0, at).trim();
      const value = parameter
        .slice(at + 1)
        .trim()
        .replaceAll('"', "");
      if (name === "q") quality = Number.isNaN(Number(value)) ? 1 : Number(value);
      else parameters.set(name, value);
    }
    clauses.push({ type: type.trim().toLowerCase(), parameters, quality });
  }
  return clauses.sort((a, b) => b.quality - a.quality || specificity(b.type) - specificity(a.type));
}

const specificity = (type: string): number => (type === "*/*" ? 0 : type.endsWith("/*") ? 1 : 2);

const covers = (pattern: string, type: MediaType): boolean =>
  pattern === type || pattern === "*/*" || pattern === "application/*";

const kinds: ReadonlySet<string> = new Set(["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]);

/** Undefined: no conversion asked for; "refused": one that this media type does not come in. */
function conversionOf(parameters: ReadonlyMap<string, string>, type: MediaType): Conversion | undefined | "refused" {
  const kind = parameters.get("as");
  const group = parameters.get("g");
  const version = parameters.get("v");
  if (kind === undefined && group === undefined && version === undefined) return undefined;
  if (group !== "meta.k8s.io" || (version !== "v1" && version !== "v1beta1") || !kinds.has(kind ?? ""))
    return "refused";
  if (kind === "Table" && type === "application/vnd.kubernetes.protobuf") return "refused";
  return { kind: kind as Conversion["kind"], version };
}

/** What browsers and command-line tools that people read get by default. */
const humanAgents = ["curl", "Wget", "Mozilla/5.0"];

/** True where the answer is for people's eyes. */
export function wantsPretty(query: Query | undefined, headers: RequestHeaders): boolean {
  const asked = query?.first("pretty");
  if (asked) return ["1", "t", "T", "TRUE", "true", "True"].includes(asked);
  const agent = headerOf(headers, "user-agent");
  return humanAgents.some((prefix) => agent.startsWith(prefix));
}

/** Parsed headers, because a client sends the same few again and again. */
const parsed = new Map<string, readonly Clause[]>();
const parsedLimit = 500;

function clausesOf(header: string): readonly Clause[] {
  let clauses = parsed.get(header);
  if (!clauses) {
    clauses = parseAccept(header);
    if (parsed.size >= parsedLimit) parsed.clear();
    parsed.set(header, clauses);
  }
  return clauses;
}

/** Chooses; throws NotAcceptable where nothing fits. `convertible`: false where Tables and the like make no sense. */
export function negotiate(headers: RequestHeaders, query: Query | undefined, convertible: boolean): Negotiated {
  const pretty = wantsPretty(query, headers);
  const header = headerOf(headers, "accept");
  if (header === "") return { mediaType: "application/json", pretty };
  for (const clause of clausesOf(header)) {
    for (const mediaType of produced) {
      if (!covers(clause.type, mediaType)) continue;
      const conversion = conversionOf(clause.parameters, mediaType);
      if (conversion === "refused" || (conversion && !convertible)) continue;
      const stream = clause.parameters.get("stream");
      if (stream && stream !== "watch") continue;
      return {
        mediaType,
        pretty: pretty || clause.parameters.get("pretty") === "1",
        ...(conversion && { conversion }),
      };
    }
  }
  throw notAcceptable(produced);
}

/** The encoding for an error: what the client accepts, else JSON. */
export function errorMediaType(headers: RequestHeaders): MediaType {
  const header = headerOf(headers, "accept");
  if (header === "" || header === "application/json") return "application/json";
  for (const clause of clausesOf(header)) {
    for (const mediaType of produced) if (covers(clause.type, mediaType)) return mediaType;
  }
  return "application/json";
}
