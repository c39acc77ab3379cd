/** A pod's cgroup over time: wide enough for what runs and for what is to run, then no wider than needed. */
import { podCgroupResources } from "../cgroups/pod-resources.ts";
import type { PodResources } from "../cgroups/cgroup-manager.ts";
import { qosClass } from "../status/qos-class.ts";
import type { PodDependencies } from "./pod-dependencies.ts";
import type { DesiredPod } from "./pod-spec.ts";

/** The larger of two limits; one that is missing has no end. */
function wider(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.max(a, b);
}

/** What holds the containers of both pods: the kernel refuses a child that may use more than its parent. */
export function widest(a: PodResources, b: PodResources): PodResources {
  return {
    cpuShares: Math.max(a.cpuShares, b.cpuShares),
    cpuQuota: wider(a.cpuQuota, b.cpuQuota),
    memoryLimit: wider(a.memoryLimit, b.memoryLimit),
  };
}

/** One pod's cgroup. */
export class PodCgroup {
  readonly #cgroups: PodDependencies["cgroups"];
  readonly #uid: string;
  /** What it was last limited to. */
  #limits = "";

  constructor({ cgroups }: Pick<PodDependencies, "cgroups">, uid: string) {
    this.#cgroups = cgroups;
    this.#uid = uid;
  }

  /** Makes it, or limits it anew, so that `pod` fits and what `actual` has. Returns whether there was anything to do. */
  async widen(pod: DesiredPod, actual: DesiredPod, always: boolean): Promise<boolean> {
    return await this.#set(pod, widest(podCgroupResources(pod), podCgroupResources(actual)), always);
  }

  /** Limits it to what the pod's containers have now. */
  async narrow(actual: DesiredPod): Promise<void> {
    await this.#set(actual, podCgroupResources(actual), false);
  }

  async #set(pod: DesiredPod, resources: PodResources, always: boolean): Promise<boolean> {
    const limits = JSON.stringify(resources);
    if (!always && limits === this.#limits) return false;
    await this.#cgroups.ensurePod(this.#uid, qosClass(pod), resources);
    this.#limits = limits;
    return true;
  }
}
