/** A list's bytes in as few runs as memory allows. */
import type { CacheRecord } from "./record.ts";
import type { Slab } from "./slab.ts";

/**
 * Runs shorter than this are copied together: a write costs more than copying a kilobyte. Longer ones go out as they lie:
 * buffers to copy them into would make the garbage collector run, which costs more than the writes.
 */
const shortRun = 2 << 10;
const gatherSize = 64 << 10;

/**
 * The records' JSON joined by commas. Records that lie next to each other go out as one view without copying; scattered
 * short ones are gathered into buffers of 64 KB.
 */
export function* runsOf(records: readonly CacheRecord[]): Iterable<Uint8Array> {
  const gather = new Gather();
  for (const run of contiguous(records)) {
    if (run.end - run.start >= shortRun) {
      yield* gather.flush();
      yield run.slab.bytes.subarray(run.start, run.end);
    } else yield* gather.add(run);
  }
  yield* gather.flush();
}

interface Run {
  slab: Slab;
  start: number;
  /** Past the comma, but for the last run. */
  end: number;
}

function* contiguous(records: readonly CacheRecord[]): Iterable<Run> {
  let run: Run | undefined;
  for (const { slab, offset, length } of records) {
    if (run && run.slab === slab && run.end === offset) {
      run.end = offset + length + 1;
      continue;
    }
    if (run) yield run;
    run = { slab, start: offset, end: offset + length + 1 };
  }
  if (run) yield { ...run, end: run.end - 1 };
}

class Gather {
  #buffer: Buffer | undefined;
  #used = 0;

  *add(run: Run): Iterable<Uint8Array> {
    const length = run.end - run.start;
    if (this.#buffer && this.#used + length > gatherSize) yield* this.flush();
    this.#buffer ??= Buffer.allocUnsafeSlow(gatherSize);
    run.slab.bytes.copy(this.#buffer, this.#used, run.start, run.end);
    this.#used += length;
  }

  *flush(): Iterable<Uint8Array> {
    if (!this.#buffer) return;
    yield this.#buffer.subarray(0, this.#used);
    this.#buffer = undefined;
    this.#used = 0;
  }
}
