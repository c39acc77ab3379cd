/** Reading request bodies into memory, never beyond a limit. */
import type { Readable } from "node:stream";
import { BodyTooLarge } from "./message.ts";

const empty = new Uint8Array(0);

/** True where a Content-Length header announces more than `limit` bytes. */
export const exceeds = (announced: string, limit: number): boolean => announced !== "" && Number(announced) > limit;

/** Resolves to the whole body; throws BodyTooLarge as soon as the announced or the received length passes `limit`. */
export function readWholeBody(source: Readable, announced: string, limit: number): Promise<Uint8Array> {
  if (exceeds(announced, limit)) return Promise.reject(new BodyTooLarge(limit));
  if (source.readableEnded) return Promise.resolve(empty);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const gone = (): void => reject(new Error("the connection closed before the body was complete"));
    source.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) {
        source.removeAllListeners("data");
        source.pause();
        chunks.length = 0;
        reject(new BodyTooLarge(limit));
      } else {
        chunks.push(chunk);
      }
    });
    source.once("end", () => {
      source.off("close", gone);
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length));
    });
    source.once("error", reject);
    source.once("close", gone);
  });
}
