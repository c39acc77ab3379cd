/** One table of rules as we know the kernel to have it, and the transactions that change it. No input or output here. */
import type { Container, Element, NftObjects } from "./nftables-objects.ts";

/** Who wants an element to have which value. */
interface Claim {
  readonly owner: string;
  readonly value: string;
}

/** Affinity that was read from the kernel: clients of one set, with what is left of their time in seconds. */
export type Affinity = ReadonlyMap<string, readonly { readonly address: string; readonly expires: number }[]>;

const keyOf = ({ container, key }: Element): string => `${container} ${key}`;

/**
 * The content of one table by plan. Several plans may want the same element (ports of one Service have one cluster IP;
 * two Services may claim one external IP): the first to ask has it until it lets go.
 */
export class NftTable {
  /** "ip k8ts". */
  readonly name: string;
  readonly #base: string;
  readonly #objects = new Map<string, NftObjects>();
  readonly #claims = new Map<string, Claim[]>();
  /** Chains that are flushed and unreachable, not deleted yet, and since when. */
  readonly #stale = new Map<string, number>();

  constructor(name: string, base: string) {
    this.name = name;
    this.#base = base;
  }

  /** How many plans. */
  get size(): number {
    return this.#objects.size;
  }

  /** Whether chains wait for `deleteStale`. */
  get hasStale(): boolean {
    return this.#stale.size > 0;
  }

  /** Text that makes the kernel's table exactly this one, in one transaction, whatever was there. */
  fullText(affinity: Affinity): string {
    const body: string[] = [];
    for (const objects of this.#objects.values()) this.#declare(objects, body, affinity);
    const head = [`add table ${this.name}`, `delete table ${this.name}`, `table ${this.name} {`, this.#base, "}"];
    const elements = new ElementText(this.name);
    for (const [key, claims] of this.#claims) elements.add(key, claims[0]!.value);
    this.#stale.clear();
    return [...head, ...body, ...elements.lines("add"), ""].join("\n");
  }

  #declare(objects: NftObjects, text: string[], affinity: Affinity): void {
    for (const [set, timeout] of objects.sets) {
      text.push(this.#addSet(set, timeout));
      const known = affinity.get(set) ?? [];
      const elements = known.map(({ address, expires }) => `${address} timeout ${timeout}s expires ${expires}s`);
      if (elements.length > 0) text.push(`add element ${this.name} ${set} { ${elements.join(", ")} }`);
    }
    for (const chain of objects.chains.keys()) text.push(`add chain ${this.name} ${chain}`);
    for (const [chain, rules] of objects.chains) {
      for (const rule of rules) text.push(`add rule ${this.name} ${chain} ${rule}`);
    }
  }

  #addSet(set: string, timeout: number): string {
    const type = this.name.startsWith("ip6 ") ? "ipv6_addr" : "ipv4_addr";
    return `add set ${this.name} ${set} { type ${type}; flags dynamic,timeout; timeout ${timeout}s; }`;
  }

  /**
   * Takes plans in (without objects: out) and gives the text that does the same to the kernel; "" where nothing changes.
   * `now` is remembered for the chains that are left.
   */
  change(changes: ReadonlyMap<string, NftObjects | undefined>, now: number): string {
    const parts: TransactionParts = { flush: [], remove: [], declare: [], rules: [] };
    const before = new Map<string, string | undefined>();
    for (const [owner, objects] of changes) {
      const old = this.#objects.get(owner);
      for (const element of old?.elements ?? []) this.#release(owner, element, before);
      for (const element of objects?.elements ?? []) this.#claim(owner, element, before);
      this.#diff(old, objects, parts, now);
      if (objects) this.#objects.set(owner, objects);
      else this.#objects.delete(owner);
    }
    const { removed, added } = this.#elementChanges(before);
    const { flush, remove, declare, rules } = parts;
    const lines = [...removed.lines("delete"), ...flush, ...remove, ...declare, ...rules, ...added.lines("add")];
    return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
  }

  /** Text that deletes the chains left until `before`, and forgets them. */
  deleteStale(before: number): string {
    const chains = [...this.#stale].filter(([, since]) => since <= before).map(([chain]) => chain);
    for (const chain of chains) this.#stale.delete(chain);
    return chains.map((chain) => `delete chain ${this.name} ${chain}\n`).join("");
  }

  #release(owner: string, element: Element, before: Map<string, string | undefined>): void {
    const key = keyOf(element);
    const claims = this.#claims.get(key) ?? [];
    if (!before.has(key)) before.set(key, claims[0]?.value);
    const left = claims.filter((claim) => claim.owner !== owner);
    if (left.length > 0) this.#claims.set(key, left);
    else this.#claims.delete(key);
  }

  #claim(owner: string, element: Element, before: Map<string, string | undefined>): void {
    const key = keyOf(element);
    const claims = this.#claims.get(key) ?? [];
    if (!before.has(key)) before.set(key, claims[0]?.value);
    if (!claims.some((claim) => claim.owner === owner))
      this.#claims.set(key, [...claims, { owner, value: element.value }]);
  }

  #elementChanges(before: ReadonlyMap<string, string | undefined>): { removed: ElementText; added: ElementText } {
    const [removed, added] = [new ElementText(this.name), new ElementText(this.name)];
    for (const [key, old] of before) {
      const value = this.#claims.get(key)?.[0]?.value;
      if (value === old) continue;
      if (old !== undefined) removed.add(key, "");
      if (value !== undefined) added.add(key, value);
    }
    return { removed, added };
  }

