/** A range of addresses from which Services draw theirs. */
import { cidrContains, formatIP, parseCIDR, parseIP, type Cidr, type Random } from "@k8ts/api";

/** Why an address cannot be given out, in the words clients see. */
export class AllocationError extends Error {
  /** True where nothing is free at all. */
  readonly full: boolean;

  constructor(message: string, full = false) {
    super(message);
    this.name = "AllocationError";
    this.full = full;
  }
}

/** Addresses beyond this many are never drawn at random: an IPv6 range has more than can be counted here. */
const mostAddresses = 2 ** 31;

/**
 * The part of a range that is kept for addresses chosen by hand as long as others are free: a sixteenth, at least 16 and
 * at most 256 addresses, and none of a range of 16 (KEP-3070).
 */
function staticBand(size: number): number {
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256);
}

/** One range and what of it is taken. Every call is synchronous, so that concurrent writes cannot draw the same address. */
export class AddressRange {
  readonly family: "IPv4" | "IPv6";
  readonly #text: string;
  readonly #cidr: Cidr;
  readonly #random: Random;
  readonly #used = new Set<string>();
  /** Addresses that may be given out: all but the network's own and, in IPv4, the broadcast address. */
  readonly #usable: number;

  /** `text` is a CIDR. Throws for a malformed one: the range is configuration. */
  constructor(text: string, random: Random) {
    const cidr = parseCIDR(text);
    if (!cidr) throw new Error(`invalid service CIDR ${JSON.stringify(text)}`);
    this.#text = text;
    this.#cidr = cidr;
    this.#random = random;
    this.family = cidr.address.length === 4 ? "IPv4" : "IPv6";
    const hostBits = cidr.address.length * 8 - cidr.prefixLength;
    const size = hostBits >= 31 ? mostAddresses : 2 ** hostBits;
    this.#usable = Math.max(0, this.family === "IPv4" ? size - 2 : size - 1);
  }

  /** Takes an address that was asked for. Throws AllocationError. */
  take(address: string): void {
    const bytes = parseIP(address);
    if (!bytes || !this.#contains(bytes)) {
      const detail = `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${this.#text}`;
      throw new AllocationError(detail);
    }
    const key = formatIP(bytes);
    if (this.#used.has(key)) throw new AllocationError("provided IP is already allocated");
    this.#used.add(key);
  }

  /** Takes a free address, from the upper part of the range while that has any. Throws AllocationError when full. */
  takeNext(): string {
    const band = staticBand(this.#usable);
    const address = this.#search(band, this.#usable) ?? this.#search(0, band);
    if (address === undefined) throw new AllocationError("range is full", true);
    this.#used.add(address);
    return address;
  }

  /** Notes an address that a stored Service has; anything outside the range is not ours. */
  note(address: string): void {
    const bytes = parseIP(address);
    if (bytes && this.#contains(bytes)) this.#used.add(formatIP(bytes));
  }

  /** Gives an address back; one that was free stays so. */
  release(address: string): void {
    const bytes = parseIP(address);
    if (bytes) this.#used.delete(formatIP(bytes));
  }

  #contains(bytes: readonly number[]): boolean {
    if (!cidrContains(this.#cidr, bytes)) return false;
    const index = this.#indexOf(bytes);
    return index >= 1 && index <= this.#usable;
  }

  /** How many of the bits of byte `at` number the hosts of the range. */
  #hostBitsOf(at: number): number {
    const { address, prefixLength } = this.#cidr;
    const below = (address.length - 1 - at) * 8;
    return Math.min(8, Math.max(0, address.length * 8 - prefixLength - below));
  }

  /** Place in the range, counted from the network's own address. */
  #indexOf(bytes: readonly number[]): number {
    return bytes.reduce((index, byte, at) => index * 256 + (byte & (2 ** this.#hostBitsOf(at) - 1)), 0);
  }

  #addressAt(index: number): string {
    const bytes = [...this.#cidr.address];
    let rest = index;
    for (let at = bytes.length - 1; at >= 0; at--) {
      const mask = 2 ** this.#hostBitsOf(at) - 1;
      bytes[at] = (bytes[at]! & ~mask & 0xff) | ((rest % 256) & mask);
      rest = Math.floor(rest / 256);
    }
    return formatIP(bytes);
  }

  /** A free address with an index in (from, to], from a random one on. */
  #search(from: number, to: number): string | undefined {
    const count = to - from;
    if (count <= 0) return undefined;
    const start = Math.floor(this.#random.next() * count);
    for (let step = 0; step < count; step++) {
      const address = this.#addressAt(from + 1 + ((start + step) % count));
      if (!this.#used.has(address)) return address;
    }
    return undefined;
  }
}
