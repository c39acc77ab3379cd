/** Request bodies to objects: JSON, YAML and protobuf, with upstream's words for whatever is wrong with them. */
import { cloneJson } from "../clone.ts";
import type { KubernetesObject } from "../meta.ts";
import type { StructSchema } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { badRequest, type StatusError, unsupportedMediaType } from "../status-error.ts";
import { cannotBeHandled, ConformError, conformValue } from "./conform.ts";
import { encodeJson } from "./encode-json.ts";
import { fieldProblems, jsonSyntaxFault, scanJson } from "./json-scan.ts";
import { baseMediaType, bodyMediaTypes, jsonMediaType, protobufMediaType, yamlMediaType } from "./media-type.ts";
import { decodeProtobufEnvelope } from "./protobuf.ts";
import { parseYaml } from "./yaml.ts";

/** What to do about unknown and duplicate fields. */
export type FieldValidation = "Strict" | "Warn" | "Ignore";

/** The type that a body must have; absent apiVersion and kind are filled in from it. */
export interface ExpectedKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** A decoded body. */
export interface DecodedBody {
  object: KubernetesObject;
  /** Strict-decoding texts: `unknown field "spec.x"`, `duplicate field "spec.y"`; always empty for protobuf. */
  problems: string[];
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Decodes a body, shapes it to its type and prunes what the type does not know. An empty content type means JSON. Throws
 * StatusError BadRequest or UnsupportedMediaType. With `fieldValidation` "Ignore" nothing looks for problems.
 */
export function decodeBody(
  bytes: Uint8Array,
  contentType: string,
  expected: ExpectedKind | undefined,
  scheme: Scheme,
  fieldValidation: FieldValidation = "Warn",
): DecodedBody {
  const mediaType = contentType === "" ? jsonMediaType : baseMediaType(contentType);
  if (!bodyMediaTypes.includes(mediaType)) throw unsupportedMediaType(bodyMediaTypes);
  const body = { bytes, expected, scheme, strict: fieldValidation !== "Ignore" };
  return recognized(body, () => {
    if (mediaType === protobufMediaType) return decodeProtobufBody(body);
    return mediaType === yamlMediaType ? decodeYamlBody(body) : decodeJsonBody(body);
  });
}

/** The same for a body that never was bytes, because its sender is in the same process. `value` is copied. */
export function decodeValue(value: unknown, expected: ExpectedKind, scheme: Scheme): DecodedBody {
  const body = {
    // Only errors show bytes.
    get bytes() {
      return encodeJson(value);
    },
    expected,
    scheme,
    strict: true,
  };
  return recognized(body, () => {
    const { object, problems } = shape(cloneJson(value), body);
    return { object, problems };
  });
}

/** The error of a request with fieldValidation=Strict whose body had problems. */
export function strictDecodingError(object: ExpectedKind, problems: readonly string[]): StatusError {
  const version = object.apiVersion.slice(object.apiVersion.indexOf("/") + 1);
  return cannotBeHandled(version, object.kind, object.kind, strictDecodingText(problems));
}

/** `strict decoding error: unknown field "spec.x", duplicate field "spec.y"`. */
export function strictDecodingText(problems: readonly string[]): string {
  return `strict decoding error: ${problems.join(", ")}`;
}

interface Body {
  readonly bytes: Uint8Array;
  readonly expected: ExpectedKind | undefined;
  readonly scheme: Scheme;
  readonly strict: boolean;
}

/** The body's kind could not even be told. */
class Unrecognized extends Error {}

function recognized<T>(body: Body, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Unrecognized) throw unrecognized(body.bytes, body.expected, error.message);
    throw error;
  }
}

function unrecognized(bytes: Uint8Array, expected: ExpectedKind | undefined, detail: string): StatusError {
  if (!expected) return badRequest(detail);
  const type = `must be of type ${expected.kind}`;
  return badRequest(`the object provided is unrecognized (${type}): ${detail} (${summary(bytes)})`);
}

/** The first bytes of a body, as upstream shows them. */
function summary(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  const head = bytes.subarray(0, 30);
  const dots = bytes.length > 30 ? " ..." : "";
  if (bytes[0] === 0x7b) return `${decoder.decode(head)}${dots}`;
  return `${[...head].map((byte) => byte.toString(16).padStart(2, "0")).join("")}${dots}`;
}

function decodeJsonBody(body: Body): DecodedBody {
  const scan = scanJson(body.bytes);
  if (scan.tooDeep) throw new Unrecognized("couldn't get version/kind; json parse error: exceeded max depth");
  const text = decoder.decode(body.bytes);
  const value = parseJson(text);
  const shaped = shape(value, body, text);
  if (!body.strict) return { object: shaped.object, problems: [] };
  const problems = shaped.keys === scan.keys ? shaped.problems : fieldProblems(text, shaped.problems);
  return { object: shaped.object, problems };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = jsonSyntaxFault(text) || (error as Error).message;
    throw new Unrecognized(`couldn't get version/kind; json parse error: ${fault}`);
  }
}

function decodeYamlBody(body: Body): DecodedBody {
  const { value, problems } = parseYaml(decoder.decode(body.bytes), (message) => new Unrecognized(message));
  const shaped = shape(value, body);
  return { object: shaped.object, problems: body.strict ? [...problems, ...shaped.problems] : [] };
}

