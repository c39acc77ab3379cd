/**
 * Verdicts of the static filters, one mask of all nodes per pod class. A mask is made once and then only catches up on the
 * nodes that changed, so the thousandth pod of a Deployment costs no label or taint comparison at all.
 */
import type { SchedulerPlugin } from "./framework.ts";
import type { PodInfo } from "./pod-info.ts";
import type { NodeSnapshot } from "./snapshot.ts";
import { absent, type ReasonTable } from "./verdict-table.ts";

interface Mask {
  codes: Uint16Array;
  /** Position in the snapshot's change log up to which the mask is current. */
  upTo: number;
}

/** Classes beyond this many are forgotten, the least recently used first. */
const maxClasses = 512;

/** The masks of the classes seen lately. */
export class ClassMasks {
  readonly #masks = new Map<string, Mask>();
  readonly #plugins: readonly SchedulerPlugin[];
  readonly #reasons: ReasonTable;

  constructor(plugins: readonly SchedulerPlugin[], reasons: ReasonTable) {
    this.#plugins = plugins.filter((plugin) => plugin.filterNode !== undefined);
    this.#reasons = reasons;
  }

  /** Codes of the static filters for this pod's class, one per row; current until the snapshot changes. */
  for(pod: PodInfo, snapshot: NodeSnapshot): Uint16Array {
    const known = this.#masks.get(pod.classKey);
    const end = snapshot.changesStart + snapshot.changes.length;
    const mask = known ?? { codes: new Uint16Array(0), upTo: -1 };
    this.#masks.delete(pod.classKey);
    this.#masks.set(pod.classKey, mask);
    if (mask.upTo < snapshot.changesStart) {
      mask.codes = new Uint16Array(snapshot.present.length);
      for (let index = 0; index < snapshot.size; index++) this.#judge(mask, pod, snapshot, index);
    } else if (mask.upTo < end) {
      this.#widen(mask, snapshot);
      for (let at = mask.upTo; at < end; at++) {
        this.#judge(mask, pod, snapshot, snapshot.changes[at - snapshot.changesStart]!);
      }
    }
    mask.upTo = end;
    if (this.#masks.size > maxClasses) this.#masks.delete(this.#masks.keys().next().value!);
    this.#widen(mask, snapshot);
    return mask.codes;
  }

  /** Rows added since by pods of unknown nodes are absent until their node comes, which is a change. */
  #widen(mask: Mask, snapshot: NodeSnapshot): void {
    if (mask.codes.length >= snapshot.present.length) return;
    const wider = new Uint16Array(snapshot.present.length);
    wider.set(mask.codes);
    mask.codes = wider;
  }

  #judge(mask: Mask, pod: PodInfo, snapshot: NodeSnapshot, index: number): void {
    mask.codes[index] = snapshot.present[index] === 0 ? absent : this.#verdict(pod, snapshot, index);
  }

  #verdict(pod: PodInfo, snapshot: NodeSnapshot, index: number): number {
    const node = snapshot.node(index);
    for (const plugin of this.#plugins) {
      const reason = plugin.filterNode!(pod, node);
      if (reason !== undefined) return this.#reasons.code(plugin.name, [reason]);
    }
    return 0;
  }
}
