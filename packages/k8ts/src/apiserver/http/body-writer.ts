/**
 * Writing bodies with the connection's own pace: runs are pulled as the peer takes them, a slow reader costs no memory.
 */
import type { Writable } from "node:stream";
import { createGzip, constants } from "node:zlib";
import { headerOf, type ByteSink, type HttpResponse, type RequestHeaders, type RunsBody } from "./message.ts";

/** Smaller bodies are not worth compressing; upstream's threshold. */
const gzipThreshold = 128 * 1024;

/** Runs are handed over in batches of about this many bytes: a list may have thousands of them. */
const batchSize = 256 * 1024;

/** Writes runs one after the other, waiting for room between batches, then ends `target`. */
export function writeRuns(target: Writable, runs: Iterable<Uint8Array>): void {
  const iterator = runs[Symbol.iterator]();
  /** Writes a batch; true where that was the last. */
  const writeBatch = (): boolean => {
    for (let bytes = 0; bytes < batchSize;) {
      const next = iterator.next();
      if (next.done) return true;
      target.write(next.value);
      bytes += next.value.length;
    }
    return false;
  };
  const pump = (): void => {
    if (target.destroyed) {
      iterator.return?.();
      return;
    }
    target.cork();
    const last = writeBatch();
    if (last) target.end();
    else target.once("drain", pump);
    target.uncork();
  };
  pump();
}

/** A sink over a Node stream. */
export function sinkOver(target: Writable): ByteSink {
  let open = true;
  const closers: (() => void)[] = [];
  target.once("close", () => {
    open = false;
    for (const call of closers.splice(0)) call();
  });
  return {
    write: (bytes) => (open ? target.write(bytes) : true),
    get pending() {
      return target.writableLength;
    },
    onDrain: (call) => void target.on("drain", call),
    onClose: (call) => {
      if (open) closers.push(call);
      else call();
    },
    end: () => {
      if (open) target.end();
    },
    fail: () => {
      if (open) target.destroy();
    },
  };
}

/** True where this response goes out compressed: the client takes gzip and the body is large and not a stream. */
export function wantsGzip(requestHeaders: RequestHeaders, response: HttpResponse): boolean {
  const body = response.body;
  if (!body || "stream" in body || response.headers["content-encoding"] !== undefined) return false;
  if ((body.length ?? Number.POSITIVE_INFINITY) <= gzipThreshold) return false;
  const accepted = headerOf(requestHeaders, "accept-encoding");
  return accepted !== "" && accepted.split(",").some((token) => token.trim() === "gzip");
}

/** Compresses at level 1, as upstream does: the least work for nearly the same size. */
export function writeGzip(target: Writable, body: Uint8Array | RunsBody): void {
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
  gzip.on("error", () => target.destroy());
  target.once("close", () => gzip.destroy());
  gzip.pipe(target);
  writeRuns(gzip, body instanceof Uint8Array ? [body] : body.runs);
}

/** The headers that go with a body: its length where it is known, its compression where it is compressed. */
export function bodyHeaders(response: HttpResponse, gzip: boolean): void {
  const { body, headers } = response;
  if (gzip) {
    headers["content-encoding"] = "gzip";
    headers["vary"] = "Accept-Encoding";
    return;
  }
  const length = body === undefined ? 0 : "stream" in body ? undefined : body.length;
  if (length !== undefined && response.status !== 204 && response.status !== 304) {
    headers["content-length"] = String(length);
  }
}

/** Sends a response's body to `target` and ends it. */
export function writeBody(target: Writable, response: HttpResponse, gzip: boolean): void {
  const { body } = response;
  if (body === undefined) target.end();
  else if ("stream" in body) body.stream(sinkOver(target));
  else if (gzip) writeGzip(target, body);
  else if (body instanceof Uint8Array) target.end(body);
  else writeRuns(target, body.runs);
}
