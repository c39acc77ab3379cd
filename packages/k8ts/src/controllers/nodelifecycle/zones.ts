/**
 * How fast nodes that do not answer lose their pods: per zone, and slower or not at all where so many are silent that the
 * fault may be ours. Costs O(zones) per change of a node's readiness.
 */

/** Nodes per second that get a NoExecute taint in a healthy zone. */
export const evictionRate = 0.1;
/** The same in a zone where most nodes are not ready, if it is large. */
export const secondaryEvictionRate = 0.01;
/** Zones of more nodes than this are large; in others evictions stop when most nodes are not ready. */
export const largeZone = 50;
/** The part of a zone's nodes (at least three) that makes it unhealthy. */
export const unhealthyPart = 0.55;

/** A zone's health. */
export type ZoneState = "Normal" | "PartialDisruption" | "FullDisruption";

/** A zone's state by its number of ready and other nodes. */
export function zoneState(ready: number, others: number): ZoneState {
  if (ready === 0 && others > 0) return "FullDisruption";
  return others > 2 && others / (others + ready) >= unhealthyPart ? "PartialDisruption" : "Normal";
}

/** Evictions per second in a zone that is not part of a cluster without any ready node. */
export function rateOf(state: ZoneState, size: number): number {
  if (state !== "PartialDisruption") return evictionRate;
  return size > largeZone ? secondaryEvictionRate : 0;
}

class Zone {
  readonly ready = new Set<string>();
  readonly others = new Set<string>();
  /** Nodes that wait for their taint, the first first. */
  readonly waiting = new Set<string>();
  rate = evictionRate;
  /** When the next one may get it, in milliseconds since the epoch. */
  next = 0;

  get size(): number {
    return this.ready.size + this.others.size;
  }
}

/** What a change of a node's readiness does to the whole cluster. */
export interface DisruptionChange {
  /** All nodes stopped being ready: taints of ours come off everywhere, evictions stop. */
  readonly entered: boolean;
  /** Some node is ready again: everybody gets a new grace period. */
  readonly left: boolean;
  /** Nodes whose wait may have changed. */
  readonly awakened: readonly string[];
}

/** The zones of a cluster. */
export class Zones {
  readonly #zones = new Map<string, Zone>();
  readonly #zoneOf = new Map<string, string>();
  #disrupted = false;

  /** True while no node at all is ready. */
  get disrupted(): boolean {
    return this.#disrupted;
  }

  /** Notes a node's zone and readiness. `counts` false: the node is not to be counted. */
  note(node: string, zone: string, ready: boolean, counts: boolean): DisruptionChange {
    const before = this.#zoneOf.get(node);
    if (before !== undefined && before !== zone) this.#take(node, before);
    const home = this.#zone(zone);
    this.#zoneOf.set(node, zone);
    home.ready.delete(node);
    home.others.delete(node);
    if (counts) (ready ? home.ready : home.others).add(node);
    if (ready) home.waiting.delete(node);
    return this.#judge();
  }

  /** A node is gone. */
  forget(node: string): DisruptionChange {
    const zone = this.#zoneOf.get(node);
    if (zone !== undefined) this.#take(node, zone);
    this.#zoneOf.delete(node);
    return this.#judge();
  }

  /** Milliseconds until a node may be tainted, in its turn; 0: now; undefined: not while things are as they are. */
  turn(node: string, now: number): number | undefined {
    const zone = this.#zone(this.#zoneOf.get(node) ?? "");
    zone.waiting.add(node);
    if (this.#disrupted || zone.rate === 0) return undefined;
    const interval = 1000 / zone.rate;
    const position = [...zone.waiting].indexOf(node);
    return Math.max(0, zone.next - now) + position * interval;
  }

  /** A node gets its taint. */
  taken(node: string, now: number): void {
    const zone = this.#zone(this.#zoneOf.get(node) ?? "");
    zone.waiting.delete(node);
    zone.next = Math.max(now, zone.next) + 1000 / zone.rate;
  }

  /** A node waits no more. */
  stopWaiting(node: string): void {
    this.#zones.get(this.#zoneOf.get(node) ?? "")?.waiting.delete(node);
  }

  #zone(name: string): Zone {
    let zone = this.#zones.get(name);
    if (!zone) this.#zones.set(name, (zone = new Zone()));
    return zone;
  }

  #take(node: string, name: string): void {
    const zone = this.#zone(name);
    for (const nodes of [zone.ready, zone.others, zone.waiting]) nodes.delete(node);
    if (zone.size === 0 && zone.waiting.size === 0) this.#zones.delete(name);
  }

  #judge(): DisruptionChange {
    const zones = [...this.#zones.values()].filter((zone) => zone.size > 0);
    const disrupted = zones.length > 0 && zones.every((zone) => zone.ready.size === 0);
    const entered = disrupted && !this.#disrupted;
    const left = !disrupted && this.#disrupted;
    this.#disrupted = disrupted;
    const awakened: string[] = [];
    for (const zone of zones) {
      const rate = rateOf(zoneState(zone.ready.size, zone.others.size), zone.size);
      if (rate !== zone.rate || left) awakened.push(...zone.waiting);
      zone.rate = rate;
    }
    return { entered, left, awakened };
  }
}
