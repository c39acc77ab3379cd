/**
 * Keeps container logs from filling the disk: a log that has reached its size is renamed, the runtime told to open a new
 * one, older ones compressed and the oldest removed.
 *
 * Sizes are looked at together, at most every ten seconds (the kubelet's containerLogMonitorInterval) and sooner only
 * where a log grows so fast that it would pass its size before. One stat per running container, no call to the runtime.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock, Logger, Timer } from "@k8ts/api";

/** A running container's log. */
export interface RotatableLog {
  readonly containerId: string;
  readonly path: string;
}

/** What rotation is handed. */
export interface LogRotationOptions {
  /** Logs of the containers that run now. */
  readonly logs: () => readonly RotatableLog[];
  /** ContainerRuntime.reopenContainerLog. */
  readonly reopen: (containerId: string) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Bytes; default 10 Mi (containerLogMaxSize). */
  readonly maxSize?: number;
  /** Files per container, the current one among them; default 5 (containerLogMaxFiles). */
  readonly maxFiles?: number;
}

const longestPause = 10_000;
const shortestPause = 500;
const compressed = ".gz";
const temporary = ".tmp";

/** Rotates the logs of one node. */
export class LogRotation {
  readonly #options: LogRotationOptions;
  readonly #maxSize: number;
  readonly #maxFiles: number;
  /** Sizes at the last look, by container. */
  #sizes = new Map<string, number>();
  #lookedAt = 0;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: LogRotationOptions) {
    this.#options = options;
    this.#maxSize = options.maxSize ?? 10 * 1024 * 1024;
    this.#maxFiles = options.maxFiles ?? 5;
  }

  start(): void {
    this.#lookedAt = this.#options.clock.monotonic();
    this.#arm(longestPause);
  }

  /** Resolves when nothing is being rotated any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  /** Looks at every log, as soon as an earlier look is through, and rotates those that are due. */
  look(): Promise<void> {
    const next = this.#looking.then(() => this.#look());
    this.#looking = next.catch(() => undefined);
    return next;
  }

  async #look(): Promise<void> {
    const now = this.#options.clock.monotonic();
    const since = Math.max(1, now - this.#lookedAt);
    const sizes = new Map<string, number>();
    let pause = longestPause;
    for (const log of this.#options.logs()) {
      const size = await this.#lookAt(log);
      if (size === undefined) continue;
      sizes.set(log.containerId, size);
      const growth = Math.max(0, size - (this.#sizes.get(log.containerId) ?? 0)) / since;
      if (growth > 0) pause = Math.min(pause, Math.max(shortestPause, (this.#maxSize - size) / growth));
    }
    this.#sizes = sizes;
    this.#lookedAt = now;
    this.#arm(pause);
  }

  #arm(pause: number): void {
    this.#timer?.cancel();
    if (this.#stopped) return;
    this.#timer = this.#options.clock.setTimer(pause, () => {
      this.look().catch((error: unknown) => {
        this.#options.logger.error("Failed to rotate container logs", { error: String(error) });
        this.#arm(longestPause);
      });
    });
  }

  /** Resolves to the size after it; undefined where it could not be told. */
  async #lookAt(log: RotatableLog): Promise<number | undefined> {
    try {
      const size = await sizeOf(log.path);
      if (size === undefined) await this.#options.reopen(log.containerId);
      if (size === undefined || size < this.#maxSize) return size ?? 0;
      await this.#rotate(log);
      return 0;
    } catch (error) {
      const fields = { containerID: log.containerId, path: log.path, error: String(error) };
      this.#options.logger.error("Failed to rotate log for container", fields);
      return undefined;
    }
  }

  async #rotate(log: RotatableLog): Promise<void> {
    const directory = dirname(log.path);
    const prefix = `${basename(log.path)}.`;
    const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
    const kept = names.filter((name) => inUse(name, names)).sort();
    const excess = kept.splice(0, Math.max(0, kept.length - Math.max(0, this.#maxFiles - 2)));
    for (const name of names) if (!kept.includes(name) && !excess.includes(name)) await unlink(join(directory, name));
    for (const name of excess) await unlink(join(directory, name));
    for (const name of kept) if (!name.endsWith(compressed)) await compress(join(directory, name));
    const rotated = `${log.path}.${rotationStamp(this.#options.clock.now())}`;
    await rename(log.path, rotated);
    try {
      await this.#options.reopen(log.containerId);
    } catch (error) {
      // The runtime still writes to the old file: under its old name it is rotated at the next look.
      await rename(rotated, log.path);
      throw error;
    }
  }
}

/** Whether a rotated file is not a leftover of a rotation that was cut short. */
function inUse(name: string, all: readonly string[]): boolean {
  if (name.endsWith(temporary)) return false;
  return name.endsWith(compressed) || !all.includes(name + compressed);
}

async function compress(path: string): Promise<void> {
  await pipeline(createReadStream(path), createGzip(), createWriteStream(path + temporary));
  await rename(path + temporary, path + compressed);
  await unlink(path);
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** `20060102-150405`, as the kubelet names rotated logs; milliseconds since the epoch. */
function rotationStamp(time: number): string {
  const digits = new Date(time).toISOString().replaceAll(/[-:]/g, "");
  return `${digits.slice(0, 8)}-${digits.slice(9, 15)}`;
}
