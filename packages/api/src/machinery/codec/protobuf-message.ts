/**
 * Messages of the tables' types, straight between Kubernetes JSON objects and bytes: one plan per type, made when it is
 * first met. A field path such as #1.3 is field 3 of a message at field 1 that JSON does not have.
 */
import type { FieldSchema, StructSchema, TypeUse } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { expectWire, readMessage, scalarCodecs, writeMessage, type ValueCodec } from "./protobuf-value.ts";
import { ProtobufError, ProtobufReader, wireBytes, wireVarint, type ProtobufWriter } from "./protobuf-wire.ts";

type Fields = Record<string, unknown>;

/** Deepest nesting of messages. */
const maxDepth = 500;

/** One field of a message: reads into the object, writes from it. */
interface FieldCodec {
  readonly number: number;
  /** True where it read more than the zero of a plain field. */
  read(reader: ProtobufReader, tag: number, object: Fields): boolean;
  write(writer: ProtobufWriter, object: Fields): void;
}

class MessagePlan {
  /** By number; field numbers are small. */
  readonly byNumber: (FieldCodec | undefined)[] = [];
  /** Highest number first: the writer goes backwards. */
  descending: FieldCodec[] = [];

  add(field: FieldCodec): void {
    this.byNumber[field.number] = field;
    this.descending = [...this.descending, field].sort((a, b) => b.number - a.number);
  }

  /** Reads fields up to the reader's end. */
  readFields(reader: ProtobufReader, object: Fields): void {
    if (++reader.depth > maxDepth) throw new ProtobufError("proto: message nests too deep");
    let significant = false;
    while (reader.position < reader.end) {
      const tag = reader.varint();
      const field = tag >= 8 ? this.byNumber[Math.floor(tag / 8)] : illegalTag(tag);
      if (!field) reader.skip(tag);
      else if (field.read(reader, tag, object)) significant = true;
    }
    reader.depth--;
    reader.significant = significant;
  }

  writeFields(writer: ProtobufWriter, object: Fields): void {
    for (const field of this.descending) field.write(writer, object);
  }
}

function illegalTag(tag: number): never {
  throw new ProtobufError(`proto: illegal tag ${tag >> 3} (wire type ${tag & 7})`);
}

/** Reads a nested message whose length comes next into `object`. */
function readNested(plan: MessagePlan, reader: ProtobufReader, object: Fields): void {
  const outer = reader.end;
  reader.end = reader.lengthEnd();
  plan.readFields(reader, object);
  reader.end = outer;
}

const isZero = (value: unknown): boolean => value === undefined || value === "" || value === 0 || value === false;

/** Sets a map's key; "__proto__" is a key like any other. */
function assign(map: Fields, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(map, key, { value, configurable: true, enumerable: true, writable: true });
  } else map[key] = value;
}

/** A field and the rest of its path of numbers. */
interface Located {
  readonly path: readonly number[];
  readonly field: FieldSchema;
}

const schemaProps = "apiextensions.v1.JSONSchemaProps";

/** The message codecs of one scheme. */
export class ProtobufTypes {
  readonly #scheme: Scheme;
  readonly #plans = new Map<string, MessagePlan>();

  constructor(scheme: Scheme) {
    this.#scheme = scheme;
  }

  /** Reads a whole message of this type. */
  read(struct: StructSchema, reader: ProtobufReader): Fields {
    const object: Fields = {};
    this.#plan(struct).readFields(reader, object);
    return object;
  }

  /** Writes an object's fields, without a length. */
  write(struct: StructSchema, writer: ProtobufWriter, object: object): void {
    this.#plan(struct).writeFields(writer, object as Fields);
  }

