/** CPU rates: runtimes tell only how much was used since the start, so what was seen last is kept per container. */

interface Sample {
  readonly time: number;
  readonly usage: bigint;
  readonly rate: number | undefined;
}

/** The shortest time between two samples that gives a rate, in milliseconds. */
const shortestPeriod = 500;

/** The last samples of one node. */
export class UsageRates {
  #samples = new Map<string, Sample>();

  /**
   * Nanocores used since the sample before this one; undefined at the first. `time` in milliseconds, `usage` in core
   * nanoseconds.
   */
  rate(id: string, time: number, usage: bigint): number | undefined {
    const last = this.#samples.get(id);
    if (last !== undefined && time - last.time < shortestPeriod) return last.rate;
    const grown = last === undefined || usage < last.usage ? undefined : Number(usage - last.usage);
    const rate = grown === undefined ? undefined : Math.round((grown * 1000) / (time - last!.time));
    this.#samples.set(id, { time, usage, rate });
    return rate;
  }

  /** Forgets all but these. */
  keep(ids: ReadonlySet<string>): void {
    for (const id of this.#samples.keys()) if (!ids.has(id)) this.#samples.delete(id);
  }
}
