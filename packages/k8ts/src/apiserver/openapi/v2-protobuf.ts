/** OpenAPI 2.0 documents in protobuf, the form in which kubectl and client-go ask for them. */
import { ProtobufWriter, wireBytes, wireFixed64, wireVarint } from "@k8ts/api";
import { messageFields, oneOfs } from "./v2-messages.ts";
import { yamlText } from "./yaml-text.ts";

interface Field {
  readonly number: number;
  /** The JSON property; "." for the value itself. */
  readonly property: string;
  /** Where the field holds all properties that begin with a prefix. */
  readonly takes: ((property: string) => boolean) | undefined;
  /** string, bool, int64, double, Any or a message. */
  readonly kind: string;
  readonly repeated: boolean;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** Fields of the messages met so far, the highest number first: the writer fills its buffer from the end. */
const compiled = new Map<string, readonly Field[]>();

function fieldsOf(message: string): readonly Field[] {
  let fields = compiled.get(message);
  if (!fields) {
    const text = messageFields[message];
    if (text === undefined) throw new TypeError(`OpenAPI v2 has no message "${message}"`);
    const extensible = text.includes("x-*:");
    fields = text.split(" ").map((field, index) => parseField(field, index + 1, extensible));
    compiled.set(message, fields.toReversed());
    return fieldsOf(message);
  }
  return fields;
}

function parseField(text: string, number: number, extensible: boolean): Field {
  const [property = "", type = "string"] = text.split(":");
  const repeated = type.endsWith("[]");
  const prefix = property.endsWith("*") ? property.slice(0, -1) : undefined;
  const others = prefix === "" && extensible;
  return {
    number,
    property,
    takes: prefix === undefined ? undefined : (key) => key.startsWith(prefix) && !(others && key.startsWith("x-")),
    kind: repeated ? type.slice(0, -2) : type,
    repeated,
  };
}

const plainKinds: ReadonlySet<string> = new Set(["string", "bool", "int64", "double"]);

/** What proto3 leaves out of a message: the zeros of plain fields. */
const isZero = (kind: string, value: unknown): boolean =>
  plainKinds.has(kind) && (value === "" || value === false || value === 0);

function writeMessage(writer: ProtobufWriter, message: string, value: unknown): void {
  const oneOf = oneOfs[message];
  if (oneOf) {
    const kind = oneOf.choose(value as JsonObject);
    // A parameter or a security scheme of no known sort: the message stays empty.
    if (oneOf.choices.includes(kind)) writeValue(writer, oneOf.choices.indexOf(kind) + 1, kind, value);
    return;
  }
  const object = value as JsonObject;
  const fields = fieldsOf(message);
  // Plain loops: the garbage of iterators for every field of every message would make the heap grow, and stay grown.
  const names = fields.some(({ takes }) => takes) ? Object.keys(object) : [];
  for (let index = 0; index < fields.length; index++) writeField(writer, fields[index] as Field, object, names);
}

function writeField(writer: ProtobufWriter, field: Field, object: JsonObject, names: readonly string[]): void {
  const { number, kind, property, takes } = field;
  if (takes) {
    for (let index = names.length - 1; index >= 0; index--) {
      const name = names[index] as string;
      if (takes(name) && object[name] !== undefined) writeNamed(writer, number, kind, name, object[name]);
    }
    return;
  }
  const value: unknown = property === "." ? object : object[property];
  if (value === undefined) return;
  if (field.repeated && Array.isArray(value)) {
    for (let index = value.length - 1; index >= 0; index--) writeValue(writer, number, kind, value[index]);
  } else if (field.repeated || !isZero(kind, value)) writeValue(writer, number, kind, value);
}

/** An entry of a map. */
function writeNamed(writer: ProtobufWriter, number: number, kind: string, name: string, value: unknown): void {
  const before = writer.size;
  writeValue(writer, 2, kind, value);
  writer.string(name);
  writer.tag(1, wireBytes);
  writer.varint(writer.size - before);
  writer.tag(number, wireBytes);
}

function writeValue(writer: ProtobufWriter, number: number, kind: string, value: unknown): void {
  if (kind === "bool" || kind === "int64") {
    writer.varint(Number(value));
    writer.tag(number, wireVarint);
  } else if (kind === "double") {
    writer.double(value as number);
    writer.tag(number, wireFixed64);
  } else if (kind === "string") {
    writer.string(value as string);
    writer.tag(number, wireBytes);
  } else {
    const before = writer.size;
    if (kind === "Any") writeValue(writer, 2, "string", yamlText(value));
    else writeMessage(writer, kind, value);
    writer.varint(writer.size - before);
    writer.tag(number, wireBytes);
  }
}

/**
 * A Swagger 2.0 document as gnostic's openapi.v2.Document. Maps keep the document's order. Properties that Swagger 2.0
 * does not know have no place in it and are left out.
 */
export function encodeOpenApiV2(document: object): Uint8Array {
  const writer = new ProtobufWriter();
  writeMessage(writer, "Document", document);
  return writer.finish();
}
