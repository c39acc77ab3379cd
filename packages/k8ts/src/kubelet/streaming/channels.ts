/**
 * Channels in a WebSocket: each message begins with its channel's number, as a byte, or (base64 protocols) as a digit
 * before base64. In v5 a client half-closes a channel with the byte 255 and the channel's number.
 */
import { PassThrough, Writable } from "node:stream";
import type { WebSocket } from "ws";
import { sendMessage } from "./websocket.ts";

/** The byte that says CLOSE in v5. */
const closeSignal = 255;
const zero = "0".charCodeAt(0);

/** Whether a protocol's messages are base64 text. */
export const isBase64 = (protocol: string): boolean => protocol.includes("base64.channel.k8s.io");

/** The channels of one WebSocket. */
export class WebSocketChannels {
  /** Aborts when the WebSocket has ended, from either side. */
  readonly signal: AbortSignal;
  readonly #socket: WebSocket;
  readonly #base64: boolean;
  readonly #closes: boolean;
  readonly #readers = new Map<number, PassThrough>();
  #full = 0;
  #closing = false;

  /** Reads at once: `readable` are the channels that the client may write to; others' messages are dropped. */
  constructor(socket: WebSocket, protocol: string, readable: readonly number[]) {
    this.#socket = socket;
    this.#base64 = isBase64(protocol);
    this.#closes = protocol.startsWith("v5.");
    for (const number of readable) this.#readers.set(number, new PassThrough());
    const ended = new AbortController();
    this.signal = ended.signal;
    socket.on("message", (data: Buffer) => this.#receive(data));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const reader of this.#readers.values()) reader.end();
      ended.abort(new Error("the client closed the connection"));
    });
  }

  /** What the client writes to a readable channel. */
  reader(number: number): PassThrough {
    const reader = this.#readers.get(number);
    if (reader === undefined) throw new Error(`channel ${number} is not read`);
    return reader;
  }

  /** A stream to the client over a channel; ending it sends nothing. */
  writer(number: number): Writable {
    const writer = new Writable({
      highWaterMark: 64 * 1024,
      write: (chunk: Buffer, _encoding, done) => sendMessage(this.#socket, this.#message(number, chunk), done),
    });
    // Whoever writes learns of a closed connection by `signal`.
    writer.on("error", () => undefined);
    return writer;
  }

  /** Sends an empty message, by which clients know that the connection stands. */
  greet(number: number): void {
    sendMessage(this.#socket, this.#message(number, Buffer.alloc(0)), () => undefined);
  }

  /**
   * Closes in order, after what was written. What still comes is read and dropped: a client that is held up in writing
   * would not see the end.
   */
  close(): void {
    this.#closing = true;
    this.#socket.resume();
    this.#socket.close(1000);
  }

  #message(number: number, chunk: Buffer): Buffer | string {
    if (this.#base64) return `${number}${chunk.toString("base64")}`;
    const message = Buffer.allocUnsafe(chunk.length + 1);
    message[0] = number;
    chunk.copy(message, 1);
    return message;
  }

  #receive(data: Buffer): void {
    if (data.length === 0 || this.#closing) return;
    if (this.#closes && data[0] === closeSignal) {
      if (data.length === 2) this.#readers.get(data[1]!)?.end();
      else this.#socket.close(1002);
      return;
    }
    const reader = this.#readers.get(this.#base64 ? data[0]! - zero : data[0]!);
    if (reader === undefined || !reader.writable || data.length === 1) return;
    const payload = this.#base64 ? Buffer.from(data.toString("latin1", 1), "base64") : data.subarray(1);
    if (!reader.write(payload)) this.#hold(reader);
  }

  #hold(reader: PassThrough): void {
    this.#full++;
    this.#socket.pause();
    let held = true;
    const release = (): void => {
      if (!held) return;
      held = false;
      if (--this.#full === 0 && !this.#closing) this.#socket.resume();
    };
    reader.once("drain", release).once("close", release);
  }
}
