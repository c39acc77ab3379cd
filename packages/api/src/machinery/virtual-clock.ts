/** A clock that moves only when it is told to: months of cluster life in seconds, and tests without waiting. */
import { sleepOn, type Clock, type Timer } from "./clock.ts";

interface Pending {
  readonly due: number;
  readonly order: number;
  /** Taken away when it is cancelled or has fired. */
  run: (() => void) | undefined;
}

const earlier = (a: Pending, b: Pending): boolean => a.due < b.due || (a.due === b.due && a.order < b.order);

/** A Clock under the caller's hand. Timers fire in order of their time, then of their setting. */
export class VirtualClock implements Clock {
  #now: number;
  #elapsed = 0;
  #order = 0;
  /** A binary heap, earliest first. */
  readonly #timers: Pending[] = [];
  #live = 0;

  /** Starts at `start`, milliseconds since the epoch. */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  setTimer(milliseconds: number, run: () => void): Timer {
    const due = this.#now + (milliseconds > 0 ? milliseconds : 0);
    const pending: Pending = { due, order: this.#order++, run };
    this.#push(pending);
    this.#live++;
    return { cancel: () => this.#take(pending) };
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, milliseconds, signal);
  }

  /** Timers that are set and neither fired nor cancelled. */
  get pending(): number {
    return this.#live;
  }

  /** When the next timer is due, in milliseconds since the epoch. */
  get next(): number | undefined {
    while (this.#timers.length > 0 && this.#timers[0]?.run === undefined) this.#pop();
    return this.#timers[0]?.due;
  }

  /**
   * Moves time on by `milliseconds`, firing what falls due, each at its own time. Between timers the microtasks and the
   * I/O callbacks that are ready run, so that whoever awaits sees its time and may set timers that still fire in this step.
   */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (let next = this.next; next !== undefined && next <= end; next = this.next) {
      this.#fire();
      await settle();
    }
    this.#moveTo(end);
  }

  /** Fires timers until none is left, or `limit` of them fired (which throws: something sets them for ever). */
  async runUntilIdle(limit = 100_000): Promise<void> {
    await settle();
    for (let count = 0; this.next !== undefined; count++) {
      if (count >= limit) throw new Error(`timers still pending after ${limit} fired`);
      this.#fire();
      await settle();
    }
  }

  #fire(): void {
    const pending = this.#pop();
    if (!pending) return;
    this.#moveTo(pending.due);
    this.#take(pending)?.();
  }

  #take(pending: Pending): (() => void) | undefined {
    const { run } = pending;
    if (run) this.#live--;
    pending.run = undefined;
    return run;
  }

  #moveTo(time: number): void {
    if (time <= this.#now) return;
    this.#elapsed += time - this.#now;
    this.#now = time;
  }

  #push(pending: Pending): void {
    const heap = this.#timers;
    let index = heap.push(pending) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!earlier(pending, heap[parent] as Pending)) break;
      heap[index] = heap[parent] as Pending;
      index = parent;
    }
    heap[index] = pending;
  }

  #pop(): Pending | undefined {
    const heap = this.#timers;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && earlier(heap[child + 1] as Pending, heap[child] as Pending)) child++;
      if (!earlier(heap[child] as Pending, last)) break;
      heap[index] = heap[child] as Pending;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

/** Resolves after the microtasks and what they started have run. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener("message", () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage(undefined);
    }
  });
}
