/** A binary heap whose items can also be removed from the middle: the scheduler's ordered queues. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #places = new Map<string, number>();
  readonly #key: (item: T) => string;
  readonly #before: (a: T, b: T) => boolean;

  /** `key` identifies an item; `before` says which of two comes out first. */
  constructor(key: (item: T) => string, before: (a: T, b: T) => boolean) {
    this.#key = key;
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  get(key: string): T | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#items[place];
  }

  peek(): T | undefined {
    return this.#items[0];
  }

  values(): readonly T[] {
    return this.#items;
  }

  /** Adds an item, or puts it in its new place where its key is there already. O(log n). */
  push(item: T): void {
    const key = this.#key(item);
    const place = this.#places.get(key) ?? this.#items.length;
    this.#put(item, place);
    this.#settle(place);
  }

  /** Takes out the first item. O(log n). */
  pop(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.delete(this.#key(first));
    return first;
  }

  /** Takes out the item with this key. O(log n). */
  delete(key: string): T | undefined {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const item = this.#items[place]!;
    const last = this.#items.pop()!;
    this.#places.delete(key);
    if (place < this.#items.length) {
      this.#put(last, place);
      this.#settle(place);
    }
    return item;
  }

  #put(item: T, place: number): void {
    this.#items[place] = item;
    this.#places.set(this.#key(item), place);
  }

  #settle(place: number): void {
    this.#down(this.#up(place));
  }

  #up(from: number): number {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#before(this.#items[place]!, this.#items[parent]!)) break;
      this.#swap(place, parent);
      place = parent;
    }
    return place;
  }

  #down(from: number): void {
    let place = from;
    for (;;) {
      let first = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < this.#items.length && this.#before(this.#items[child]!, this.#items[first]!)) first = child;
      }
      if (first === place) return;
      this.#swap(place, first);
      place = first;
    }
  }

  #swap(a: number, b: number): void {
    const held = this.#items[a]!;
    this.#put(this.#items[b]!, a);
    this.#put(held, b);
  }
}