function decodeProtobufBody(body: Body): DecodedBody {
  const envelope = decodeProtobufEnvelope(body.bytes, (message) => new Unrecognized(message));
  const actual = withDefaults(envelope, body.expected);
  const struct = structOf(actual, body);
  const object = handled(actual, body, () => envelope.decode(struct, body.scheme));
  return { object: named(object, nameFor(actual, body)), problems: [] };
}

interface TypeName {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Fills in what the body does not say of its type. */
function withDefaults(actual: TypeName, expected: ExpectedKind | undefined): TypeName {
  if (!expected) return actual;
  return { apiVersion: actual.apiVersion || expected.apiVersion, kind: actual.kind || expected.kind };
}

interface Shaped {
  readonly object: KubernetesObject;
  readonly problems: string[];
  readonly keys: number;
}

const typeMetaText = String.raw`struct { APIVersion string "json:\"apiVersion,omitempty\""; Kind string "json:\"kind,omitempty\"" }`;

function typeNameOf(value: unknown): TypeName {
  const fault = (detail: string): Unrecognized =>
    new Unrecognized(`couldn't get version/kind; json parse error: json: cannot unmarshal ${detail}`);
  if (value === null) return { apiVersion: "", kind: "" };
  if (typeof value !== "object" || Array.isArray(value)) {
    const what = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
    throw fault(`${what} into Go value of type ${typeMetaText}`);
  }
  const { apiVersion = "", kind = "" } = value as { apiVersion?: unknown; kind?: unknown };
  for (const [name, field] of Object.entries({ apiVersion: apiVersion ?? "", kind: kind ?? "" })) {
    if (typeof field === "string") continue;
    const what = Array.isArray(field) ? "array" : typeof field === "boolean" ? "bool" : typeof field;
    throw fault(`${what} into Go struct field .${name} of type string`);
  }
  const version = (apiVersion ?? "") as string;
  if (version.split("/").length > 2) throw new Unrecognized(`unexpected GroupVersion string: ${version}`);
  return { apiVersion: version, kind: (kind ?? "") as string };
}

function shape(value: unknown, body: Body, text?: string): Shaped {
  const actual = withDefaults(typeNameOf(value), body.expected);
  const struct = structOf(actual, body, text);
  const shaped = handled(actual, body, () => conformValue(struct, value ?? {}, body.scheme));
  return { object: named(shaped.value, nameFor(actual, body)), problems: shaped.problems, keys: shaped.keys };
}

/** The type that the object is given: options, which may say any group/version, get the expected one. */
function nameFor(actual: TypeName, { expected }: Body): TypeName {
  return expected && optionKinds.has(actual.kind) ? expected : actual;
}

/** The object with its type written in, first of its fields. */
function named(object: Record<string, unknown>, { apiVersion, kind }: TypeName): KubernetesObject {
  if (object.apiVersion === apiVersion && object.kind === kind) return object as unknown as KubernetesObject;
  return { ...object, kind, apiVersion } as unknown as KubernetesObject;
}

function handled<T>(actual: TypeName, body: Body, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ConformError)) throw error;
    const version = actual.apiVersion.slice(actual.apiVersion.indexOf("/") + 1);
    throw cannotBeHandled(version, actual.kind, body.expected?.kind ?? actual.kind, error.message);
  }
}

const optionKinds: ReadonlySet<string> = new Set(["DeleteOptions", "CreateOptions", "UpdateOptions", "PatchOptions"]);

function structOf(actual: TypeName, body: Body, text?: string): StructSchema {
  const { expected, scheme } = body;
  const shown = (): string => text ?? decoder.decode(body.bytes);
  if (actual.kind === "") throw new Unrecognized(`Object 'Kind' is missing in '${shown()}'`);
  if (actual.apiVersion === "") throw new Unrecognized(`Object 'apiVersion' is missing in '${shown()}'`);
  const struct = scheme.structForKind(actual.apiVersion, actual.kind);
  const [, version = actual.apiVersion] = actual.apiVersion.split("/");
  const refuse = (detail: string): StatusError =>
    cannotBeHandled(version, actual.kind, expected?.kind ?? actual.kind, detail);
  if (!struct) {
    const type = `no kind ${JSON.stringify(actual.kind)} is registered for version ${JSON.stringify(actual.apiVersion)}`;
    throw refuse(`${type} in scheme "pkg/api/legacyscheme/scheme.go:30"`);
  }
  if (!expected || (expected.kind === actual.kind && optionKinds.has(actual.kind))) return struct;
  if (actual.kind !== expected.kind || struct.name !== scheme.structForKind(expected.apiVersion, expected.kind)?.name) {
    throw mismatch(actual, expected, version, refuse);
  }
  return struct;
}

function mismatch(
  actual: TypeName,
  expected: ExpectedKind,
  version: string,
  refuse: (detail: string) => StatusError,
): StatusError {
  const group = (apiVersion: string): string =>
    apiVersion.includes("/") ? (apiVersion.split("/", 1)[0] as string) : "";
  if (actual.kind === expected.kind && group(actual.apiVersion) === group(expected.apiVersion)) {
    return badRequest(
      `the API version in the data (${actual.apiVersion}) does not match the expected API version (${expected.apiVersion})`,
    );
  }
  const internal = (group(expected.apiVersion).split(".", 1)[0] as string) || "core";
  return refuse(`converting (${version}.${actual.kind}) to (${internal}.${expected.kind}): unknown conversion`);
}
