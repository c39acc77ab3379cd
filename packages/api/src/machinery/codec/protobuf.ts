/**
 * Kubernetes' protobuf: four bytes "k8s\0", then an envelope (runtime.Unknown) that names the type and holds the message.
 *
 *     k8s\0 · 1: { 1: apiVersion, 2: kind } · 2: message · 3: content encoding · 4: content type
 */
import type { KubernetesObject } from "../meta.ts";
import type { StructSchema } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { badRequest, notAcceptable } from "../status-error.ts";
import { ConformError, conformValue } from "./conform.ts";
import { jsonMediaType, yamlMediaType } from "./media-type.ts";
import { ProtobufTypes } from "./protobuf-message.ts";
import { expectWire, readMessage, writeMessage } from "./protobuf-value.ts";
import { ProtobufError, ProtobufReader, ProtobufWriter, wireBytes } from "./protobuf-wire.ts";

const magic = Uint8Array.of(0x6b, 0x38, 0x73, 0x00);

const typesOf = new WeakMap<Scheme, ProtobufTypes>();

function protobufTypes(scheme: Scheme): ProtobufTypes {
  let types = typesOf.get(scheme);
  if (!types) {
    types = new ProtobufTypes(scheme);
    typesOf.set(scheme, types);
  }
  return types;
}

/** True where bytes begin as Kubernetes' protobuf does. */
export function isProtobuf(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && magic.every((byte, index) => bytes[index] === byte);
}

/** An envelope whose message is not read yet. */
export interface ProtobufEnvelope {
  readonly apiVersion: string;
  readonly kind: string;
  /** Reads the message as this type, and shapes it as conformValue does. Throws ConformError. */
  decode(struct: StructSchema, scheme: Scheme): Record<string, unknown>;
}

/** Opens an envelope; throws what `fault` makes of upstream's message. */
export function decodeProtobufEnvelope(bytes: Uint8Array, fault: (message: string) => Error): ProtobufEnvelope {
  if (bytes.length === 0) throw fault("empty data");
  if (!isProtobuf(bytes)) {
    throw fault("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  if (bytes.length === 4) throw fault("empty body");
  try {
    return openEnvelope(new ProtobufReader(bytes, 4));
  } catch (error) {
    throw error instanceof ProtobufError ? fault(error.message) : error;
  }
}

function openEnvelope(reader: ProtobufReader): ProtobufEnvelope {
  const type = { apiVersion: "", kind: "" };
  let raw = new Uint8Array();
  while (reader.position < reader.end) {
    const tag = reader.varint();
    if (tag === 8 + wireBytes) {
      readMessage(reader, (number, inner) => {
        if (number !== 1 && number !== 2) reader.skip(inner);
        else {
          expectWire(inner, wireBytes, "TypeMeta");
          type[number === 1 ? "apiVersion" : "kind"] = reader.string();
        }
      });
    } else if (tag === 16 + wireBytes) raw = reader.view() as Uint8Array<ArrayBuffer>;
    else reader.skip(tag);
  }
  return { ...type, decode: (struct, scheme) => decodeMessage(struct, raw, scheme) };
}

function decodeMessage(struct: StructSchema, raw: Uint8Array, scheme: Scheme): Record<string, unknown> {
  try {
    const fields = protobufTypes(scheme).read(struct, new ProtobufReader(raw));
    return conformValue(struct, fields, scheme).value;
  } catch (error) {
    if (error instanceof ProtobufError) throw new ConformError(error.message, { cause: error });
    throw error;
  }
}

/** Decodes an object from its envelope, by the type that it names. Throws StatusError BadRequest. */
export function decodeProtobuf(bytes: Uint8Array, scheme: Scheme): KubernetesObject {
  const { apiVersion, kind, decode } = decodeProtobufEnvelope(bytes, (message) => badRequest(message));
  const struct = scheme.structForKind(apiVersion, kind);
  if (!struct) {
    throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`);
  }
  try {
    return { kind, apiVersion, ...decode(struct, scheme) } as unknown as KubernetesObject;
  } catch (error) {
    throw error instanceof ConformError ? badRequest(error.message) : error;
  }
}

/** Encodes an object with its envelope. Throws NotAcceptable for a type that has no message (Table, custom resources). */
export function encodeProtobuf(
  object: { readonly apiVersion: string; readonly kind: string },
  scheme: Scheme,
): Uint8Array {
  const { apiVersion, kind } = object;
  const struct = scheme.structForKind(apiVersion, kind);
  if (!struct || !hasMessage(struct)) throw notAcceptable([jsonMediaType, yamlMediaType]);
  const writer = new ProtobufWriter();
  writeEnvelope(writer, apiVersion, kind, () => protobufTypes(scheme).write(struct, writer, object));
  return writer.finish();
}

const hasMessage = (struct: StructSchema): boolean => {
  for (const field of struct.fields.values()) if (!field.proto) return false;
  return true;
};

function writeEnvelope(writer: ProtobufWriter, apiVersion: string, kind: string, message: () => void): void {
  writer.string("");
  writer.tag(4, wireBytes);
  writer.string("");
  writer.tag(3, wireBytes);
  writeMessage(writer, message);
  writer.tag(2, wireBytes);
  writeMessage(writer, () => {
    writer.string(kind);
    writer.tag(2, wireBytes);
    writer.string(apiVersion);
    writer.tag(1, wireBytes);
  });
  writer.tag(1, wireBytes);
  writer.raw(magic);
}

/**
 * One frame of a watch in protobuf: four bytes of length (big endian), then a WatchEvent message without an envelope,
 * whose object is `object`: bytes with an envelope, from encodeProtobuf.
 */
export function encodeProtobufWatchFrame(type: string, object: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter();
  writeMessage(writer, () => {
    writer.bytes(object);
    writer.tag(1, wireBytes);
  });
  writer.tag(2, wireBytes);
  writer.string(type);
  writer.tag(1, wireBytes);
  const { size } = writer;
  writer.raw(Uint8Array.of(size >>> 24, (size >>> 16) & 0xff, (size >>> 8) & 0xff, size & 0xff));
  return writer.finish();
}
