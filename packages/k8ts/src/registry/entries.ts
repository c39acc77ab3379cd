/** What reads and writes resolve to: objects as bytes that are decoded only when somebody asks. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import { type CacheRecord, runsOf, withResourceVersion } from "../storage/index.ts";
import type { EncodedObject } from "./object-codec.ts";
import type { Entry, ListResult } from "./resource-store.ts";

/** An entry whose bytes are known: just written, or read past the cache. */
export class BytesEntry implements Entry {
  readonly revision: number;
  readonly #encode: () => Uint8Array;
  readonly #decode: () => DeepReadonly<KubernetesObject>;
  #json: Uint8Array | undefined;
  #object: DeepReadonly<KubernetesObject> | undefined;

  constructor(revision: number, encode: () => Uint8Array, decode: () => DeepReadonly<KubernetesObject>) {
    this.revision = revision;
    this.#encode = encode;
    this.#decode = decode;
  }

  json(): Uint8Array {
    return (this.#json ??= this.#encode());
  }

  object(): DeepReadonly<KubernetesObject> {
    return (this.#object ??= this.#decode());
  }
}

/** The entry of an object that was just written (or would have been) at `revision`. */
export function writtenEntry(
  object: DeepReadonly<KubernetesObject>,
  encoded: EncodedObject,
  headLength: number,
  revision: number,
): Entry {
  return new BytesEntry(
    revision,
    () => withResourceVersion(encoded.value, headLength, revision),
    () => object,
  );
}

/** A list's position in its collection. */
export interface ListPosition {
  readonly revision: number;
  readonly continue?: string;
  readonly remaining?: number;
}

/** A list of cached records. */
export function recordList(records: readonly CacheRecord[], position: ListPosition): ListResult {
  return {
    ...position,
    count: records.length,
    runs: () => runsOf(records),
    entries: () => records,
  };
}

/** A list of other entries. */
export function entryList(entries: readonly Entry[], position: ListPosition): ListResult {
  return {
    ...position,
    count: entries.length,
    runs: () => joined(entries),
    entries: () => entries,
  };
}

const comma = Buffer.from(",");

function* joined(entries: readonly Entry[]): Iterable<Uint8Array> {
  for (const [index, entry] of entries.entries()) {
    if (index > 0) yield comma;
    yield entry.json();
  }
}
