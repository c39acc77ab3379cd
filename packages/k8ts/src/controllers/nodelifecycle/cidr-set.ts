/** The blocks of one size in a larger block of addresses: which are taken, and which is the next free one. */
import { formatIP, parseCIDR, type Cidr } from "@k8ts/api";

/** How many bits a number of blocks may have: 2^16 as upstream (and a Set, so that the memory is what is used). */
const mostBits = 16;

const toBigInt = (bytes: readonly number[]): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** Blocks by their position. */
export class CidrSet {
  readonly #first: bigint;
  readonly #bytes: number;
  readonly #mask: number;
  readonly #clusterMask: number;
  readonly #count: number;
  readonly #taken = new Set<number>();
  #next = 0;

  /** `cluster` ("10.244.0.0/16") in blocks of prefix length `mask`. Throws where those do not fit. */
  constructor(cluster: string, mask: number) {
    const block = parseCIDR(cluster);
    if (!block) throw new Error(`invalid CIDR address: ${cluster}`);
    const { address, prefixLength } = block;
    if (mask < prefixLength || mask > address.length * 8) {
      throw new Error(`CIDR allocation failed; node mask size ${mask} does not fit cluster CIDR ${cluster}`);
    }
    if (mask - prefixLength > mostBits) {
      throw new Error(
        "CIDR allocation failed; there are too many CIDRs: the node CIDR size is too big for the cluster CIDR",
      );
    }
    const host = BigInt(address.length * 8 - prefixLength);
    this.#first = (toBigInt(address) >> host) << host;
    this.#bytes = address.length;
    this.#mask = mask;
    this.#clusterMask = prefixLength;
    this.#count = 2 ** (mask - prefixLength);
  }

  /** The next free block, taken; throws where none is left. */
  allocate(): string {
    for (let tries = 0; tries < this.#count; tries++) {
      const index = (this.#next + tries) % this.#count;
      if (this.#taken.has(index)) continue;
      this.#taken.add(index);
      this.#next = (index + 1) % this.#count;
      return this.#text(index);
    }
    throw new Error("CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted range");
  }

  /** Takes all blocks that share an address with this one; throws where it lies outside. */
  occupy(cidr: string): void {
    for (const index of this.#positions(cidr)) this.#taken.add(index);
  }

  /** Gives them back. */
  release(cidr: string): void {
    for (const index of this.#positions(cidr)) this.#taken.delete(index);
  }

  /** True where the block shares an address with this set's. */
  overlaps(cidr: string): boolean {
    const block = parseCIDR(cidr);
    return block?.address.length === this.#bytes && this.#range(block) !== undefined;
  }

  #positions(cidr: string): number[] {
    const block = parseCIDR(cidr);
    if (!block) throw new Error(`invalid CIDR address: ${cidr}`);
    const range = block.address.length === this.#bytes ? this.#range(block) : undefined;
    if (!range) throw new Error(`cidr ${cidr} is out the range of cluster cidr ${this.#clusterText()}`);
    const [from, to] = range;
    return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  }

  /** The first and last position that a block touches. */
  #range({ address, prefixLength }: Cidr): [number, number] | undefined {
    const bits = BigInt(this.#bytes * 8);
    const host = bits - BigInt(prefixLength);
    const first = (toBigInt(address) >> host) << host;
    const last = first + (1n << host) - 1n;
    const size = bits - BigInt(this.#mask);
    const from = (first - this.#first) >> size;
    const to = (last - this.#first) >> size;
    if (to < 0n || from >= BigInt(this.#count)) return undefined;
    return [Math.max(0, Number(from)), Math.min(this.#count - 1, Number(to))];
  }

  #text(index: number): string {
    const size = BigInt(this.#bytes * 8 - this.#mask);
    return `${formatIP(this.#toBytes(this.#first + (BigInt(index) << size)))}/${this.#mask}`;
  }

  #clusterText(): string {
    return `${formatIP(this.#toBytes(this.#first))}/${this.#clusterMask}`;
  }

  #toBytes(value: bigint): number[] {
    return Array.from({ length: this.#bytes }, (_, index) =>
      Number((value >> BigInt(8 * (this.#bytes - 1 - index))) & 0xffn),
    );
  }
}
