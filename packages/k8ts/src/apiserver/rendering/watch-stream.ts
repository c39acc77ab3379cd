/**
 * A watch as a response body. Frames that come within one tick go out as one write, for all watches of the server
 * together, so that a busy connection sees few large TLS records instead of many small ones.
 */
import type { Metrics, ResourceSchema } from "@k8ts/api";
import { statusErrorOf } from "../error-response.ts";
import type { StoreEvent, StoreSink } from "../../registry/resource-store.ts";
import type { ByteSink, StreamBody } from "../http/index.ts";
import type { Framer } from "./watch-frames.ts";

/** With this many bytes handed over and not yet sent, the store waits for the client. */
const busyAt = 1024 * 1024;
/** Frames are joined into writes of about this size. */
const writeSize = 256 * 1024;

/** Calls what was asked for once at the end of the current tick. */
export class TickFlusher {
  #dirty = new Set<() => void>();
  #scheduled = false;

  add(flush: () => void): void {
    this.#dirty.add(flush);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const calls = this.#dirty;
      this.#dirty = new Set();
      for (const call of calls) call();
    });
  }
}

/** Counts watch events under upstream's names. */
export interface WatchMeter {
  events(resource: ResourceSchema, count: number, bytes: number): void;
}

/** Makes the meter over `metrics`. */
export function watchMeter(metrics: Metrics): WatchMeter {
  const labels = ["group", "version", "resource"];
  const total = metrics.counter("apiserver_watch_events_total", "Number of events sent in watch clients", labels);
  const sizes = metrics.counter("apiserver_watch_events_bytes_total", "Bytes sent in watch clients", labels);
  return {
    events({ group, version, resource }, count, bytes) {
      total.add(count, group, version, resource);
      sizes.add(bytes, group, version, resource);
    },
  };
}

/**
 * Between a store's watch and a response. Frames are built when the connection takes them, so that a client which reads
 * slowly holds the store's watch back and costs no more memory than a few writes.
 */
export class WatchStream implements StoreSink, StreamBody {
  readonly #framer: Framer;
  readonly #flusher: TickFlusher;
  readonly #count: (events: number, bytes: number) => void;
  readonly #stop: () => void;
  #queue: (StoreEvent | undefined)[] = [];
  /** Index of the next event in #queue. */
  #next = 0;
  #sink: ByteSink | undefined;
  #ended = false;
  #lastFrame: Uint8Array | undefined;
  /** Lets the store go on. */
  #resume: (() => void) | undefined;
  readonly #flush = (): void => this.#write();

  /** `stop` ends the store's watch; called when the client leaves, or an event cannot be shown to it. */
  constructor(framer: Framer, flusher: TickFlusher, count: (events: number, bytes: number) => void, stop: () => void) {
    this.#framer = framer;
    this.#flusher = flusher;
    this.#count = count;
    this.#stop = stop;
  }

  events(events: readonly StoreEvent[]): void | Promise<void> {
    for (const event of events) this.#queue.push(event);
    this.#flusher.add(this.#flush);
    if (this.#sink && this.#sink.pending < busyAt) return undefined;
    return new Promise((resolve) => (this.#resume = resolve));
  }

  closed(error?: Error): void {
    if (this.#ended) return;
    this.#over(error);
    this.#write();
  }

  stream(sink: ByteSink): void {
    this.#sink = sink;
    sink.onClose(this.#stop);
    sink.onDrain(this.#flush);
    this.#write();
  }

  #write(): void {
    const sink = this.#sink;
    if (!sink) return;
    while (this.#next < this.#queue.length) {
      if (sink.pending >= busyAt) return;
      this.#writeSome(sink);
    }
    this.#queue = [];
    this.#next = 0;
    if (this.#ended) this.#end(sink);
    else if (this.#resume && sink.pending < busyAt) {
      const resume = this.#resume;
      this.#resume = undefined;
      resume();
    }
  }

  #writeSome(sink: ByteSink): void {
    const frames: Uint8Array[] = [];
    let bytes = 0;
    try {
      while (this.#next < this.#queue.length && bytes < writeSize) {
        const frame = this.#framer.frame(this.#queue[this.#next]!);
        this.#queue[this.#next++] = undefined;
        bytes += frame.length;
        frames.push(frame);
      }
    } catch (error) {
      this.#queue.length = this.#next;
      this.#over(error);
      this.#stop();
    }
    this.#count(frames.length, bytes);
    if (frames.length > 0) sink.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames, bytes));
  }

  #over(error: unknown): void {
    this.#ended = true;
    if (error) this.#lastFrame = this.#framer.error(statusErrorOf(error).status);
  }

  #end(sink: ByteSink): void {
    if (this.#lastFrame) sink.write(this.#lastFrame);
    this.#lastFrame = undefined;
    sink.end();
  }
}
