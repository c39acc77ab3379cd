/**
 * Takes away what pods leave behind: dead containers but the newest of each (for `logs --previous`), old sandboxes, images
 * when the disk fills, and directories, cgroups and logs of pods that nobody knows any more.
 */
import type { Clock, Timer } from "@k8ts/api";
import type { EventRecorder } from "@k8ts/client";
import type { KubeletConfig } from "../config.ts";
import type { Machine } from "../node/machine.ts";
import type { ObservedPod } from "../pods/observed-pod.ts";
import type { PodDependencies } from "../pods/pod-dependencies.ts";
import { ImageCollector } from "./image-collector.ts";

/** Upstream's periods. */
const containerPeriod = 60_000;
const imagePeriod = 300_000;

/** What the collector is made of. */
export interface GarbageCollectorOptions {
  readonly deps: PodDependencies;
  readonly machine: Machine;
  readonly config: KubeletConfig;
  readonly recorder: EventRecorder;
  readonly nodeName: string;
  /** Whether somebody looks after this pod. */
  readonly isWanted: (uid: string) => boolean;
  readonly imagesChanged: () => void;
}

/** Collects garbage of a node. */
export class GarbageCollector {
  readonly #options: GarbageCollectorOptions;
  readonly #images: ImageCollector;
  #timer: Timer | undefined;
  #imagesDue = 0;
  #stopped = false;

  constructor(options: GarbageCollectorOptions) {
    this.#options = options;
    const { deps, machine, config, recorder, nodeName, imagesChanged } = options;
    const { runtime, view, clock, logger } = deps;
    this.#images = new ImageCollector({
      runtime,
      view,
      machine,
      config,
      recorder,
      clock,
      logger,
      nodeName,
      imagesChanged,
    });
  }

  /** Collects once a minute, first at once: the kubelet may have been away for long. */
  start(clock: Clock): void {
    if (this.#stopped) return;
    const again = (): void => {
      void this.collect().finally(() => {
        if (!this.#stopped) this.#timer = clock.setTimer(containerPeriod, again);
      });
    };
    again();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** Removes all images that nothing uses, and all dead containers but the newest: the disk is full. */
  async removeUnusedImages(): Promise<void> {
    await this.#containers();
    await this.#images.removeUnused();
  }

  /** One round. Never throws. */
  async collect(): Promise<void> {
    const { deps } = this.#options;
    const attempt = async (what: string, action: () => Promise<void>): Promise<void> => {
      try {
        if (!this.#stopped) await action();
      } catch (error) {
        deps.logger.warn(`Cannot collect ${what}`, { error });
      }
    };
    await attempt("containers", () => this.#containers());
    await attempt("cgroups", () => this.#cgroups());
    if (!deps.files.real) return;
    await attempt("pod directories", () => this.#directories());
    await attempt("pod logs", () => this.#logs());
    if (deps.clock.now() < this.#imagesDue) return;
    this.#imagesDue = deps.clock.now() + imagePeriod;
    await attempt("images", () => this.#images.collect());
  }

  async #containers(): Promise<void> {
    const { view, runtime } = this.#options.deps;
    for (const pod of view.pods()) {
      for (const id of superfluousContainers(pod)) await runtime.removeContainer(id);
      for (const id of superfluousSandboxes(pod)) await runtime.removePodSandbox(id);
    }
  }

  async #cgroups(): Promise<void> {
    const { deps, isWanted } = this.#options;
    for (const uid of await deps.cgroups.pods()) if (!isWanted(uid)) await deps.cgroups.removePod(uid);
  }

  async #directories(): Promise<void> {
    const { deps, isWanted } = this.#options;
    const { files, directories, volumes, logger } = deps;
    for (const uid of await files.list(`${directories.root}/pods`)) {
      if (isWanted(uid)) continue;
      logger.info("Removing the directory of a pod that is gone", { uid });
      await volumes.tearDown(uid);
      await files.remove(`${directories.root}/pods/${uid}`);
    }
  }

  async #logs(): Promise<void> {
    const { deps, isWanted } = this.#options;
    const { files, directories } = deps;
    for (const name of await files.list(directories.podLogs)) {
      const uid = /^[^_]+_[^_]+_([^_]+)$/.exec(name)?.[1];
      if (uid !== undefined && !isWanted(uid)) await files.remove(`${directories.podLogs}/${name}`);
    }
  }
}

/** Dead containers older than the newest dead one of their name. */
export function superfluousContainers(pod: ObservedPod): string[] {
  const kept = new Set<string>();
  return pod.containers.flatMap(({ id, name, state }) => {
    if (state === "RUNNING" || state === "CREATED") return [];
    if (kept.has(name)) return [id];
    kept.add(name);
    return [];
  });
}

/** Sandboxes that are over, replaced, and have no container left that is still shown. */
export function superfluousSandboxes(pod: ObservedPod): string[] {
  const gone = new Set(superfluousContainers(pod));
  const shown = new Set(pod.containers.filter(({ id }) => !gone.has(id)).map(({ sandboxId }) => sandboxId));
  const old = pod.sandboxes.slice(1).filter(({ id, state }) => state === "NOTREADY" && !shown.has(id));
  return old.map(({ id }) => id);
}
