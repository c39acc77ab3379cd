/** IPv4 addresses for simulated pods, as host-local hands them out: upwards, a freed one only after all others. */

/** The addresses of one CIDR; the first is the gateway's. */
export class PodAddresses {
  readonly #base: number;
  readonly #size: number;
  readonly #used = new Set<number>();
  #last = 1;

  /** Takes the first IPv4 block of a comma-separated list. Throws an Error where there is none. */
  constructor(podCidr: string) {
    const block = podCidr.split(",").find((each) => /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(each.trim()));
    if (block === undefined) throw new Error(`simulated pods need an IPv4 CIDR, not ${podCidr}`);
    const [address = "", bits = ""] = block.trim().split("/");
    this.#size = 2 ** (32 - Number(bits));
    const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#base = number - (number % this.#size);
  }

  /** An address nobody has; undefined where all are taken. */
  take(): string | undefined {
    for (let tries = 0; tries < this.#size; tries++) {
      this.#last = this.#last + 1 < this.#size - 1 ? this.#last + 1 : 2;
      if (this.#used.has(this.#last) || this.#last >= this.#size - 1) continue;
      this.#used.add(this.#last);
      return text(this.#base + this.#last);
    }
    return undefined;
  }

  release(address: string): void {
    const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    this.#used.delete(number - this.#base);
  }
}

function text(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
