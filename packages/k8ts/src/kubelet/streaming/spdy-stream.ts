/**
 * One stream of a SPDY session, as a Duplex: `end` half-closes it, `destroy` resets it. A peer's reset is the end of what
 * is read and fails what is written, as in Go's implementation, whose users close streams that way.
 */
import { Duplex } from "node:stream";
import type { SpdyHeaders } from "./spdy-headers.ts";

/** What a stream asks of its session. */
export interface StreamCarrier {
  /** Sends bytes of this stream; calls back when more may be written. */
  sendData(stream: SpdyStream, chunk: Buffer, fin: boolean, done: (error?: Error | null) => void): void;
  /** `count` more received bytes have been taken; they were counted as waiting where `waited`. */
  taken(stream: SpdyStream, count: number, waited: boolean): void;
  /** Received bytes wait in the stream until its reader takes them. */
  waiting(count: number): void;
  /** Nobody uses the stream any more. `finished`: both ways ended in order, the peer need not be told. */
  streamClosed(stream: SpdyStream, finished: boolean): void;
}

/** Bytes that a stream hands to its reader ahead of need; more than that waits in the session. */
const readAhead = 64 * 1024;

/** A stream of a session. */
export class SpdyStream extends Duplex {
  readonly id: number;
  /** As its opener sent them; names in lower case. */
  readonly headers: SpdyHeaders;
  /** Bytes that may still be sent; counts only where the peer does flow control. */
  credit = 0;
  /** Bytes sent so far. */
  sent = 0;
  /** Received bytes that were taken since the peer was last told. */
  untold = 0;
  readonly #carrier: StreamCarrier;
  readonly #queue: Buffer[] = [];
  #wanted = false;
  #remoteEnded = false;
  #localEnded = false;

  constructor(carrier: StreamCarrier, id: number, headers: SpdyHeaders) {
    super({ readableHighWaterMark: readAhead, writableHighWaterMark: readAhead, allowHalfOpen: true });
    this.#carrier = carrier;
    this.id = id;
    this.headers = headers;
    // Who reads or writes sees the error; a stream that nobody uses yet must not end the process.
    this.on("error", () => undefined);
  }

  /** The session hands over what the peer sent. */
  receive(chunk: Buffer, fin: boolean): void {
    if (this.destroyed || this.#remoteEnded) return;
    if (chunk.length > 0) {
      if (this.#wanted && this.#queue.length === 0) {
        this.#wanted = this.push(chunk);
        this.#carrier.taken(this, chunk.length, false);
      } else {
        this.#queue.push(chunk);
        this.#carrier.waiting(chunk.length);
      }
    }
    if (fin) {
      this.#remoteEnded = true;
      if (this.#queue.length === 0) this.push(null);
    }
  }

  /** The peer has reset the stream, or the connection is gone: with `error` where it broke. */
  disconnect(error: Error | undefined): void {
    if (error !== undefined && !(this.#remoteEnded && this.writableEnded)) {
      this.destroy(error);
      return;
    }
    if (!this.#remoteEnded) this.receive(Buffer.alloc(0), true);
    if (this.readableEnded) this.destroy();
    else this.once("end", () => this.destroy());
  }

  override _read(): void {
    this.#wanted = true;
    while (this.#wanted && this.#queue.length > 0) {
      const chunk = this.#queue.shift()!;
      this.#wanted = this.push(chunk);
      this.#carrier.taken(this, chunk.length, true);
    }
    if (this.#remoteEnded && this.#queue.length === 0 && !this.readableEnded) this.push(null);
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#carrier.sendData(this, chunk, false, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#localEnded = true;
    this.#carrier.sendData(this, Buffer.alloc(0), true, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const left = this.#queue.reduce((sum, chunk) => sum + chunk.length, 0);
    this.#queue.length = 0;
    if (left > 0) this.#carrier.taken(this, left, true);
    this.#carrier.streamClosed(this, this.#localEnded && this.#remoteEnded);
    done(error);
  }
}
