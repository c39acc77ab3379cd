/**
 * A SPDY/3.1 session over any Duplex, the same for client and server. It carries Kubernetes' exec, attach and
 * port-forward: between kubectl and the kubelet, and between the kubelet and containerd.
 *
 * Flow control. Kubernetes' own peers (spdystream) have none: they neither send window updates nor heed them, and rely on
 * TCP to slow a sender down. So windows count only once the peer shows that it keeps them (by SETTINGS or WINDOW_UPDATE),
 * and where readers are slow, reading from the connection stops when a bounded number of bytes waits. To acknowledge bytes
 * to a peer that does not ask for it would even lose some: containerd closes its socket when a process ends, and what we
 * write then makes the kernel throw away what we have not read yet.
 */
import type { Duplex } from "node:stream";
import {
  controlFrame,
  dataHead,
  finFlag,
  FrameParser,
  frameTypes,
  initialWindowSetting,
  numbersFrame,
  resetCodes,
} from "./spdy-frames.ts";
import { SpdyHeaderReader, SpdyHeaderWriter, type SpdyHeaders } from "./spdy-headers.ts";
import { SpdyStream, type StreamCarrier } from "./spdy-stream.ts";

/** How a session is made. */
export interface SpdySessionOptions {
  /** Who opened the connection numbers its streams odd. */
  readonly role: "client" | "server";
  /** Called for each stream that the peer opens; return false to refuse it. Without it all are refused. */
  readonly onStream?: (stream: SpdyStream) => boolean;
}

/** The window that SPDY/3.1 starts with. */
const defaultWindow = 64 * 1024;

/** The peer is told of taken bytes when this many have been. */
const acknowledgeAfter = defaultWindow / 2;

/** Reading stops when this many received bytes wait for their readers, and goes on at half of it. */
const mostWaiting = 1024 * 1024;

/** Open streams in one session: 500 forwarded connections at once. */
const mostStreams = 1000;

/** Longest DATA frame that is sent. */
const longestData = 32 * 1024;

const nothing = Buffer.alloc(0);

interface Blocked {
  readonly stream: SpdyStream;
  readonly chunk: Buffer;
  readonly fin: boolean;
  readonly done: (error?: Error | null) => void;
}

/** A session; it ends when its connection does. */
export class SpdySession implements StreamCarrier {
  /** Resolves when the connection is gone; with the error where one broke it. */
  readonly closed: Promise<Error | undefined>;
  readonly #connection: Duplex;
  readonly #options: SpdySessionOptions;
  readonly #parser: FrameParser;
  readonly #headerReader = new SpdyHeaderReader();
  readonly #headerWriter = new SpdyHeaderWriter();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #pings = new Map<number, () => void>();
  #nextId: number;
  #nextPing: number;
  #lastPeerId = 0;
  #goneAway = false;
  #ended = false;
  #closing = false;
  #resolveClosed: (error: Error | undefined) => void = () => undefined;
  /** Writers to call when the connection has drained. */
  #undrained: ((error?: Error | null) => void)[] = [];
  #waiting = 0;
  #untold = 0;
  #peerKeepsWindows = false;
  #peerInitialWindow = defaultWindow;
  #sessionCredit = defaultWindow;
  #sessionSent = 0;
  #blocked: Blocked[] = [];

