/**
 * What a client still sends of a body that its answer did not wait for is read and thrown away for a while: a client that
 * writes to a closed connection gets a reset instead of the answer.
 */
import type { Readable } from "node:stream";
import type { Clock } from "@k8ts/api";

/** Most bytes that are thrown away; five times what any body may have. */
const maxDiscarded = 16 * 1024 * 1024;
/** Milliseconds that a client has for it. */
const maxLinger = 5000;

/** Reads `source` to its end and forgets it; calls `cut` where that takes too long or too much. */
export function discardRest(source: Readable, clock: Clock, cut: () => void): void {
  let left = maxDiscarded;
  const over = (): void => {
    timer.cancel();
    source.off("data", count);
  };
  const count = (chunk: Uint8Array): void => {
    left -= chunk.length;
    if (left < 0) cut();
  };
  const timer = clock.setTimer(maxLinger, cut);
  source.on("error", () => {});
  source.once("end", over);
  source.once("close", over);
  source.on("data", count);
  source.resume();
}
