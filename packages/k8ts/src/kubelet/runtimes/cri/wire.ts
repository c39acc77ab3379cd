/**
 * Protobuf for CRI: messages as plain objects, read and written by tables of fields instead of generated code, so that
 * starting a kubelet loads no protobuf library. A table line is `Message: field type number, …`; types are protobuf's
 * scalars (int64 as number), `nanos` (int64 as bigint), `enum(A|B)`, a message's name, `wrapped` (Int64Value or
 * UInt64Value as a number), `map` (string to string), and `[]` before any of them for repeated.
 *
 * Decoded messages have every scalar, list and map filled in; absent messages and wrapped numbers are undefined.
 */

type Scalar = "string" | "bytes" | "bool" | "number" | "nanos";

interface Field {
  readonly name: string;
  readonly number: number;
  readonly repeated: boolean;
  readonly kind: Scalar | "enum" | "message" | "map" | "wrapped";
  readonly names: readonly string[];
  readonly message: string;
}

interface Message {
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
}

/** A decoded message; callers give it its type. */
export type Fields = Record<string, unknown>;

const scalars: Readonly<Record<string, Scalar>> = {
  string: "string",
  bytes: "bytes",
  bool: "bool",
  int32: "number",
  uint32: "number",
  int64: "number",
  uint64: "number",
  nanos: "nanos",
};

function parseField(text: string): Field {
  const [name = "", typeText = "", number = ""] = text.trim().split(" ");
  const repeated = typeText.startsWith("[]");
  const type = repeated ? typeText.slice(2) : typeText;
  const base = { name, number: Number(number), repeated, names: [] as string[], message: "" };
  const scalar = scalars[type];
  if (scalar !== undefined) return { ...base, kind: scalar };
  if (type === "map" || type === "wrapped") return { ...base, kind: type };
  if (type.startsWith("enum(")) return { ...base, kind: "enum", names: type.slice(5, -1).split("|") };
  return { ...base, kind: "message", message: type };
}

const utf8 = new TextDecoder();

/** Encodes and decodes the messages of one table. */
export class Wire {
  readonly #messages = new Map<string, Message>();

  constructor(table: string) {
    for (const line of table.split("\n")) {
      const colon = line.indexOf(":");
      if (colon < 0) continue;
      const rest = line.slice(colon + 1).trim();
      const fields = rest === "" ? [] : rest.split(",").map(parseField);
      this.#messages.set(line.slice(0, colon).trim(), {
        fields,
        byNumber: new Map(fields.map((field) => [field.number, field])),
      });
    }
  }

  /** The bytes of a message; fields that are undefined or the default are left out. */
  encode(message: string, value: Fields): Buffer {
    const writer = new Writer();
    this.#write(writer, this.#message(message), value);
    return writer.finish();
  }

  /** Reads a message; unknown fields are skipped. Throws RangeError where the bytes end too early. */
  decode(message: string, bytes: Uint8Array): Fields {
    return this.#read(new Reader(bytes), this.#message(message));
  }

  #message(name: string): Message {
    const message = this.#messages.get(name);
    if (message === undefined) throw new Error(`no message ${name} in the table`);
    return message;
  }

  #write(writer: Writer, message: Message, value: Fields): void {
    for (const field of message.fields) {
      const item = value[field.name];
      if (item === undefined || item === null) continue;
      if (field.repeated) for (const element of item as unknown[]) this.#writeField(writer, field, element, true);
      else this.#writeField(writer, field, item, false);
    }
  }

  #writeField(writer: Writer, field: Field, value: unknown, always: boolean): void {
    switch (field.kind) {
      case "string":
        if (always || value !== "") writer.bytes(field.number, Buffer.from(value as string, "utf8"));
        return;
      case "bytes":
        if (always || (value as Uint8Array).length > 0) writer.bytes(field.number, value as Uint8Array);
        return;
      case "bool":
        if (always || value === true) writer.integer(field.number, value === true ? 1n : 0n);
        return;
      case "number":
        if (always || value !== 0) writer.integer(field.number, BigInt(value as number));
        return;
      case "nanos":
        if (always || value !== 0n) writer.integer(field.number, value as bigint);
        return;
      case "enum":
        this.#writeEnum(writer, field, value as string, always);
        return;
      case "wrapped":
        writer.bytes(field.number, wrapped(value as number));
        return;
      case "map":
        for (const [key, text] of Object.entries(value as Record<string, string>)) {
          writer.bytes(field.number, mapEntry(key, text));
        }
        return;
      case "message":
        writer.bytes(field.number, this.encode(field.message, value as Fields));
    }
  }

  #writeEnum(writer: Writer, field: Field, value: string, always: boolean): void {
    const index = field.names.indexOf(value);
    if (index < 0) throw new TypeError(`${field.name} cannot be ${value}`);
    if (always || index > 0) writer.integer(field.number, BigInt(index));
  }

  #read(reader: Reader, message: Message): Fields {
    const value: Fields = {};
    for (const field of message.fields) value[field.name] = emptyValue(field);
    while (!reader.done) {
      const tag = Number(reader.varint());
      const field = message.byNumber.get(Math.floor(tag / 8));
      const wireType = tag & 7;
      if (field === undefined) reader.skip(wireType);
      else this.#readField(reader, field, wireType, value);
    }
    return value;
  }

  #readField(reader: Reader, field: Field, wireType: number, into: Fields): void {
    if (field.kind === "map") {
      const entry = reader.bytes();
      const [key, text] = readMapEntry(new Reader(entry));
      (into[field.name] as Record<string, string>)[key] = text;
      return;
    }
    if (!field.repeated) {
      into[field.name] = this.#readValue(reader, field);
      return;
    }
    const list = into[field.name] as unknown[];
    const packed = wireType === 2 && (field.kind === "number" || field.kind === "nanos" || field.kind === "enum");
    if (!packed) {
      list.push(this.#readValue(reader, field));
      return;
    }
    const inner = new Reader(reader.bytes());
    while (!inner.done) list.push(this.#readValue(inner, field));
  }

  #readValue(reader: Reader, field: Field): unknown {
    switch (field.kind) {
      case "string":
        return utf8.decode(reader.bytes());
      case "bytes":
        return Buffer.from(reader.bytes());
      case "bool":
        return reader.varint() !== 0n;
      case "number":
        return Number(BigInt.asIntN(64, reader.varint()));
      case "nanos":
        return BigInt.asIntN(64, reader.varint());
      case "enum":
        return field.names[Number(reader.varint())] ?? field.names[0];
      case "wrapped":
        return unwrap(new Reader(reader.bytes()));
      case "message":
        return this.#read(new Reader(reader.bytes()), this.#message(field.message));
      default:
        throw new Error(`${field.name} has no value of its own`);
    }
  }
}