  #plan(struct: StructSchema): MessagePlan {
    const known = this.#plans.get(struct.name);
    if (known) return known;
    const plan = new MessagePlan();
    this.#plans.set(struct.name, plan);
    const located = [...struct.fields.values()].flatMap((field) => (field.proto ? [{ path: field.proto, field }] : []));
    this.#addAll(plan, located);
    return plan;
  }

  #addAll(plan: MessagePlan, fields: readonly Located[]): void {
    const inlined = new Map<number, Located[]>();
    for (const { path, field } of fields) {
      const [number = 0, ...rest] = path;
      if (rest.length === 0) plan.add(this.#field(field, number));
      else inlined.set(number, [...(inlined.get(number) ?? []), { path: rest, field }]);
    }
    for (const [number, inner] of inlined) plan.add(this.#inlined(number, inner));
  }

  /** A message that JSON does not have: its fields are the object's own. */
  #inlined(number: number, fields: readonly Located[]): FieldCodec {
    const inner = new MessagePlan();
    this.#addAll(inner, fields);
    // Go's slice types that are messages (Verbs) are nil when absent; embedded structs are always there.
    const [only] = fields;
    const slice = fields.length === 1 && only?.field.type.kind === "list" ? only.field.name : undefined;
    return {
      number,
      read(reader, tag, object) {
        expectWire(tag, wireBytes, "embedded");
        readNested(inner, reader, object);
        return reader.significant;
      },
      write(writer, object) {
        if (slice !== undefined && object[slice] === undefined) return;
        writeMessage(writer, () => inner.writeFields(writer, object));
        writer.tag(number, wireBytes);
      },
    };
  }

  #field(field: FieldSchema, number: number): FieldCodec {
    if (field.type.kind === "list") return this.#list(field.name, number, this.#codec(field.type.of));
    if (field.type.kind === "map") return this.#map(field.name, number, this.#codec(field.type.of));
    return this.#single(field, number, this.#codec(field.type));
  }

  #single(field: FieldSchema, number: number, codec: ValueCodec): FieldCodec {
    const { name, pointer, required } = field;
    const optional = pointer || codec.nilable === true;
    const struct = field.type.kind === "struct";
    const quantity = field.type.kind === "scalar" && field.type.scalar === "Quantity";
    return {
      number,
      read(reader, tag, object) {
        expectWire(tag, codec.wire, name);
        const value = codec.read(reader);
        const significant = pointer || (struct ? reader.significant : !isZero(value) && !(quantity && value === "0"));
        // A zero quantity means nothing, yet Go writes it to JSON ("0"): so does this.
        if (value === undefined || (!significant && !required && !quantity)) return false;
        object[name] = value;
        return significant;
      },
      write(writer, object) {
        const value = object[name];
        if (optional && (value === undefined || value === null)) return;
        codec.write(writer, value);
        writer.tag(number, codec.wire);
      },
    };
  }

  #list(name: string, number: number, codec: ValueCodec): FieldCodec {
    return {
      number,
      read(reader, tag, object) {
        const list = (object[name] ??= []) as unknown[];
        if ((tag & 7) === wireBytes && codec.wire === wireVarint) readPacked(reader, codec, list);
        else {
          expectWire(tag, codec.wire, name);
          list.push(codec.read(reader));
        }
        return true;
      },
      write(writer, object) {
        const list = object[name] as unknown[] | undefined;
        if (!Array.isArray(list)) return;
        for (let index = list.length - 1; index >= 0; index--) {
          codec.write(writer, list[index]);
          writer.tag(number, codec.wire);
        }
      },
    };
  }

  #map(name: string, number: number, codec: ValueCodec): FieldCodec {
    return {
      number,
      read(reader, tag, object) {
        expectWire(tag, wireBytes, name);
        const map = (object[name] ??= {}) as Fields;
        let key = "";
        let value: unknown;
        readMessage(reader, (entry, entryTag) => {
          if (entry === 1 && (entryTag & 7) === wireBytes) key = reader.string();
          else if (entry === 2) {
            expectWire(entryTag, codec.wire, name);
            value = codec.read(reader);
          } else reader.skip(entryTag);
        });
        assign(map, key, value ?? codec.read(zeroReader()));
        return true;
      },
      write(writer, object) {
        const map = object[name] as Fields | undefined;
        if (typeof map !== "object" || map === null) return;
        for (const key of Object.keys(map).sort().reverse()) {
          writeMessage(writer, () => {
            codec.write(writer, map[key]);
            writer.tag(2, codec.wire);
            writer.string(key);
            writer.tag(1, wireBytes);
          });
          writer.tag(number, wireBytes);
        }
      },
    };
  }

  #codec(type: TypeUse): ValueCodec {
    if (type.kind === "struct") return this.#struct(type.name);
    // A list within a list or map is a message of its own, with the values as field 1 (ExtraValue).
    if (type.kind === "list") return this.#wrappedList(this.#codec(type.of));
    if (type.kind === "map") throw new Error("maps of maps have no protobuf form");
    if (type.scalar === "JSONSchemaPropsOrBool") return this.#schemaOr("boolean");
    if (type.scalar === "JSONSchemaPropsOrArray") return this.#schemaOr("schemas");
    if (type.scalar === "JSONSchemaPropsOrStringArray") return this.#schemaOr("strings");
    return scalarCodecs[type.scalar] as ValueCodec;
  }

  #struct(name: string): ValueCodec {
    let plan: MessagePlan | undefined;
    const planOf = (): MessagePlan => (plan ??= this.#plan(this.#scheme.struct(name)));
    return {
      wire: wireBytes,
      read(reader) {
        const object: Fields = {};
        readNested(planOf(), reader, object);
        return object;
      },
      write(writer, value) {
        writeMessage(writer, () => planOf().writeFields(writer, (value as Fields | undefined) ?? {}));
      },
    };
  }

  #wrappedList(codec: ValueCodec): ValueCodec {
    const field = this.#list("items", 1, codec);
    return {
      wire: wireBytes,
      read(reader) {
        const object: Fields = { items: [] };
        readMessage(reader, (number, tag) => {
          if (number === 1) field.read(reader, tag, object);
          else reader.skip(tag);
        });
        return object.items;
      },
      write: (writer, value) => writeMessage(writer, () => field.write(writer, { items: value })),
    };
  }

  /** A JSON schema or something else, each at its own number. */
  #schemaOr(other: "boolean" | "schemas" | "strings"): ValueCodec {
    const schema = this.#struct(schemaProps);
    const alternative = this.#codec(
      other === "schemas"
        ? { kind: "struct", name: schemaProps }
        : { kind: "scalar", scalar: other === "boolean" ? "boolean" : "string" },
    );
    const schemaNumber = other === "boolean" ? 2 : 1;
    const read = (reader: ProtobufReader): unknown => {
      let found: unknown;
      let rest: unknown[] = [];
      readMessage(reader, (number, tag) => {
        if (number === schemaNumber) found = schema.read(reader);
        else if (number === 3 - schemaNumber) rest = [...rest, alternative.read(reader)];
        else reader.skip(tag);
      });
      if (found !== undefined) return found;
      return other === "boolean" ? rest[0] === true : rest;
    };
    const write = (writer: ProtobufWriter, value: unknown): void => {
      const isSchema = typeof value === "object" && !Array.isArray(value);
      writeMessage(writer, () => {
        if (other === "boolean") {
          if (isSchema) writeAt(writer, 2, schema, value);
          writeAt(writer, 1, alternative, isSchema || value === true);
          return;
        }
        for (const item of isSchema ? [] : (value as unknown[]).toReversed()) writeAt(writer, 2, alternative, item);
        if (isSchema) writeAt(writer, 1, schema, value);
      });
    };
    return { wire: wireBytes, read, write };
  }
}

function writeAt(writer: ProtobufWriter, number: number, codec: ValueCodec, value: unknown): void {
  codec.write(writer, value);
  writer.tag(number, codec.wire);
}

function readPacked(reader: ProtobufReader, codec: ValueCodec, list: unknown[]): void {
  const end = reader.lengthEnd();
  while (reader.position < end) list.push(codec.read(reader));
}

/** A value that is all zeros: what a map entry without a value holds. */
const zeroReader = (): ProtobufReader => new ProtobufReader(new Uint8Array(8));