  constructor(connection: Duplex, options: SpdySessionOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#nextId = options.role === "client" ? 1 : 2;
    this.#nextPing = this.#nextId;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
    this.#parser = new FrameParser({
      control: (type, flags, payload) => this.#control(type, flags, payload),
      data: (id, chunk, fin) => this.#data(id, chunk, fin),
    });
    connection.on("data", (chunk: Buffer) => this.#receive(chunk));
    connection.on("drain", () => this.#drained());
    connection.on("error", (error: Error) => this.#end(error));
    connection.on("end", () => this.#end(undefined));
    connection.on("close", () => this.#end(undefined));
  }

  /** Opens a stream. Throws an Error where the session is ending. */
  openStream(headers: SpdyHeaders): SpdyStream {
    if (this.#ended || this.#goneAway) throw new Error("the SPDY session is closed");
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = new SpdyStream(this, id, headers);
    this.#streams.set(id, stream);
    const head = Buffer.alloc(10);
    head.writeUInt32BE(id, 0);
    const payload = Buffer.concat([head, this.#headerWriter.write(headers)]);
    this.#write(controlFrame(frameTypes.synStream, 0, payload));
    return stream;
  }

  /** Streams that are open now. */
  get streamCount(): number {
    return this.#streams.size;
  }

  /** Resolves when the peer has answered a PING. */
  ping(): Promise<void> {
    const id = this.#nextPing;
    this.#nextPing += 2;
    this.#write(numbersFrame(frameTypes.ping, id));
    return new Promise((resolve) => this.#pings.set(id, resolve));
  }

  /**
   * Says goodbye and ends the connection once what was written is sent. What still comes is read and dropped: a peer that
   * is held up in writing would not see the end.
   */
  close(): void {
    if (this.#ended || this.#closing) return;
    this.#closing = true;
    this.#connection.resume();
    this.#write(numbersFrame(frameTypes.goAway, this.#lastPeerId, 0));
    this.#goneAway = true;
    this.#connection.end();
  }

  /** Drops the connection; open streams fail with `error`, or end where there is none. */
  destroy(error?: Error): void {
    this.#end(error);
  }

  sendData(stream: SpdyStream, chunk: Buffer, fin: boolean, done: (error?: Error | null) => void): void {
    if (this.#ended || !this.#streams.has(stream.id)) {
      done(fin ? null : new Error("the stream was reset"));
      return;
    }
    const room = this.#room(stream);
    if (chunk.length > room) {
      if (room > 0) this.#sendFrames(stream, chunk.subarray(0, room), false);
      this.#blocked.push({ stream, chunk: chunk.subarray(room), fin, done });
      return;
    }
    if (this.#sendFrames(stream, chunk, fin)) done();
    else this.#undrained.push(done);
  }

  taken(stream: SpdyStream, count: number, waited: boolean): void {
    if (waited) {
      this.#waiting -= count;
      if (this.#waiting <= mostWaiting / 2 && this.#connection.isPaused()) this.#connection.resume();
    }
    if (this.#ended || !this.#peerKeepsWindows) return;
    stream.untold += count;
    this.#untold += count;
    if (stream.untold >= acknowledgeAfter && !stream.readableEnded) {
      this.#write(numbersFrame(frameTypes.windowUpdate, stream.id, stream.untold));
      stream.untold = 0;
    }
    if (this.#untold >= acknowledgeAfter) {
      this.#write(numbersFrame(frameTypes.windowUpdate, 0, this.#untold));
      this.#untold = 0;
    }
  }

  waiting(count: number): void {
    this.#waiting += count;
    if (this.#waiting > mostWaiting && !this.#closing) this.#connection.pause();
  }

  streamClosed(stream: SpdyStream, finished: boolean): void {
    if (!this.#streams.has(stream.id)) return;
    this.#forget(stream);
    if (!finished && !this.#ended) this.#reset(stream.id, resetCodes.cancel);
  }

  #receive(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      this.#parser.write(chunk);
    } catch (error) {
      this.#write(numbersFrame(frameTypes.goAway, this.#lastPeerId, 1));
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #control(type: number, flags: number, payload: Buffer): void {
    switch (type) {
      case frameTypes.synStream:
        this.#accept(payload, (flags & finFlag) !== 0);
        return;
      case frameTypes.synReply:
      case frameTypes.headers:
        this.#answered(payload, (flags & finFlag) !== 0);
        return;
      case frameTypes.rstStream:
        this.#wasReset(payload.readUInt32BE(0) & 0x7fffffff);
        return;
      case frameTypes.settings:
        this.#settings(payload);
        return;
      case frameTypes.ping:
        this.#pinged(payload.readUInt32BE(0));
        return;
      case frameTypes.goAway:
        this.#goneAway = true;
        return;
      case frameTypes.windowUpdate:
        this.#windowUpdate(payload.readUInt32BE(0) & 0x7fffffff, payload.readUInt32BE(4) & 0x7fffffff);
    }
  }

  #accept(payload: Buffer, fin: boolean): void {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = this.#headerReader.read(payload.subarray(10));
    const peersTurn = id % 2 === (this.#options.role === "server" ? 1 : 0);
    if (!peersTurn || id <= this.#lastPeerId) {
      this.#reset(id, resetCodes.protocolError);
      return;
    }
    this.#lastPeerId = id;
    const stream = new SpdyStream(this, id, headers);
    if (this.#goneAway || this.#streams.size >= mostStreams || this.#options.onStream?.(stream) !== true) {
      this.#reset(id, resetCodes.refusedStream);
      stream.destroy();
      return;
    }
    this.#streams.set(id, stream);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(id, 0);
    this.#write(controlFrame(frameTypes.synReply, 0, Buffer.concat([head, this.#headerWriter.write({})])));
    if (fin) stream.receive(Buffer.alloc(0), true);
  }

  #answered(payload: Buffer, fin: boolean): void {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    // The block must be read even where nobody asks: later blocks may refer to it.
    this.#headerReader.read(payload.subarray(4));
    if (fin) this.#streams.get(id)?.receive(Buffer.alloc(0), true);
  }

  #wasReset(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#forget(stream);
    stream.disconnect(undefined);
  }

  /** Takes a stream out of the session; what it still had to send fails. */
  #forget(stream: SpdyStream): void {
    this.#streams.delete(stream.id);
    const blocked = this.#blocked.filter((each) => each.stream === stream);
    this.#blocked = this.#blocked.filter((each) => each.stream !== stream);
    for (const { done } of blocked) done(new Error("the stream was reset"));
  }

  #settings(payload: Buffer): void {
    for (let at = 4; at + 8 <= payload.length; at += 8) {
      if ((payload.readUInt32BE(at) & 0xffffff) !== initialWindowSetting) continue;
      this.#peerKeepsWindows = true;
      this.#peerInitialWindow = payload.readUInt32BE(at + 4);
    }
    this.#sendBlocked();
  }

  #pinged(id: number): void {
    const own = id % 2 === this.#nextPing % 2;
    if (!own) this.#write(numbersFrame(frameTypes.ping, id));
    this.#pings.get(id)?.();
    this.#pings.delete(id);
  }

  #windowUpdate(id: number, more: number): void {
    this.#peerKeepsWindows = true;
    const stream = this.#streams.get(id);
    if (id === 0) this.#sessionCredit += more;
    else if (stream !== undefined) stream.credit += more;
    this.#sendBlocked();
  }

  #data(id: number, chunk: Buffer, fin: boolean): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.receive(this.#closing ? nothing : chunk, fin);
    else if (id > this.#lastPeerId && id >= this.#nextId) this.#reset(id, resetCodes.invalidStream);
  }

  #room(stream: SpdyStream): number {
    if (!this.#peerKeepsWindows) return Number.POSITIVE_INFINITY;
    const ofStream = this.#peerInitialWindow + stream.credit - stream.sent;
    return Math.max(0, Math.min(ofStream, this.#sessionCredit - this.#sessionSent));
  }

  #sendBlocked(): void {
    const blocked = this.#blocked;
    this.#blocked = [];
    for (const { stream, chunk, fin, done } of blocked) this.sendData(stream, chunk, fin, done);
  }

  /** Whether the connection takes more. */
  #sendFrames(stream: SpdyStream, chunk: Buffer, fin: boolean): boolean {
    let more = true;
    let at = 0;
    do {
      const piece = chunk.subarray(at, at + longestData);
      at += piece.length;
      const last = at >= chunk.length;
      this.#connection.cork();
      this.#write(dataHead(stream.id, fin && last, piece.length));
      if (piece.length > 0) this.#write(piece);
      this.#connection.uncork();
      more = !this.#connection.writableNeedDrain;
    } while (at < chunk.length);
    stream.sent += chunk.length;
    this.#sessionSent += chunk.length;
    return more;
  }

  #drained(): void {
    const undrained = this.#undrained;
    this.#undrained = [];
    for (const done of undrained) done();
  }

  #reset(id: number, code: number): void {
    this.#write(numbersFrame(frameTypes.rstStream, id, code));
  }

  #write(bytes: Buffer): void {
    if (!this.#ended && !this.#connection.writableEnded) this.#connection.write(bytes);
  }

  #end(error: Error | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    const unsent = [...this.#undrained, ...this.#blocked.map(({ done }) => done)];
    this.#undrained = [];
    this.#blocked = [];
    for (const stream of this.#streams.values()) stream.disconnect(error);
    this.#streams.clear();
    for (const done of unsent) done(error ?? new Error("the SPDY connection is closed"));
    this.#pings.clear();
    this.#connection.destroy();
    this.#resolveClosed(error);
  }
}
