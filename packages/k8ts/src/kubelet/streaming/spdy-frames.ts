/** SPDY/3.1 frames as bytes: a parser that never holds more than one control frame, and writers. */

/** Control frame types (SPDY draft 3.1, section 2.6). */
export const frameTypes = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Status codes of RST_STREAM. */
export const resetCodes = {
  protocolError: 1,
  invalidStream: 2,
  refusedStream: 3,
  cancel: 5,
  streamInUse: 8,
  streamAlreadyClosed: 9,
} as const;

/** The FIN flag of DATA, SYN_STREAM, SYN_REPLY and HEADERS. */
export const finFlag = 1;

/** The SETTINGS entry that says how much a sender may send on a stream before it is told to go on. */
export const initialWindowSetting = 7;

const version = 3;

/** No control frame of Kubernetes' streaming is near this long. */
const longestControlFrame = 64 * 1024;

/** What a parser hands on, in order. */
export interface FrameHandler {
  control(type: number, flags: number, payload: Buffer): void;
  /** A piece of a DATA frame; a long frame comes in several, `fin` with the last one where the frame has it. */
  data(streamId: number, chunk: Buffer, fin: boolean): void;
}

/** Splits a byte stream into frames. `write` throws an Error at the first thing that is not SPDY/3.1. */
export class FrameParser {
  readonly #handler: FrameHandler;
  #head: Buffer = Buffer.alloc(0);
  #dataLeft = 0;
  #dataStream = 0;
  #dataFin = false;

  constructor(handler: FrameHandler) {
    this.#handler = handler;
  }

  write(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#dataLeft > 0 ? this.#data(rest) : this.#frame(rest);
  }

  #data(chunk: Buffer): Buffer {
    const piece = chunk.subarray(0, this.#dataLeft);
    this.#dataLeft -= piece.length;
    this.#handler.data(this.#dataStream, piece, this.#dataFin && this.#dataLeft === 0);
    return chunk.subarray(piece.length);
  }

  #frame(chunk: Buffer): Buffer {
    const bytes = this.#head.length > 0 ? Buffer.concat([this.#head, chunk]) : chunk;
    this.#head = Buffer.alloc(0);
    if (bytes.length < 8) return this.#keep(bytes);
    const length = bytes.readUIntBE(5, 3);
    const flags = bytes[4]!;
    if ((bytes[0]! & 0x80) === 0) {
      this.#dataStream = bytes.readUInt32BE(0);
      this.#dataLeft = length;
      this.#dataFin = (flags & finFlag) !== 0;
      if (length === 0) this.#handler.data(this.#dataStream, Buffer.alloc(0), this.#dataFin);
      return bytes.subarray(8);
    }
    if ((bytes.readUInt16BE(0) & 0x7fff) !== version) throw new Error("unsupported SPDY version");
    if (length > longestControlFrame) throw new Error("SPDY control frame too long");
    if (bytes.length < 8 + length) return this.#keep(bytes);
    this.#handler.control(bytes.readUInt16BE(2), flags, bytes.subarray(8, 8 + length));
    return bytes.subarray(8 + length);
  }

  #keep(bytes: Buffer): Buffer {
    this.#head = bytes;
    return Buffer.alloc(0);
  }
}

/** A control frame. */
export function controlFrame(type: number, flags: number, payload: Buffer): Buffer {
  const frame = Buffer.alloc(8 + payload.length);
  frame.writeUInt16BE(0x8000 | version, 0);
  frame.writeUInt16BE(type, 2);
  frame.writeUInt32BE(payload.length, 4);
  frame[4] = flags;
  payload.copy(frame, 8);
  return frame;
}

/** The eight bytes before a DATA frame's payload. */
export function dataHead(streamId: number, fin: boolean, length: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(streamId, 0);
  head.writeUInt32BE(length, 4);
  head[4] = fin ? finFlag : 0;
  return head;
}

/** A control frame whose payload is numbers of four bytes. */
export function numbersFrame(type: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(4 * numbers.length);
  numbers.forEach((value, index) => payload.writeUInt32BE(value >>> 0, 4 * index));
  return controlFrame(type, 0, payload);
}
