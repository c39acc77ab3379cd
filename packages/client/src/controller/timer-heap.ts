/** Items that become due: a binary heap by time, and one timer for the first of them. */
import type { Clock, Timer } from "@k8ts/api";

interface Entry {
  readonly item: string;
  due: number;
  /** Ties go in order of arrival. */
  readonly order: number;
  at: number;
}

/** Calls `run` with each item once it is due; adding an item again keeps the earlier time. */
export class TimerHeap {
  readonly #clock: Clock;
  readonly #run: (item: string) => void;
  readonly #heap: Entry[] = [];
  readonly #entries = new Map<string, Entry>();
  #timer: Timer | undefined;
  #timerDue = Infinity;
  #order = 0;

  constructor(clock: Clock, run: (item: string) => void) {
    this.#clock = clock;
    this.#run = run;
  }

  /** How many wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** Makes the item due in `milliseconds`, where it is not sooner already. */
  add(item: string, milliseconds: number): void {
    const due = this.#clock.monotonic() + milliseconds;
    const known = this.#entries.get(item);
    if (known) {
      if (known.due <= due) return;
      known.due = due;
      this.#up(known.at);
    } else {
      const entry: Entry = { item, due, order: this.#order++, at: this.#heap.length };
      this.#entries.set(item, entry);
      this.#heap.push(entry);
      this.#up(entry.at);
    }
    this.#arm();
  }

  /** Forgets everything. */
  clear(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerDue = Infinity;
    this.#heap.length = 0;
    this.#entries.clear();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (!first || first.due >= this.#timerDue) return;
    this.#timer?.cancel();
    this.#timerDue = first.due;
    this.#timer = this.#clock.setTimer(Math.max(0, first.due - this.#clock.monotonic()), () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    this.#timerDue = Infinity;
    const now = this.#clock.monotonic();
    // A timer may fire a fraction of a millisecond early; half of one is no reason to arm another.
    while (this.#heap[0] && this.#heap[0].due <= now + 0.5) {
      const { item } = this.#heap[0];
      this.#pop();
      this.#run(item);
    }
    this.#arm();
  }

  #pop(): void {
    const first = this.#heap[0]!;
    const last = this.#heap.pop()!;
    this.#entries.delete(first.item);
    if (last === first) return;
    this.#place(last, 0);
    this.#down(0);
  }

  #place(entry: Entry, at: number): void {
    this.#heap[at] = entry;
    entry.at = at;
  }

  #up(from: number): void {
    const entry = this.#heap[from]!;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(entry, this.#heap[parent]!)) break;
      this.#place(this.#heap[parent]!, at);
      at = parent;
    }
    this.#place(entry, at);
  }

  #down(from: number): void {
    const entry = this.#heap[from]!;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      if (!before(this.#heap[child]!, entry)) break;
      this.#place(this.#heap[child]!, at);
      at = child;
    }
    this.#place(entry, at);
  }
}

const before = (a: Entry, b: Entry): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);
