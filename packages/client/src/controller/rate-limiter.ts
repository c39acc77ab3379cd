/** How long a failing item waits: client-go's default controller rate limiter. */
import type { Clock } from "@k8ts/api";

/** Says when an item may be tried again. */
export interface RateLimiter {
  /** Milliseconds until this item's next try; counts a failure. */
  when(item: string): number;
  /** The item succeeded. */
  forget(item: string): void;
  /** Failures since the last success. */
  retries(item: string): number;
}

/** Doubles per failure: `base`·2ⁿ milliseconds, at most `max`. */
export class ExponentialFailures implements RateLimiter {
  readonly #base: number;
  readonly #max: number;
  readonly #failures = new Map<string, number>();

  constructor(base = 5, max = 1_000_000) {
    this.#base = base;
    this.#max = max;
  }

  when(item: string): number {
    const failures = this.#failures.get(item) ?? 0;
    this.#failures.set(item, failures + 1);
    return Math.min(this.#max, this.#base * 2 ** failures);
  }

  forget(item: string): void {
    this.#failures.delete(item);
  }

  retries(item: string): number {
    return this.#failures.get(item) ?? 0;
  }
}

/** A token bucket that lends: what is asked beyond the burst waits its turn. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perMillisecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perMillisecond = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = clock.monotonic();
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMillisecond);
    this.#at = now;
  }

  /** Takes a token; gives the milliseconds until it is there. */
  reserve(): number {
    this.#refill();
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMillisecond;
  }

  /** Takes a token where there is one. */
  tryTake(): boolean {
    this.#refill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** client-go's default: the longer of 5 ms·2ⁿ per item (at most 1000 s) and 10 a second over all, in bursts of 100. */
export function defaultRateLimiter(clock: Clock): RateLimiter {
  const failures = new ExponentialFailures();
  const bucket = new TokenBucket(clock, 10, 100);
  return {
    when: (item) => Math.max(failures.when(item), bucket.reserve()),
    forget: (item) => failures.forget(item),
    retries: (item) => failures.retries(item),
  };
}
