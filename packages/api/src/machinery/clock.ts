/**
 * Time, as every room is handed it. The only module that reads the machine's clock or sets its timers (a lint rule bans
 * `Date.now`, `new Date()` and `setTimeout` elsewhere), so that a whole cluster can run under a virtual clock.
 */

/** A timer that was set; `cancel` after it fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** Wall-clock time and timers. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from some fixed point, never set back; with fractions. For durations. */
  monotonic(): number;
  /** Calls `run` once after `milliseconds`; does not keep the process alive. */
  setTimer(milliseconds: number, run: () => void): Timer;
  /** Resolves after `milliseconds`; rejects with the signal's reason when it aborts first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** `sleep` for any clock that has `setTimer`. */
export function sleepOn(clock: Pick<Clock, "setTimer">, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimer(milliseconds, () => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

/** Longest delay that the platform's timers take: 2^31 - 1 ms. */
const longestTimer = 2_147_483_647;

/** The machine's clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(milliseconds, run) {
    let handle: ReturnType<typeof setTimeout>;
    const arm = (left: number): void => {
      handle = setTimeout(() => (left > longestTimer ? arm(left - longestTimer) : run()), Math.min(left, longestTimer));
      (handle as { unref?: () => void }).unref?.();
    };
    arm(Math.max(0, milliseconds));
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (milliseconds, signal) => sleepOn(realClock, milliseconds, signal),
};

/** Keeps the process alive until cancelled: for whoever awaits this clock and has nothing else open. */
export function keepAlive(): Timer {
  const handle = setInterval(() => {}, longestTimer);
  return { cancel: () => clearInterval(handle) };
}
