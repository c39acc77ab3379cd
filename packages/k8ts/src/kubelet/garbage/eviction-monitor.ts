/**
 * Keeps the node alive when it runs short of memory, disk or process ids: raises the pressure conditions, frees what
 * nobody uses, and at last evicts pods, one at a time, those that take more than they asked for first.
 */
import type { Clock, Timer } from "@k8ts/api";
import type { EventRecorder } from "@k8ts/client";
import type { KubeletConfig } from "../config.ts";
import type { Machine } from "../node/machine.ts";
import { nodeReference } from "../node/node-manager.ts";
import type { PodDependencies } from "../pods/pod-dependencies.ts";
import { isCriticalPod, type DesiredPod } from "../pods/pod-spec.ts";
import type { PodVerdict } from "../pods/pod-worker.ts";
import { containerNameLabel, podUidLabel } from "../containers/labels.ts";
import { evictionMessage, rankForEviction, type PodUsage } from "./eviction-ranking.ts";
import { shortages, type Shortage } from "./eviction-signals.ts";
import { exceededStorageLimit, hasStorageLimits } from "./storage-limits.ts";

/** Upstream's monitoring interval. */
const monitorPeriod = 10_000;

/** What the monitor is made of. */
export interface EvictionMonitorOptions {
  readonly deps: PodDependencies;
  readonly machine: Machine;
  readonly config: KubeletConfig;
  readonly recorder: EventRecorder;
  readonly nodeName: string;
  readonly activePods: () => readonly DesiredPod[];
  readonly evict: (uid: string, verdict: PodVerdict) => void;
  /** Frees disk without hurting anybody. */
  readonly reclaim: () => Promise<void>;
  /** The node's pressures have changed. */
  readonly changed: () => void;
}

/** A node's pressures. */
export class EvictionMonitor {
  readonly #options: EvictionMonitorOptions;
  /** When each pressure was last seen. */
  readonly #lastSeen = new Map<string, number>();
  #pressures: readonly string[] = [];
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: EvictionMonitorOptions) {
    this.#options = options;
  }

  /** "MemoryPressure" …; a pressure stays for a while after it is over. */
  pressures(): readonly string[] {
    return this.#pressures;
  }

  start(clock: Clock): void {
    if (this.#stopped) return;
    this.#timer = clock.setTimer(monitorPeriod, () => {
      void this.check().finally(() => this.start(clock));
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** One round. Never throws. */
  async check(): Promise<void> {
    const { logger } = this.#options.deps;
    try {
      await this.#checkStorageLimits();
      await this.#checkNode();
    } catch (error) {
      logger.warn("Cannot tell what the node is short of", { error });
    }
  }

  async #checkNode(): Promise<void> {
    const { machine, config, reclaim, recorder, nodeName } = this.#options;
    let found = shortages(await machine.usage(), config.evictionHard);
    this.#remember(found);
    const [first] = found;
    if (first === undefined) return;
    const message = `Attempting to reclaim ${first.resource}`;
    recorder.event(nodeReference(nodeName), "Warning", "EvictionThresholdMet", message);
    if (first.condition === "DiskPressure") {
      await reclaim();
      found = shortages(await machine.usage(), config.evictionHard);
      if (found.length === 0) return;
    }
    await this.#evictOne(found[0]!);
  }

  #remember(found: readonly Shortage[]): void {
    const { deps, config, changed } = this.#options;
    const now = deps.clock.now();
    for (const { condition } of found) this.#lastSeen.set(condition, now);
    for (const [condition, at] of this.#lastSeen)
      if (now - at > config.evictionPressureTransitionPeriod) this.#lastSeen.delete(condition);
    const pressures = [...this.#lastSeen.keys()].sort();
    if (pressures.join() === this.#pressures.join()) return;
    this.#pressures = pressures;
    changed();
  }

  async #evictOne(shortage: Shortage): Promise<void> {
    const { activePods, deps } = this.#options;
    const usage = await this.#usage(shortage.resource);
    const candidates = activePods().filter(
      (pod) => !isCriticalPod(pod) && pod.metadata.deletionTimestamp === undefined,
    );
    const [pod] = rankForEviction(candidates, shortage.resource, usage);
    if (pod === undefined) deps.logger.warn("The node is short of something and has no pod to evict", { ...shortage });
    else this.#evict(pod, evictionMessage(pod, shortage, usage.get(pod.metadata.uid ?? "")), true);
  }

  #evict(pod: DesiredPod, message: string, urgent: boolean): void {
    const { deps, evict } = this.#options;
    deps.events.pod(pod, "Warning", "Evicted", message);
    // A hard threshold leaves no time; a pod over its own limit ends as one that is deleted, at once.
    evict(pod.metadata.uid ?? "", { reason: "Evicted", message, graceSeconds: urgent ? 1 : 0, disruption: true });
  }

  /** What each pod's containers use. */
  async #usage(resource: string): Promise<Map<string, PodUsage>> {
    const usage = new Map<string, { total: number; containers: Map<string, number> }>();
    for (const stats of await this.#options.deps.runtime.listContainerStats()) {
      const uid = stats.labels[podUidLabel] ?? "";
      const used = resource === "memory" ? stats.memoryWorkingSetBytes : stats.writableLayerBytes;
      const pod = usage.get(uid) ?? { total: 0, containers: new Map<string, number>() };
      usage.set(uid, pod);
      pod.total += used;
      pod.containers.set(stats.labels[containerNameLabel] ?? stats.name, used);
    }
    return usage;
  }

  async #checkStorageLimits(): Promise<void> {
    const { activePods, deps } = this.#options;
    const limited = activePods().filter(hasStorageLimits);
    if (limited.length === 0) return;
    const usage = await this.#usage("ephemeral-storage");
    for (const pod of limited) {
      const uid = pod.metadata.uid ?? "";
      const volumes = new Map<string, number>();
      for (const { name, emptyDir } of pod.spec?.volumes ?? []) {
        if (emptyDir === undefined || emptyDir.medium === "Memory") continue;
        const path = `${deps.directories.root}/pods/${uid}/volumes/kubernetes.io~empty-dir/${name}`;
        volumes.set(name, (await deps.files.usage(path)).bytes);
      }
      const fault = exceededStorageLimit(pod, volumes, usage.get(uid) ?? { total: 0, containers: new Map() });
      if (fault !== undefined) this.#evict(pod, fault, false);
    }
  }
}
