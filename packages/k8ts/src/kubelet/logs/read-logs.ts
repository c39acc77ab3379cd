/**
 * Reading a container's log as `kubectl logs` asks for it. The file is read in blocks, lines are found in place, and one
 * block's output is written at once; following waits for the store to say that the file changed.
 */
import { fixedTimestamp, parseCriLine } from "./cri-line.ts";
import type { LogFile, LogStore } from "./log-store.ts";
import { tailStart } from "./tail.ts";

/** What to read: PodLogOptions in the reader's terms. */
export interface LogOptions {
  readonly follow: boolean;
  /** Only the last so many lines of the file; absent: all. */
  readonly tailLines?: number;
  /** Only lines of this time and later, milliseconds since the epoch. */
  readonly since?: number;
  readonly timestamps: boolean;
  /** Ends after this many bytes of output, perhaps within a line. */
  readonly limitBytes?: number;
  readonly stream: "All" | "Stdout" | "Stderr";
}

/** Who reads. */
export interface LogReader {
  /** Takes output; it is written on when this resolves. Throwing ends the reading with that error. */
  write(bytes: Buffer): Promise<void> | void;
  /** Aborts when the reader has gone. */
  readonly signal: AbortSignal;
  /**
   * For following: aborts when the container has ended. What it wrote until then is read, and then the reading ends.
   */
  readonly ended: AbortSignal;
}

const blockSize = 64 * 1024;
const newline = 0x0a;

/** Writes the log at `path`. Throws an Error where there is none, or where it is not in CRI's format. */
export async function readLogs(store: LogStore, path: string, options: LogOptions, reader: LogReader): Promise<void> {
  const file = await store.open(path);
  if (file === undefined)
    throw new Error(`failed to try resolving symlinks in path "${path}": lstat ${path}: no such file or directory`);
  const reading = new Reading(store, path, file, options, reader);
  try {
    await reading.run();
  } finally {
    await reading.close();
  }
}

class Reading {
  readonly #store: LogStore;
  readonly #path: string;
  readonly #options: LogOptions;
  readonly #reader: LogReader;
  #file: LogFile;
  #position = 0;
  readonly #block = Buffer.allocUnsafe(blockSize);
  /** The beginning of a line whose end has not been read yet. */
  #begun: Buffer = Buffer.alloc(0);
  #bytesLeft: number;
  #linesLeft = Number.POSITIVE_INFINITY;
  #known = false;
  /** Whether the next line starts one, rather than goes on with a partial one. */
  #lineStarts = true;
  #changes = 0;
  #wake: () => void = () => undefined;

  constructor(store: LogStore, path: string, file: LogFile, options: LogOptions, reader: LogReader) {
    this.#store = store;
    this.#path = path;
    this.#file = file;
    this.#options = options;
    this.#reader = reader;
    this.#bytesLeft = options.limitBytes ?? Number.POSITIVE_INFINITY;
  }

  async run(): Promise<void> {
    const { tailLines, follow } = this.#options;
    if (tailLines !== undefined) {
      this.#position = await tailStart(this.#file, tailLines);
      if (!follow) this.#linesLeft = tailLines;
    }
    if (follow) await this.#follow();
    else await this.#readAll(true);
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  get #done(): boolean {
    return this.#bytesLeft <= 0 || this.#linesLeft <= 0 || this.#reader.signal.aborted;
  }

  async #follow(): Promise<void> {
    const { signal, ended } = this.#reader;
    const changed = (): void => {
      this.#changes++;
      this.#wake();
    };
    const unwatch = this.#store.watch(this.#path, changed);
    signal.addEventListener("abort", changed, { once: true });
    ended.addEventListener("abort", changed, { once: true });
    try {
      while (!this.#done) {
        const seen = this.#changes;
        const last = ended.aborted;
        await this.#readAll(false);
        if (this.#done || (await this.#switchFile())) continue;
        if (last) return await this.#readAll(true);
        if (seen === this.#changes) await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      unwatch();
      signal.removeEventListener("abort", changed);
      ended.removeEventListener("abort", changed);
    }
  }

  /**
   * Goes over to the file that has taken the path (the log was rotated), once something was written to it: then the old
   * one is complete. Resolves to whether it did.
   */
  async #switchFile(): Promise<boolean> {
    const next = await this.#store.open(this.#path);
    if (next === undefined) return false;
    if (next.identity === this.#file.identity || ((await next.size()) === 0 && !this.#reader.ended.aborted)) {
      await next.close();
      return false;
    }
    await this.#readAll(true);
    await this.#file.close();
    this.#file = next;
    this.#position = 0;
    return true;
  }

  /** Reads to the end of the file; `atEnd`: a line without newline there is complete. */
  async #readAll(atEnd: boolean): Promise<void> {
    while (!this.#done) {
      const count = await this.#file.read(this.#block, this.#position);
      if (count === 0) break;
      this.#position += count;
      await this.#consume(this.#block.subarray(0, count));
    }
    if (!atEnd || this.#done || this.#begun.length === 0) return;
    const line = this.#begun;
    this.#begun = Buffer.alloc(0);
    const output: Buffer[] = [];
    this.#line(line, 0, line.length, output);
    await this.#write(output);
  }

  async #consume(block: Buffer): Promise<void> {
    const bytes = this.#begun.length > 0 ? Buffer.concat([this.#begun, block]) : block;
    const output: Buffer[] = [];
    let start = 0;
    while (!this.#done) {
      const end = bytes.indexOf(newline, start);
      if (end < 0) break;
      this.#line(bytes, start, end + 1, output);
      start = end + 1;
    }
    this.#begun = Buffer.from(bytes.subarray(start));
    await this.#write(output);
  }

  async #write(output: Buffer[]): Promise<void> {
    if (output.length > 0) await this.#reader.write(Buffer.concat(output));
  }

  #line(bytes: Buffer, start: number, end: number, output: Buffer[]): void {
    const line = parseCriLine(bytes, start, end);
    if (line === undefined) {
      if (this.#known) return;
      throw new Error(
        `failed to get parse function: unsupported log format: ${JSON.stringify(bytes.toString("utf8", start, end))}`,
      );
    }
    this.#known = true;
    const newlineAt = bytes[end - 1] === newline ? end - 1 : end;
    const contentEnd = line.partial ? newlineAt : end;
    const content = bytes.subarray(start + line.contentStart, contentEnd);
    this.#emit(bytes.toString("latin1", start, start + line.timestampLength), line.stream, content, output);
    this.#linesLeft--;
    this.#lineStarts = content.length === 0 || content[content.length - 1] === newline;
  }

  #emit(timestamp: string, stream: "stdout" | "stderr", content: Buffer, output: Buffer[]): void {
    const { since, timestamps, stream: wanted } = this.#options;
    if (since !== undefined && Date.parse(timestamp) < since) return;
    if (wanted !== "All" && wanted.toLowerCase() !== stream) return;
    if (timestamps && this.#lineStarts) this.#take(Buffer.from(`${fixedTimestamp(timestamp)} `, "latin1"), output);
    this.#take(content, output);
  }

  #take(bytes: Buffer, output: Buffer[]): void {
    const piece = bytes.length > this.#bytesLeft ? bytes.subarray(0, this.#bytesLeft) : bytes;
    this.#bytesLeft -= piece.length;
    if (piece.length > 0) output.push(piece);
  }
}
