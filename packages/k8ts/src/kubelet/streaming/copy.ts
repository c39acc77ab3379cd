/** Copying bytes between streams that belong to somebody else. */

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
    for await (const chunk of from) {
      if (!open || to.write(chunk as Buffer)) continue;
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
  for await (const chunk of from) {
    length += (chunk as Buffer).length;
    if (length > longest) throw new Error(`more than ${longest} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}
