/** Protobuf forms of the tables' scalars: how each is read from a message and written into one. */
import { formatMicroTime, formatTime, parseTime } from "../time.ts";
import type { Scalar } from "../schema.ts";
import { maxJsonDepth, scanJson } from "./json-scan.ts";
import {
  ProtobufError,
  wireBytes,
  wireFixed64,
  wireVarint,
  type ProtobufReader,
  type ProtobufWriter,
} from "./protobuf-wire.ts";

/** How one type of value is read and written. */
export interface ValueCodec {
  readonly wire: number;
  /** Reads the value after its tag. */
  read(reader: ProtobufReader): unknown;
  /** Writes the value (undefined: its zero) without its tag. */
  write(writer: ProtobufWriter, value: unknown): void;
  /** Zero is "no value" for Go: nil bytes. */
  readonly nilable?: boolean;
}

/** Calls `field` for each field of the message that comes next. */
export function readMessage(reader: ProtobufReader, field: (number: number, tag: number) => void): void {
  const outer = reader.end;
  reader.end = reader.lengthEnd();
  while (reader.position < reader.end) {
    const tag = reader.varint();
    field(Math.floor(tag / 8), tag);
  }
  reader.end = outer;
}

/** Throws where a known field came in another wire type than its own. */
export function expectWire(tag: number, wire: number, name: string): void {
  if ((tag & 7) !== wire) throw new ProtobufError(`proto: wrong wireType = ${tag & 7} for field ${name}`);
}

/** Writes a message with `fields` and its length. */
export function writeMessage(writer: ProtobufWriter, fields: () => void): void {
  const before = writer.size;
  fields();
  writer.varint(writer.size - before);
}

const textCodec: ValueCodec = {
  wire: wireBytes,
  read: (reader) => reader.string(),
  write: (writer, value) => writer.string((value as string | undefined) ?? ""),
};

const integer = (read: (reader: ProtobufReader) => number): ValueCodec => ({
  wire: wireVarint,
  read,
  write: (writer, value) => writer.varint((value as number | undefined) ?? 0),
});

const booleanCodec: ValueCodec = {
  wire: wireVarint,
  read: (reader) => reader.varint() !== 0,
  write: (writer, value) => writer.varint(value === true ? 1 : 0),
};

const doubleCodec: ValueCodec = {
  wire: wireFixed64,
  read: (reader) => reader.double(),
  write: (writer, value) => writer.double((value as number | undefined) ?? 0),
};

function bytesToBase64(bytes: Uint8Array): string {
  if (typeof Buffer !== "undefined")
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

function base64ToBytes(text: string): Uint8Array {
  if (typeof Buffer !== "undefined") return Buffer.from(text, "base64");
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

const byteCodec: ValueCodec = {
  wire: wireBytes,
  nilable: true,
  read: (reader) => bytesToBase64(reader.view()),
  write: (writer, value) => writer.bytes(base64ToBytes((value as string | undefined) ?? "")),
};

/** Seconds and nanoseconds; Go's zero time is an empty message. */
function timeCodec(format: (milliseconds: number) => string, fraction: boolean): ValueCodec {
  return {
    wire: wireBytes,
    read(reader) {
      let seconds = 0;
      let nanos = 0;
      const empty = reader.bytes[reader.position] === 0;
      readMessage(reader, (number, tag) => {
        if (number === 1 && (tag & 7) === wireVarint) seconds = reader.int64();
        else if (number === 2 && (tag & 7) === wireVarint) nanos = reader.int32();
        else reader.skip(tag);
      });
      if (empty) return undefined;
      if (Math.abs(seconds) > 8.64e12) throw new ProtobufError("proto: time out of range");
      return format(seconds * 1000 + (fraction ? nanos / 1e6 : 0));
    },
    write(writer, value) {
      writeMessage(writer, () => {
        if (value === undefined || value === null) return;
        const time = parseTime(value as string);
        const seconds = Math.floor(time / 1000);
        writer.varint(fraction ? Math.round((time - seconds * 1000) * 1000) * 1000 : 0);
        writer.tag(2, wireVarint);
        writer.varint(seconds);
        writer.tag(1, wireVarint);
      });
    },
  };
}

/** A message with one field, number 1. */
function wrapped(inner: ValueCodec, zero: unknown, always: boolean): ValueCodec {
  return {
    wire: wireBytes,
    read(reader) {
      let value = zero;
      readMessage(reader, (number, tag) => {
        if (number !== 1) reader.skip(tag);
        else {
          expectWire(tag, inner.wire, "value");
          value = inner.read(reader);
        }
      });
      return value;
    },
    write(writer, value) {
      writeMessage(writer, () => {
        if ((value === undefined || value === null) && !always) return;
        inner.write(writer, value ?? zero);
        writer.tag(1, inner.wire);
      });
    },
  };
}

const intOrStringCodec: ValueCodec = {
  wire: wireBytes,
  read(reader) {
    let [type, number, text] = [0, 0, ""];
    readMessage(reader, (field, tag) => {
      if (field === 1 && (tag & 7) === wireVarint) type = reader.varint();
      else if (field === 2 && (tag & 7) === wireVarint) number = reader.int32();
      else if (field === 3 && (tag & 7) === wireBytes) text = reader.string();
      else reader.skip(tag);
    });
    return type === 0 ? number : text;
  },
  write(writer, value) {
    const text = typeof value === "string";
    writeMessage(writer, () => {
      writer.string(text ? value : "");
      writer.tag(3, wireBytes);
      writer.varint(text ? 0 : ((value as number | undefined) ?? 0));
      writer.tag(2, wireVarint);
      writer.varint(text ? 1 : 0);
      writer.tag(1, wireVarint);
    });
  },
};

const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

/** JSON kept as bytes in a message: RawExtension, FieldsV1, JSON. */
const jsonCodec: ValueCodec = {
  wire: wireBytes,
  read(reader) {
    const bytes = reader.view();
    if (bytes.length === 0) return undefined;
    if (scanJson(bytes).tooDeep) throw new ProtobufError(`embedded JSON nests deeper than ${maxJsonDepth}`);
    try {
      return JSON.parse(utf8.decode(bytes)) as unknown;
    } catch (error) {
      throw new ProtobufError(`embedded JSON: ${(error as Error).message}`, { cause: error });
    }
  },
  write: (writer, value) => writer.bytes(toUtf8.encode(JSON.stringify(value))),
};

const rawCodec = wrapped(jsonCodec, undefined, false);

/** The codec of each scalar that needs no other type. */
export const scalarCodecs: Partial<Record<Scalar, ValueCodec>> = {
  string: textCodec,
  boolean: booleanCodec,
  int32: integer((reader) => reader.int32()),
  int64: integer((reader) => reader.int64()),
  double: doubleCodec,
  byte: byteCodec,
  Time: timeCodec(formatTime, false),
  MicroTime: timeCodec(formatMicroTime, true),
  Quantity: wrapped(textCodec, "0", true),
  IntOrString: intOrStringCodec,
  RawExtension: rawCodec,
  FieldsV1: rawCodec,
  JSON: rawCodec,
  object: rawCodec,
};