  /** Chains and sets of one plan. A chain that goes is flushed now and deleted later: older kernels hold on to it. */
  #diff(old: NftObjects | undefined, now: NftObjects | undefined, parts: TransactionParts, time: number): void {
    const resized = [...(now?.sets ?? [])].some(([set, timeout]) => (old?.sets.get(set) ?? timeout) !== timeout);
    for (const chain of old?.chains.keys() ?? []) {
      if (now?.chains.has(chain)) continue;
      parts.flush.push(`flush chain ${this.name} ${chain}`);
      this.#stale.set(chain, time);
    }
    for (const [chain, rules] of now?.chains ?? []) {
      const known = old?.chains.get(chain);
      if (known && !resized && sameRules(known, rules)) continue;
      if (known) parts.flush.push(`flush chain ${this.name} ${chain}`);
      else if (!this.#stale.delete(chain)) parts.declare.push(`add chain ${this.name} ${chain}`);
      for (const rule of rules) parts.rules.push(`add rule ${this.name} ${chain} ${rule}`);
    }
    for (const [set, timeout] of old?.sets ?? []) {
      if (now?.sets.get(set) !== timeout) parts.remove.push(`delete set ${this.name} ${set}`);
    }
    for (const [set, timeout] of now?.sets ?? []) {
      if (old?.sets.get(set) !== timeout) parts.declare.push(this.#addSet(set, timeout));
    }
  }
}

interface TransactionParts {
  readonly flush: string[];
  readonly remove: string[];
  readonly declare: string[];
  readonly rules: string[];
}

const sameRules = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((rule, n) => rule === b[n]);

/** Elements to add or delete, one line for each map or set. */
class ElementText {
  readonly #table: string;
  readonly #containers = new Map<Container, string[]>();

  constructor(table: string) {
    this.#table = table;
  }

  add(containerAndKey: string, value: string): void {
    const space = containerAndKey.indexOf(" ");
    const container = containerAndKey.slice(0, space) as Container;
    const key = containerAndKey.slice(space + 1);
    const elements = this.#containers.get(container) ?? [];
    elements.push(value === "" ? key : `${key} : ${value}`);
    this.#containers.set(container, elements);
  }

  lines(verb: "add" | "delete"): string[] {
    return [...this.#containers].map(
      ([container, elements]) => `${verb} element ${this.#table} ${container} { ${elements.join(", ")} }`,
    );
  }
}
