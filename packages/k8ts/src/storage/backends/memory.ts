/** Storage that forgets when the process ends: for tests and simulation. */
import { LocalStorage, type LocalStorageOptions, type ValueEngine } from "../local-storage.ts";
import { SortedMap } from "../sorted-map.ts";
import type { Change, Storage, StoredValue } from "../storage.ts";

class MemoryEngine implements ValueEngine {
  readonly #values = new SortedMap<StoredValue>();

  get(key: string): StoredValue | undefined {
    return this.#values.get(key);
  }

  *range(prefix: string, after: string): Iterable<StoredValue> {
    for (const value of this.#values.from(after > prefix ? after : prefix)) {
      if (!value.key.startsWith(prefix)) return;
      if (value.key !== after) yield value;
    }
  }

  apply(changes: readonly Change[]): undefined {
    for (const { key, value } of changes) {
      if (value) this.#values.set(value);
      else this.#values.delete(key);
    }
  }

  close(): Promise<void> {
    this.#values.clear();
    return Promise.resolve();
  }
}

/** An empty store in memory, at revision 1. */
export function openMemoryStorage(options: LocalStorageOptions): Storage {
  return new LocalStorage(new MemoryEngine(), 1, options);
}
