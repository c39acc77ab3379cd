/** The node ports from which Services draw theirs. */
import type { Random } from "@k8ts/api";
import { AllocationError } from "./address-range.ts";

/** Ports kept for those chosen by hand as long as others are free: a 32nd of the range, 16 to 128 (KEP-3668). */
function staticBand(size: number): number {
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
}

/** First and last port. */
export interface PortBounds {
  readonly from: number;
  readonly to: number;
}

/** A range of ports and what of it is taken; synchronous, as AddressRange. */
export class PortRange {
  readonly #bounds: PortBounds;
  readonly #random: Random;
  readonly #used = new Set<number>();

  constructor(bounds: PortBounds, random: Random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** Takes a port that was asked for. Throws AllocationError. */
  take(port: number): void {
    const { from, to } = this.#bounds;
    if (port < from || port > to) {
      throw new AllocationError(`provided port is not in the valid range. The range of valid ports is ${from}-${to}`);
    }
    if (this.#used.has(port)) throw new AllocationError("provided port is already allocated");
    this.#used.add(port);
  }

  /** Takes a free port. Throws AllocationError when full. */
  takeNext(): number {
    const { from, to } = this.#bounds;
    const middle = from + staticBand(to - from + 1);
    const port = this.#search(middle, to) ?? this.#search(from, middle - 1);
    if (port === undefined) throw new AllocationError("range is full", true);
    this.#used.add(port);
    return port;
  }

  /** Notes a port that a stored Service has. */
  note(port: number): void {
    const { from, to } = this.#bounds;
    if (port >= from && port <= to) this.#used.add(port);
  }

  /** Gives a port back. */
  release(port: number): void {
    this.#used.delete(port);
  }

  #search(from: number, to: number): number | undefined {
    const count = to - from + 1;
    if (count <= 0) return undefined;
    const start = Math.floor(this.#random.next() * count);
    for (let step = 0; step < count; step++) {
      const port = from + ((start + step) % count);
      if (!this.#used.has(port)) return port;
    }
    return undefined;
  }
}
