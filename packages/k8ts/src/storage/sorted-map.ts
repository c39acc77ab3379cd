/**
 * Keyed values in key order: what a B-tree leaf level is, without the tree. Chunks of at most 512 entries keep an
 * insertion to a few microseconds at a million keys, and iteration to array reads.
 */

/** A value that knows its key. */
export interface Keyed {
  readonly key: string;
}

const chunkSize = 512;

/** A map in key order (UTF-16 code units, which for Kubernetes' ASCII names is etcd's byte order). */
export class SortedMap<V extends Keyed> {
  #chunks: V[][] = [[]];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    const chunk = this.#chunks[this.#chunkFor(key)]!;
    const found = chunk[lowerBound(chunk, key)];
    return found?.key === key ? found : undefined;
  }

  /** Puts `value` under its key; returns what was there. */
  set(value: V): V | undefined {
    const at = this.#chunkFor(value.key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, value.key);
    const found = chunk[index];
    if (found?.key === value.key) {
      chunk[index] = value;
      return found;
    }
    chunk.splice(index, 0, value);
    this.#size++;
    if (chunk.length > chunkSize) this.#split(at, chunk, index);
    return undefined;
  }

  delete(key: string): V | undefined {
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at]!;
    const index = lowerBound(chunk, key);
    const found = chunk[index];
    if (found?.key !== key) return undefined;
    chunk.splice(index, 1);
    this.#size--;
    if (chunk.length === 0 && this.#chunks.length > 1) this.#chunks.splice(at, 1);
    return found;
  }

  clear(): void {
    this.#chunks = [[]];
    this.#size = 0;
  }

  /** Values with keys ≥ `from`, in order. Changing the map while iterating is not allowed. */
  *from(from: string): IterableIterator<V> {
    let at = this.#chunkFor(from);
    let index = lowerBound(this.#chunks[at]!, from);
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at]!;
      for (; index < chunk.length; index++) yield chunk[index]!;
    }
  }

  /** Values whose keys start with `prefix`, as a new array, in order; those after key `after` only, where it is given. */
  range(prefix: string, after = ""): V[] {
    const values: V[] = [];
    const start = after > prefix ? after : prefix;
    let at = this.#chunkFor(start);
    let index = lowerBound(this.#chunks[at]!, start);
    for (; at < this.#chunks.length; at++, index = 0) {
      const chunk = this.#chunks[at]!;
      for (; index < chunk.length; index++) {
        const value = chunk[index]!;
        if (!value.key.startsWith(prefix)) return values;
        if (value.key !== after) values.push(value);
      }
    }
    return values;
  }

  /** The last chunk whose first key is ≤ `key` (or the first chunk). */
  #chunkFor(key: string): number {
    let low = 0;
    let high = this.#chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#chunks[middle]![0]!.key <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Halves a full chunk; one filled in ascending order is cut at its end, so that bulk loads leave full chunks. */
  #split(at: number, chunk: V[], inserted: number): void {
    const cut = inserted === chunk.length - 1 ? chunk.length - 1 : chunk.length >> 1;
    this.#chunks.splice(at + 1, 0, chunk.splice(cut));
  }
}

function lowerBound<V extends Keyed>(chunk: readonly V[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (chunk[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
