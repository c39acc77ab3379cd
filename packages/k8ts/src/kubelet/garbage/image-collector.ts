/** Removes images that no container uses when the disk is getting full, those unused for longest first. */
import type { Clock, Logger } from "@k8ts/api";
import type { EventRecorder } from "@k8ts/client";
import type { KubeletConfig } from "../config.ts";
import { nodeReference } from "../node/node-manager.ts";
import type { Machine } from "../node/machine.ts";
import type { RuntimeView } from "../pods/runtime-view.ts";
import type { ContainerRuntime, Image } from "../runtimes/runtime.ts";

/** What the collector is made of. */
export interface ImageCollectorOptions {
  readonly runtime: ContainerRuntime;
  readonly view: RuntimeView;
  readonly machine: Machine;
  readonly config: KubeletConfig;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly nodeName: string;
  readonly imagesChanged: () => void;
}

interface Record {
  readonly firstSeen: number;
  lastUsed: number;
}

/** Images of a node, and when each was last used. */
export class ImageCollector {
  readonly #options: ImageCollectorOptions;
  readonly #records = new Map<string, Record>();

  constructor(options: ImageCollectorOptions) {
    this.#options = options;
  }

  /** Frees space where the disk is fuller than the high threshold, down to the low one. */
  async collect(): Promise<void> {
    const { machine, config, recorder, nodeName } = this.#options;
    const images = await this.#observe();
    const { imageFs, nodeFs } = await machine.usage();
    const { capacityBytes, availableBytes } = imageFs ?? nodeFs;
    if (capacityBytes === 0) return;
    const used = 100 - Math.floor((availableBytes * 100) / capacityBytes);
    if (used < config.imageGCHighThresholdPercent) return;
    const wanted = Math.floor((capacityBytes * (100 - config.imageGCLowThresholdPercent)) / 100) - availableBytes;
    const freed = await this.#remove(images, wanted, config.imageMinimumGCAge);
    if (freed >= wanted) return;
    const message = `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
    recorder.event(nodeReference(nodeName), "Warning", "FreeDiskSpaceFailed", message);
  }

  /** Removes every image that nothing uses. */
  async removeUnused(): Promise<void> {
    await this.#remove(await this.#observe(), Infinity, 0);
  }

  async #observe(): Promise<readonly Image[]> {
    const { runtime, view, clock } = this.#options;
    const images = await runtime.listImages();
    const used = new Set<string>();
    for (const pod of view.pods()) for (const { image, imageRef } of pod.containers) used.add(image).add(imageRef);
    const now = clock.now();
    const present = new Set(images.map(({ id }) => id));
    for (const id of this.#records.keys()) if (!present.has(id)) this.#records.delete(id);
    for (const image of images) {
      const record = this.#records.get(image.id) ?? { firstSeen: now, lastUsed: 0 };
      this.#records.set(image.id, record);
      if ([image.id, ...image.repoTags, ...image.repoDigests].some((name) => used.has(name))) record.lastUsed = now;
    }
    return images;
  }

  /** Returns the bytes that were freed. */
  async #remove(images: readonly Image[], wanted: number, minAge: number): Promise<number> {
    const { runtime, clock, logger, imagesChanged } = this.#options;
    const now = clock.now();
    const candidates = images
      .map((image) => ({ image, record: this.#records.get(image.id)! }))
      .filter(({ image, record }) => !image.pinned && record.lastUsed < now && now - record.firstSeen >= minAge)
      .sort((a, b) => a.record.lastUsed - b.record.lastUsed || a.record.firstSeen - b.record.firstSeen);
    let freed = 0;
    for (const { image } of candidates) {
      if (freed >= wanted) break;
      try {
        await runtime.removeImage(image.id);
        freed += image.size;
        imagesChanged();
      } catch (error) {
        logger.warn("Cannot remove an image", { image: image.id, error });
      }
    }
    return freed;
  }
}
