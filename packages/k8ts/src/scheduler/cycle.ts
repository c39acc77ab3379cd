/** The scheduling cycle: from one pod and the snapshot to a node, or to the reasons why there is none. Pure but for caches. */
import type { Random } from "@k8ts/api";
import { ClassMasks } from "./class-masks.ts";
import { normalizeScores, type SchedulerPlugin, type Verdicts } from "./framework.ts";
import type { PodInfo } from "./pod-info.ts";
import type { SchedulerProfile } from "./profile.ts";
import type { NodeSnapshot } from "./snapshot.ts";
import { absent, diagnose, ReasonTable } from "./verdict-table.ts";

/** What a cycle came to. */
export type Decision =
  | { readonly node: string }
  | { readonly node: undefined; readonly message: string; readonly rejectors: ReadonlySet<string> };

/** Runs scheduling cycles of one profile over one snapshot. */
export class SchedulingCycle {
  readonly #snapshot: NodeSnapshot;
  readonly #random: Random;
  readonly #filters: readonly SchedulerPlugin[];
  readonly #scorers: readonly SchedulerPlugin[];
  readonly #reasons = new ReasonTable();
  readonly #masks: ClassMasks;
  // Scratch space, reused by each cycle and grown with the snapshot.
  #codes = new Uint16Array(0);
  #feasible = new Int32Array(0);
  #scores = new Float64Array(0);
  #sums = new Float64Array(0);

  constructor(profile: SchedulerProfile, snapshot: NodeSnapshot, random: Random) {
    this.#snapshot = snapshot;
    this.#random = random;
    this.#filters = profile.plugins.filter((plugin) => plugin.filter !== undefined);
    this.#scorers = profile.plugins.filter((plugin) => plugin.score !== undefined);
    this.#masks = new ClassMasks(profile.plugins, this.#reasons);
  }

  /** Chooses a node: all filters, then the highest weighted score, ties broken at random. O(nodes). */
  decide(pod: PodInfo): Decision {
    const snapshot = this.#snapshot;
    this.#fit(snapshot);
    const codes = this.#codes;
    codes.set(this.#masks.for(pod, snapshot).subarray(0, snapshot.size));
    for (let index = 0; index < snapshot.size; index++) if (snapshot.present[index] === 0) codes[index] = absent;
    for (const plugin of this.#filters) {
      const verdicts: Verdicts = { codes, code: (reasons) => this.#reasons.code(plugin.name, reasons) };
      plugin.filter!(pod, snapshot, verdicts);
    }
    let count = 0;
    for (let index = 0; index < snapshot.size; index++) if (codes[index] === 0) this.#feasible[count++] = index;
    if (count === 0) return { node: undefined, ...diagnose(codes, snapshot.size, snapshot.nodeCount, this.#reasons) };
    const chosen = count === 1 ? 0 : this.#best(pod, count);
    return { node: snapshot.name(this.#feasible[chosen]!) };
  }

  #best(pod: PodInfo, count: number): number {
    const feasible = this.#feasible.subarray(0, count);
    const scores = this.#scores;
    const sums = this.#sums;
    sums.fill(0, 0, count);
    for (const plugin of this.#scorers) {
      if (!plugin.score!(pod, this.#snapshot, feasible, scores)) continue;
      if (plugin.normalize) normalizeScores(scores, count, plugin.normalize === "reversed");
      const weight = plugin.weight ?? 1;
      for (let at = 0; at < count; at++) sums[at]! += weight * scores[at]!;
    }
    let best = 0;
    let ties = 1;
    for (let at = 1; at < count; at++) {
      if (sums[at]! > sums[best]!) {
        best = at;
        ties = 1;
      } else if (sums[at] === sums[best] && this.#random.next() < 1 / ++ties) {
        best = at;
      }
    }
    return best;
  }

  #fit(snapshot: NodeSnapshot): void {
    const length = snapshot.present.length;
    if (this.#codes.length >= length) return;
    this.#codes = new Uint16Array(length);
    this.#feasible = new Int32Array(length);
    this.#scores = new Float64Array(length);
    this.#sums = new Float64Array(length);
  }
}
