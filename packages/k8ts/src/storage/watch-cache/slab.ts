/**
 * Bytes at rest: large append-only blocks of memory that records lie in one after the other, each followed by a comma, so
 * that neighbours in a list are one run of bytes. Nothing is ever overwritten: a slab whose records have mostly died is
 * emptied by copying the living on, and its memory goes when the last view of it goes. So a view stays right for as
 * long as somebody holds it.
 */

/** First slab of a cache, in bytes; each further one doubles what there is, up to the largest. */
const smallestSlab = 16 << 10;
const largestSlab = 32 << 20;

const comma = 0x2c;

/** One block. */
export class Slab {
  readonly bytes: Buffer;
  /** Bytes written. */
  used = 0;
  /** Bytes of records still in the index. */
  live = 0;

  constructor(size: number) {
    // Shared, so that worker threads can serve the same bytes.
    this.bytes = Buffer.from(new SharedArrayBuffer(size));
  }
}

/** Where a record lies; its comma follows it. */
export interface Place {
  readonly slab: Slab;
  readonly offset: number;
  readonly length: number;
}

/** The slabs of one cache. */
export class Slabs {
  #open: Slab | undefined;
  #slabs = new Set<Slab>();
  #size = 0;

  /** Bytes allocated. */
  get size(): number {
    return this.#size;
  }

  /** Room for `length` bytes and their comma. The caller writes the bytes before anybody else runs. */
  reserve(length: number): Place {
    const slab = this.#withRoom(length + 1);
    const place = { slab, offset: slab.used, length };
    slab.bytes[slab.used + length] = comma;
    slab.used += length + 1;
    slab.live += length + 1;
    return place;
  }

  /** A record at `place` is no longer listed. True where its slab is now worth emptying. */
  release({ slab, length }: Place): boolean {
    slab.live -= length + 1;
    if (slab.live === 0 && slab !== this.#open) this.drop(slab);
    return this.wasteful(slab);
  }

  /** Mostly dead: half of a full slab. */
  wasteful(slab: Slab): boolean {
    return slab !== this.#open && this.#slabs.has(slab) && slab.live * 2 < slab.used;
  }

  drop(slab: Slab): void {
    if (this.#slabs.delete(slab)) this.#size -= slab.bytes.length;
  }

  #withRoom(length: number): Slab {
    const open = this.#open;
    if (open && open.bytes.length - open.used >= length) return open;
    const doubled = Math.min(largestSlab, Math.max(smallestSlab, this.#size));
    const slab = new Slab(Math.max(doubled, length));
    this.#slabs.add(slab);
    this.#size += slab.bytes.length;
    this.#open = slab;
    if (open?.live === 0) this.drop(open);
    return slab;
  }
}
