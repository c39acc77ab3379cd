/** Where the last lines of a file begin. */
import type { LogFile } from "./log-store.ts";

const blockSize = 64 * 1024;
const newline = 0x0a;

/** The position of the last `lines` lines; what follows the last newline is no line. Reads from the end, as far as needed. */
export async function tailStart(file: LogFile, lines: number): Promise<number> {
  const block = Buffer.allocUnsafe(blockSize);
  let right = await file.size();
  let found = 0;
  while (right > 0) {
    const left = Math.max(0, right - blockSize);
    const count = await file.read(block.subarray(0, right - left), left);
    for (
      let at = block.lastIndexOf(newline, count - 1);
      at >= 0;
      at = at > 0 ? block.lastIndexOf(newline, at - 1) : -1
    ) {
      if (++found > lines) return left + at + 1;
    }
    right = left;
  }
  return 0;
}
