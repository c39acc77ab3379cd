/**
 * The contract of k8ts's storage: a small, revisioned key-value store. Keys follow Kubernetes' own layout
 * (`/registry/<resource>/<namespace>/<name>`), values are an object's JSON without its resourceVersion. One global
 * revision rises by one with each commit, as etcd's does. Every backend passes contract.ts.
 */

/** A value as stored. The bytes are shared: nobody may change them. */
export interface StoredValue {
  readonly key: string;
  readonly value: Uint8Array;
  /** Revision of the last write of this key: the object's resourceVersion. */
  readonly revision: number;
  /**
   * Labels and selectable fields kept beside the value by whoever wrote it, so that recovery never parses JSON.
   * Absent where the backend cannot keep it (etcd): then the value is parsed once at start.
   */
  readonly index?: string;
}

/** One write of a commit. */
export interface Operation {
  readonly key: string;
  /** The new value, or undefined to delete the key. */
  readonly value: Uint8Array | undefined;
  readonly index?: string;
  /** Compare-and-set: the revision the key must be at; 0: it must not exist. Absent: any. */
  readonly expected?: number;
}

/** Why storage refuses. The registry translates these once into StatusErrors. */
export type StorageErrorCode =
  /** A compare-and-set found another revision; `current` says which (0: the key does not exist). */
  | "Conflict"
  /** The revision asked for has been compacted away, or is no longer in the change log. */
  | "Compacted"
  /** The revision asked for has not happened yet. */
  | "FutureRevision"
  /** The disk or the peer is full, gone or broken; the write did not happen. */
  | "Unavailable"
  | "Closed";

/** The only error storage throws. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  readonly current: number | undefined;

  constructor(code: StorageErrorCode, message: string, options?: { current?: number; cause?: unknown }) {
    super(message, { cause: options?.cause });
    this.name = "StorageError";
    this.code = code;
    this.current = options?.current;
  }
}

/** A committed change, in revision order. */
export interface Change {
  readonly key: string;
  readonly revision: number;
  /** Undefined: the key was deleted. */
  readonly value: StoredValue | undefined;
  /** What the key held before; undefined where it did not exist. */
  readonly previous: StoredValue | undefined;
}

/** Who listens to a storage watch. Calls come in order, whole commits at a time; none comes after `closed`. */
export interface ChangeSink {
  changes(changes: readonly Change[]): void;
  /** The backend lost the watch (Compacted, Unavailable, Closed): list again. */
  closed(error: StorageError): void;
}

/** A page of a range. */
export interface RangePage {
  /** In key order. */
  readonly values: readonly StoredValue[];
  /** The revision the page shows. */
  readonly revision: number;
  /** True where keys after the last one remain. */
  readonly more: boolean;
}

/** Revisioned key-value storage. */
export interface Storage {
  /** The newest revision; 1 in an empty store, as in etcd. */
  revision(): Promise<number>;
  get(key: string): Promise<StoredValue | undefined>;
  /**
   * Keys with `prefix`, in order, after key `after`, at most `limit`; at `revision` (default: the newest).
   * Throws Compacted or FutureRevision.
   */
  list(prefix: string, options?: { revision?: number; after?: string; limit?: number }): Promise<RangePage>;
  /**
   * Does all operations or none, and resolves to the commit's revision once it would survive power loss. Throws
   * Conflict (nothing written) or Unavailable. Concurrent commits share a flush; watchers see a commit only once it
   * is durable.
   */
  commit(operations: readonly Operation[]): Promise<number>;
  /** Changes of keys with `prefix` after `revision`; first the past ones, then live. Returns how to stop. */
  watch(prefix: string, revision: number, sink: ChangeSink): () => void;
  /** Forgets history before `revision`; current values stay. */
  compact(revision: number): Promise<void>;
  close(): Promise<void>;
}
