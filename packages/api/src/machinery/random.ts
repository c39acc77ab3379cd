/** Randomness, as every room is handed it: the machine's, or a seeded one under simulation. */

/** A source of random numbers and identifiers. */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
}

/** The machine's randomness. */
export const realRandom: Random = {
  next: () => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32,
  uuid: () => crypto.randomUUID(),
};

/** A deterministic source (mulberry32): the same seed gives the same run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const hex = (digits: number): string => {
    let text = "";
    while (text.length < digits) text += Math.floor(next() * 16).toString(16);
    return text;
  };
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-${"89ab"[Math.floor(next() * 4)]}${hex(3)}-${hex(12)}`;
  return { next, uuid };
}

/** The alphabet of Kubernetes' generated suffixes: no vowels and no look-alikes. */
const suffixAlphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A suffix such as generateName appends: `length` characters of Kubernetes' own alphabet. */
export function randomSuffix(random: Random, length = 5): string {
  let text = "";
  while (text.length < length) text += suffixAlphabet[Math.floor(random.next() * suffixAlphabet.length)];
  return text;
}
