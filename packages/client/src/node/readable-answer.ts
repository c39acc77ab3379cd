/** An HTTP answer whose body is a node stream: HTTP/2's or HTTP/1.1's. */
import { Readable } from "node:stream";
import { ConnectionError, type HttpAnswer } from "../rest/http-exchange.ts";
import { concatenate } from "../rest/watch-decoder.ts";

/** Headers as strings; pseudo-headers left out, repeated ones joined. */
export function plainHeaders(
  headers: Readonly<Record<string, string | string[] | number | undefined>>,
): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":"))
      plain[name] = Array.isArray(value) ? value.join(", ") : String(value);
  }
  return plain;
}

/**
 * Wraps a body; `body` errors become ConnectionError, or the signal's reason where that aborted. `cut` tells whether a body
 * that has ended was cut short (node ends an HTTP/2 stream quietly when its connection goes).
 */
export function readableAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Readable,
  signal: AbortSignal | undefined,
  cut: () => boolean = () => false,
): HttpAnswer {
  // The body may break before anyone reads it; readers hear of it from `destroyed` or the error event that they add.
  let broken: unknown;
  body.on("error", (error) => (broken = error));
  const failure = (error: unknown): unknown => {
    if (signal?.aborted) return signal.reason;
    return new ConnectionError(error ?? "the connection was lost within the answer");
  };
  const consume = (chunk: (bytes: Uint8Array) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      if (body.destroyed && !body.readableEnded) return reject(failure(broken) as Error);
      body.on("data", (bytes: Uint8Array) => {
        try {
          chunk(bytes);
        } catch (error) {
          reject(error as Error);
          body.destroy();
        }
      });
      body.once("end", () => (cut() ? reject(failure(broken) as Error) : resolve()));
      body.once("error", (error) => reject(failure(error) as Error));
      body.once("close", () => reject(failure(broken) as Error));
    });
  return {
    status,
    headers,
    consume,
    async bytes() {
      const chunks: Uint8Array[] = [];
      await consume((bytes) => chunks.push(bytes));
      return concatenate(chunks);
    },
    stream: () => Readable.toWeb(body) as unknown as ReadableStream<Uint8Array>,
  };
}
