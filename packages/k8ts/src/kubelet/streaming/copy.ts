/** Copying bytes between streams that belong to somebody else. */
import type { Readable } from "node:stream";

/** Reading to the end would otherwise destroy a Duplex, its writing half with it. */
function chunksOf(from: NodeJS.ReadableStream): AsyncIterable<Buffer> {
  return (from as Readable).iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/**
 * Writes all of `from` to `to`, no faster than it takes them, and does not end it. Resolves at the end of `from`, or
 * when `to` takes no more (closed, broken): then the rest is read and dropped, so that the sender is not held up.
 * Rejects where `from` fails.
 */
export async function copyBytes(from: NodeJS.ReadableStream, to: NodeJS.WritableStream): Promise<void> {
  let open = to.writable;
  let wake = (): void => undefined;
  const closed = (): void => {
    open = false;
    wake();
  };
  const drained = (): void => wake();
  to.on("close", closed).on("error", closed).on("drain", drained);
  try {
    for await (const chunk of chunksOf(from)) {
      if (!open || to.write(chunk)) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (!open) resolve();
      });
    }
  } finally {
    to.removeListener("close", closed).removeListener("drain", drained);
    // The error listener stays: a write that was accepted may still fail, and nobody else may be listening.
  }
}

/** All of a stream as text; rejects where it is longer than `longest` bytes. */
export async function readText(from: NodeJS.ReadableStream, longest: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(from)) {
    length += chunk.length;
    if (length > longest) throw new Error(`more than ${longest} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
