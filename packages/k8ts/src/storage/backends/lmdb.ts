/**
 * The embedded default: LMDB, an on-disk B+tree with copy-on-write pages. A write is acknowledged when its transaction
 * has been synced; a crash at any moment leaves the last synced state.
 *
 * An entry is `revision (8 bytes) | length of index (4) | index text | value`, all little-endian, under the storage key.
 * The store's own revision lies under a key outside of /registry/.
 */
import { statfs } from "node:fs/promises";
import type { RootDatabase } from "lmdb";
import { LocalStorage, type LocalStorageOptions, type ValueEngine } from "../local-storage.ts";
import type { Change, Storage, StoredValue } from "../storage.ts";
import { StorageError } from "../storage.ts";
import { DirectoryLock } from "./directory-lock.ts";

/** What the LMDB backend is handed. */
export interface LmdbStorageOptions extends LocalStorageOptions {
  /** Made where it does not exist; only one process may have it open. */
  readonly directory: string;
}

type Database = RootDatabase<Buffer, string>;

/** What lmdb rejects a failed commit with: the reason comes in a promise of its own. */
interface CommitError extends Error {
  readonly commitError?: Promise<never>;
}

/** A failed write with less than this left, in bytes, failed for want of space: more than any object may take. */
const fullBelow = 8 << 20;

const revisionKey = "revision";
const headerLength = 12;

function encodeEntry({ value, revision, index }: StoredValue): Buffer {
  const text = index ?? "";
  const indexLength = index === undefined ? 0 : Buffer.byteLength(text);
  const entry = Buffer.allocUnsafeSlow(headerLength + indexLength + value.byteLength);
  entry.writeDoubleLE(revision, 0);
  // One more than the length, so that no index and an empty one differ.
  entry.writeUInt32LE(index === undefined ? 0 : indexLength + 1, 8);
  entry.write(text, headerLength, "utf8");
  entry.set(value, headerLength + indexLength);
  return entry;
}

function decodeEntry(key: string, entry: Buffer): StoredValue {
  const revision = entry.readDoubleLE(0);
  const length = entry.readUInt32LE(8);
  if (length === 0) return { key, value: entry.subarray(headerLength), revision };
  const end = headerLength + length - 1;
  return { key, value: entry.subarray(end), revision, index: entry.toString("utf8", headerLength, end) };
}

class LmdbEngine implements ValueEngine {
  readonly #database: Database;
  readonly #directory: string;
  readonly #lock: DirectoryLock;

  constructor(database: Database, directory: string, lock: DirectoryLock) {
    this.#database = database;
    this.#directory = directory;
    this.#lock = lock;
  }

  get(key: string): StoredValue | undefined {
    const entry = this.#database.getBinary(key);
    return entry && decodeEntry(key, entry);
  }

  *range(prefix: string, after: string): Iterable<StoredValue> {
    const start = after > prefix ? after : prefix;
    for (const { key, value } of this.#database.getRange({ start, snapshot: true })) {
      if (!key.startsWith(prefix)) return;
      if (key !== after) yield decodeEntry(key, value);
    }
  }

  async apply(changes: readonly Change[], revision: number): Promise<void> {
    const database = this.#database;
    const last = Buffer.alloc(8);
    last.writeDoubleLE(revision);
    try {
      await database.batch(() => {
        for (const { key, value } of changes) {
          if (value) void database.put(key, encodeEntry(value));
          else void database.remove(key);
        }
        void database.put(revisionKey, last);
      });
    } catch (error) {
      throw await this.#reasonOf(error as CommitError);
    }
  }

  /** Why a commit failed: LMDB says "Input/output error" of a short write, so the disk itself is asked. */
  async #reasonOf(error: CommitError): Promise<Error> {
    let reason: Error = error;
    try {
      await error.commitError;
    } catch (inner) {
      reason = inner as Error;
    }
    const { bavail, bsize } = await statfs(this.#directory);
    // The words of an etcd whose space is used up: what operators and their tools know.
    return bavail * bsize < fullBelow
      ? new Error("etcdserver: mvcc: database space exceeded", { cause: reason })
      : reason;
  }

  async close(): Promise<void> {
    await this.#database.close();
    this.#lock.release();
  }
}

/** Opens the store in a directory, where it left off. Throws Unavailable where another process has it open. */
export async function openLmdbStorage(options: LmdbStorageOptions): Promise<Storage> {
  const lock = DirectoryLock.acquire(options.directory);
  try {
    const { open } = await import("lmdb");
    const database = open<Buffer, string>({
      path: `${options.directory}/k8ts.mdb`,
      encoding: "binary",
      overlappingSync: false,
      // Batches are ours: its own leave promises behind that nobody can catch when a commit fails.
      eventTurnBatching: false,
      noMemInit: true,
      maxDbs: 1,
    });
    const revision = database.getBinary(revisionKey)?.readDoubleLE(0) ?? 1;
    return new LocalStorage(new LmdbEngine(database, options.directory, lock), revision, options);
  } catch (cause) {
    lock.release();
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new StorageError("Unavailable", `cannot open ${options.directory}: ${detail}`, { cause });
  }
}
