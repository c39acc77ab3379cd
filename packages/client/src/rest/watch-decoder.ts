/** From the bytes of a watch response to its frames: JSON objects, one a line, cut anywhere by the network. */

const newline = 10;

/**
 * Collects chunks until a line ends. Every byte is looked at once and copied at most once, so that a large object that
 * arrives in many small chunks costs no more than its length.
 */
export class LineSplitter {
  readonly #line: (bytes: Uint8Array) => void;
  #pending: Uint8Array[] = [];

  /** `line` is called with each non-empty line, without its newline; the bytes are valid during the call only. */
  constructor(line: (bytes: Uint8Array) => void) {
    this.#line = line;
  }

  /** Takes the next chunk, which the splitter may keep. */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      this.#emit(chunk.subarray(start, end));
      start = end + 1;
    }
    if (start < chunk.length) this.#pending.push(start === 0 ? chunk : chunk.subarray(start));
  }

  /** True where the last line has not ended: the stream was cut. */
  get incomplete(): boolean {
    return this.#pending.length > 0;
  }

  #emit(last: Uint8Array): void {
    if (this.#pending.length === 0) {
      if (last.length > 0) this.#line(last);
      return;
    }
    const pending = this.#pending;
    this.#pending = [];
    pending.push(last);
    this.#line(concatenate(pending));
  }
}

/** One array of all bytes. */
export function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0]!;
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
