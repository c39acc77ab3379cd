/** Growing delays between attempts. */
import type { Clock, Random } from "@k8ts/api";

/** The shape of a backoff; durations in milliseconds. */
export interface BackoffShape {
  readonly initial: number;
  readonly factor: number;
  readonly cap: number;
  /** A delay d becomes one in [d, d·(1+jitter)). */
  readonly jitter: number;
  /** After so long without a delay, start from `initial` again. */
  readonly resetAfter?: number;
}

/** client-go's reflector: 0.8 s doubling to 30 s, each up to doubled by chance, reset after two good minutes. */
export const reflectorBackoff: BackoffShape = { initial: 800, factor: 2, cap: 30_000, jitter: 1, resetAfter: 120_000 };

/** Gives the delay before the next attempt. */
export class Backoff {
  readonly #shape: BackoffShape;
  readonly #clock: Clock;
  readonly #random: Random;
  #next: number;
  #last = -Infinity;

  constructor(shape: BackoffShape, clock: Clock, random: Random) {
    this.#shape = shape;
    this.#clock = clock;
    this.#random = random;
    this.#next = shape.initial;
  }

  /** Milliseconds to wait now; the next answer will be longer. */
  delay(): number {
    const { initial, factor, cap, jitter, resetAfter = Infinity } = this.#shape;
    const now = this.#clock.monotonic();
    if (now - this.#last > resetAfter) this.#next = initial;
    const base = this.#next;
    this.#last = now + base;
    this.#next = Math.min(cap, base * factor);
    return base * (1 + jitter * this.#random.next());
  }

  /** All is well: begin at `initial` again. */
  reset(): void {
    this.#next = this.#shape.initial;
  }
}
