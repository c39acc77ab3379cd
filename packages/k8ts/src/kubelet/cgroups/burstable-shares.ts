/** Burstable pods share one cgroup beside the Guaranteed ones: it has to weigh as much as all of them asked for. */
import type { QosClass } from "@k8ts/api";
import type { PodResources } from "./cgroup-manager.ts";

const minShares = 2;
const maxShares = 262_144;

/** The cpu shares of a node's Burstable pods together. */
export class BurstableShares {
  readonly #shares = new Map<string, number>();
  readonly #write: (shares: number) => Promise<void>;
  #written = 0;

  constructor(write: (shares: number) => Promise<void>) {
    this.#write = write;
  }

  /** A pod has come, or its requests have changed. */
  async add(uid: string, qos: QosClass, { cpuShares }: PodResources): Promise<void> {
    if (qos !== "Burstable") return;
    this.#shares.set(uid, cpuShares);
    await this.#update();
  }

  /** A pod has gone. */
  async remove(uid: string): Promise<void> {
    if (this.#shares.delete(uid)) await this.#update();
  }

  async #update(): Promise<void> {
    let sum = 0;
    for (const shares of this.#shares.values()) sum += shares;
    const shares = Math.min(maxShares, Math.max(minShares, sum));
    if (shares === this.#written) return;
    this.#written = shares;
    await this.#write(shares);
  }
}
