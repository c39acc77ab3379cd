/** Logs as a container runtime writes them: files in the pod's log directory. */
import { watch, type BigIntStats } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { LogFile, LogStore } from "./log-store.ts";

/** The machine's files. */
export const fileLogs: LogStore = {
  async open(path) {
    try {
      const handle = await open(path, "r");
      return new OpenLog(handle, await handle.stat({ bigint: true }));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  },
  watch(path, changed) {
    const name = basename(path);
    const watcher = watch(dirname(path), { persistent: false }, (_event, file) => {
      if (file === null || file === name) changed();
    });
    // The directory went away, with its pod: who reads finds out by looking.
    watcher.on("error", changed);
    return () => watcher.close();
  },
};

class OpenLog implements LogFile {
  readonly identity: string;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, stat: BigIntStats) {
    this.#handle = handle;
    this.identity = `${stat.dev}:${stat.ino}`;
  }

  async size(): Promise<number> {
    return (await this.#handle.stat()).size;
  }

  async read(buffer: Buffer, position: number): Promise<number> {
    return (await this.#handle.read(buffer, 0, buffer.length, position)).bytesRead;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