function emptyValue(field: Field): unknown {
  if (field.repeated) return [];
  switch (field.kind) {
    case "string":
      return "";
    case "bytes":
      return Buffer.alloc(0);
    case "bool":
      return false;
    case "number":
      return 0;
    case "nanos":
      return 0n;
    case "enum":
      return field.names[0];
    case "map":
      return {};
    default:
      return undefined;
  }
}

function wrapped(value: number): Buffer {
  const writer = new Writer();
  if (value !== 0) writer.integer(1, BigInt(value));
  return writer.finish();
}

function unwrap(reader: Reader): number {
  let value = 0;
  while (!reader.done) {
    const tag = Number(reader.varint());
    if (tag === 8) value = Number(BigInt.asIntN(64, reader.varint()));
    else reader.skip(tag & 7);
  }
  return value;
}

function mapEntry(key: string, value: string): Buffer {
  const writer = new Writer();
  writer.bytes(1, Buffer.from(key, "utf8"));
  writer.bytes(2, Buffer.from(value, "utf8"));
  return writer.finish();
}

function readMapEntry(reader: Reader): [string, string] {
  let key = "";
  let value = "";
  while (!reader.done) {
    const tag = Number(reader.varint());
    if (tag === 10) key = utf8.decode(reader.bytes());
    else if (tag === 18) value = utf8.decode(reader.bytes());
    else reader.skip(tag & 7);
  }
  return [key, value];
}

class Writer {
  readonly #parts: Uint8Array[] = [];

  integer(field: number, value: bigint): void {
    this.#parts.push(varint(BigInt(field * 8)), varint(value));
  }

  bytes(field: number, value: Uint8Array): void {
    this.#parts.push(varint(BigInt(field * 8 + 2)), varint(BigInt(value.length)), value);
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

function varint(value: bigint): Uint8Array {
  let left = BigInt.asUintN(64, value);
  const bytes: number[] = [];
  while (left > 127n) {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  bytes.push(Number(left));
  return Uint8Array.from(bytes);
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low += (byte & 127) * 2 ** shift;
      if (byte < 128) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw new RangeError("a varint has more than ten bytes");
  }

  bytes(): Uint8Array {
    const length = Number(this.varint());
    if (length > this.#bytes.length - this.#at) throw new RangeError("a field ends after its message");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 2) this.bytes();
    else if (wireType === 1 || wireType === 5) this.#at += wireType === 1 ? 8 : 4;
    else throw new RangeError(`unknown wire type ${wireType}`);
    if (this.#at > this.#bytes.length) throw new RangeError("a field ends after its message");
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError("a varint ends after its message");
    return byte;
  }
}
