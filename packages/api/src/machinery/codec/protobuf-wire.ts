/** Protobuf's wire format: a reader that never trusts a length, and a writer that fills its buffer from the end. */

/** The bytes are no protobuf message; texts as gogo/protobuf's. */
export class ProtobufError extends Error {}

const eof = (): ProtobufError => new ProtobufError("unexpected EOF");
const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Wire types. */
export const wireVarint = 0;
/** Eight bytes, little endian. */
export const wireFixed64 = 1;
/** A length and that many bytes. */
export const wireBytes = 2;

/** Reads one message's bytes, and those within it, by moving `position` and `end`. */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly #text: { toString(encoding: "utf8", start: number, end: number): string } | undefined;
  position: number;
  end: number;
  /** Messages open above this one. */
  depth = 0;
  /** The message read last held more than the zeros of plain fields, which Go writes and means nothing by. */
  significant = false;

  constructor(bytes: Uint8Array, position = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
    this.#text =
      typeof Buffer === "undefined" ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A varint as an unsigned number; exact up to 2^53. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count++) {
      if (this.position >= this.end) throw eof();
      const byte = this.bytes[this.position++] as number;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 128;
    }
    throw new ProtobufError("proto: integer overflow");
  }

  /** A varint as a signed 64-bit integer; what no double holds is rounded. */
  int64(): number {
    const start = this.position;
    const value = this.varint();
    if (value < 2 ** 53) return value;
    const signed = Number(BigInt.asIntN(64, this.#exact(start)));
    return signed >= 2 ** 63 ? 2 ** 63 - 2 ** 11 : signed;
  }

  /** A varint as int32: the low 32 bits, signed. */
  int32(): number {
    const start = this.position;
    const value = this.varint();
    return value < 2 ** 31 ? value : Number(BigInt.asIntN(32, this.#exact(start)));
  }

  /** The varint from `start` up to here. */
  #exact(start: number): bigint {
    let exact = 0n;
    for (let index = this.position - 1; index >= start; index--) {
      exact = (exact << 7n) | BigInt((this.bytes[index] as number) & 0x7f);
    }
    return exact;
  }

  double(): number {
    if (this.position + 8 > this.end) throw eof();
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset + this.position, 8);
    this.position += 8;
    return view.getFloat64(0, true);
  }

  /** Reads a length and returns where its bytes end. */
  lengthEnd(): number {
    const end = this.varint() + this.position;
    if (end > this.end) throw eof();
    return end;
  }

  string(): string {
    const end = this.lengthEnd();
    const start = this.position;
    this.position = end;
    return this.#text ? this.#text.toString("utf8", start, end) : decoder.decode(this.bytes.subarray(start, end));
  }

  /** A view of the next length-delimited bytes. */
  view(): Uint8Array {
    const end = this.lengthEnd();
    const view = this.bytes.subarray(this.position, end);
    this.position = end;
    return view;
  }

  /** Steps over a field whose tag was just read. */
  skip(tag: number): void {
    const wire = tag & 7;
    if (wire === wireVarint) this.varint();
    else if (wire === wireFixed64) this.position += 8;
    else if (wire === wireBytes) this.position = this.lengthEnd();
    else if (wire === 5) this.position += 4;
    else if (wire === 3) this.#skipGroup();
    else if (wire === 4) throw new ProtobufError("proto: unexpected end of group");
    else throw new ProtobufError(`proto: illegal wireType ${wire}`);
    if (this.position > this.end) throw eof();
  }

  #skipGroup(): void {
    for (let open = 1; open > 0;) {
      if (this.position >= this.end) throw eof();
      const wire = this.varint() & 7;
      if (wire === 3) open++;
      else if (wire === 4) open--;
      else this.skip(wire);
    }
  }
}

/** Writes a message backwards: what comes last is written first, so that lengths are known when they are needed. */
export class ProtobufWriter {
  #bytes = new Uint8Array(4096);
  /** Where the written bytes begin. */
  #start = 4096;

  /** Bytes written so far. */
  get size(): number {
    return this.#bytes.length - this.#start;
  }

  /** The message, a copy. */
  finish(): Uint8Array {
    return this.#bytes.slice(this.#start);
  }

  #reserve(count: number): void {
    if (this.#start >= count) return;
    const size = this.size;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, size + count + 1024));
    grown.set(this.#bytes.subarray(this.#start), grown.length - size);
    this.#bytes = grown;
    this.#start = grown.length - size;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#start -= bytes.length;
    this.#bytes.set(bytes, this.#start);
  }

  /** An integer, negative ones in ten bytes. */
  varint(value: number): void {
    if (value < 0 || value >= 2 ** 53) {
      this.#bigVarint(BigInt.asUintN(64, BigInt(Math.trunc(value))));
      return;
    }
    let length = 1;
    for (let rest = value; rest >= 128; rest /= 128) length++;
    this.#reserve(length);
    this.#start -= length;
    let at = this.#start;
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#bytes[at++] = (rest % 128) | 0x80;
    this.#bytes[at] = rest;
  }

  #bigVarint(value: bigint): void {
    const bytes: number[] = [];
    let rest = value;
    for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 0x80);
    bytes.push(Number(rest));
    this.raw(Uint8Array.from(bytes));
  }

  double(value: number): void {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    this.raw(bytes);
  }

  /** Text and the length before it. */
  string(text: string): void {
    const worst = text.length * 3;
    this.#reserve(worst + 5);
    if (text.length < 64 && this.#ascii(text)) return;
    this.bytes(encoder.encode(text));
  }

  #ascii(text: string): boolean {
    const at = this.#start - text.length;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) return false;
      this.#bytes[at + index] = unit;
    }
    this.#start = at;
    this.varint(text.length);
    return true;
  }

  /** Bytes and the length before them. */
  bytes(bytes: Uint8Array): void {
    this.raw(bytes);
    this.varint(bytes.length);
  }

  tag(field: number, wire: number): void {
    this.varint(field * 8 + wire);
  }
}
