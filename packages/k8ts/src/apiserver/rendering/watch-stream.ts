/**
 * A watch as a response body. Frames that come within one tick go out as one write, for all watches of the server
 * together, so that a busy connection sees few large TLS records instead of many small ones.
 */
import type { Metrics, ResourceSchema } from "@k8ts/api";
import { statusErrorOf } from "../error-response.ts";
import type { StoreEvent, StoreSink } from "../../registry/resource-store.ts";
import type { ByteSink, StreamBody } from "../http/index.ts";
import type { Framer } from "./watch-frames.ts";

/** A client that reads slower than events come is cut off at this many bytes; it watches anew from where it was. */
const maxPending = 16 * 1024 * 1024;

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

/** Between a store's watch and a response. */
export class WatchStream implements StoreSink, StreamBody {
  readonly #framer: Framer;
  readonly #flusher: TickFlusher;
  readonly #count: (events: number, bytes: number) => void;
  readonly #stop: () => void;
  #frames: Uint8Array[] = [];
  #bytes = 0;
  #sink: ByteSink | undefined;
  #ended = false;
  readonly #flush = (): void => this.#write();

  /** `stop` ends the store's watch; called when the client leaves or falls too far behind. */
  constructor(framer: Framer, flusher: TickFlusher, count: (events: number, bytes: number) => void, stop: () => void) {
    this.#framer = framer;
    this.#flusher = flusher;
    this.#count = count;
    this.#stop = stop;
  }

  events(events: readonly StoreEvent[]): void {
    const before = this.#bytes;
    for (const event of events) this.#push(this.#framer.frame(event));
    this.#count(events.length, this.#bytes - before);
    this.#flusher.add(this.#flush);
  }

  closed(error?: Error): void {
    if (error) this.#push(this.#framer.error(statusErrorOf(error).status));
    this.#ended = true;
    this.#write();
  }

  stream(sink: ByteSink): void {
    this.#sink = sink;
    sink.onClose(this.#stop);
    this.#write();
  }

  #push(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#bytes += frame.length;
  }

  #write(): void {
    const sink = this.#sink;
    if (!sink) return;
    if (this.#frames.length > 0) {
      sink.write(this.#frames.length === 1 ? this.#frames[0]! : Buffer.concat(this.#frames, this.#bytes));
      this.#frames = [];
      this.#bytes = 0;
    }
    if (this.#ended) sink.end();
    else if (sink.pending > maxPending) {
      this.#stop();
      sink.fail();
    }
  }
}
