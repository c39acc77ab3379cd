/** Logs of simulated containers: kept in memory, written in CRI's format, read as files are. */
import type { LogFile, LogStore } from "./log-store.ts";

/** One container's log. */
interface MemoryLog {
  readonly identity: string;
  chunks: Buffer[];
  length: number;
}

/** Bytes kept per log: then it starts anew, as a rotated file does. */
const longestLog = 256 * 1024;

/** The logs of a simulated node. A path costs memory only once something is written there. */
export class MemoryLogs implements LogStore {
  readonly #logs = new Map<string, MemoryLog>();
  readonly #watchers = new Map<string, Set<() => void>>();
  #opened = 0;

  /** Makes the log where there is none. */
  create(path: string): void {
    if (!this.#logs.has(path)) this.#renew(path);
    this.#tell(path);
  }

  /** Appends bytes, which must be whole lines. */
  append(path: string, bytes: Buffer): void {
    let log = this.#logs.get(path);
    if (log === undefined || log.length + bytes.length > longestLog) log = this.#renew(path);
    log.chunks.push(bytes);
    log.length += bytes.length;
    this.#tell(path);
  }

  /** The path names a new, empty log from now on; readers of the old one keep it. */
  rotate(path: string): void {
    this.#renew(path);
    this.#tell(path);
  }

  remove(path: string): void {
    if (this.#logs.delete(path)) this.#tell(path);
  }

  async open(path: string): Promise<LogFile | undefined> {
    const log = this.#logs.get(path);
    if (log === undefined) return undefined;
    return {
      identity: log.identity,
      size: async () => log.length,
      read: async (buffer, position) => readAt(log, buffer, position),
      close: async () => undefined,
    };
  }

  watch(path: string, changed: () => void): () => void {
    const watchers = this.#watchers.get(path) ?? new Set();
    this.#watchers.set(path, watchers.add(changed));
    return () => {
      watchers.delete(changed);
      if (watchers.size === 0 && this.#watchers.get(path) === watchers) this.#watchers.delete(path);
    };
  }

  #renew(path: string): MemoryLog {
    const log = { identity: `${++this.#opened}`, chunks: [], length: 0 };
    this.#logs.set(path, log);
    return log;
  }

  #tell(path: string): void {
    for (const changed of this.#watchers.get(path) ?? []) changed();
  }
}

function readAt(log: MemoryLog, buffer: Buffer, position: number): number {
  if (log.chunks.length > 1) log.chunks = [Buffer.concat(log.chunks)];
  return log.chunks[0]?.copy(buffer, 0, position) ?? 0;
}
