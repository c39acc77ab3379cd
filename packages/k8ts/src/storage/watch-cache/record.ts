/** One object at one revision, as the watch cache keeps it: bytes in a slab, and what selectors ask for. */
import type { DeepReadonly, KubernetesObject } from "@k8ts/api";
import type { Labels } from "./record-index.ts";
import type { Place, Slab } from "./slab.ts";

/** What a cache knows of its kind. */
export interface RecordFormat {
  /** `{"kind":"Pod","apiVersion":"v1","metadata":{`: how every value begins; the resourceVersion comes right after. */
  readonly head: Uint8Array;
  /** Names of the selectable fields, in the order of the index text. */
  readonly fieldNames: readonly string[];
  /** fieldNamesMark(fieldNames). */
  readonly mark: string;
  /** Brings a value that begins otherwise (written by another server) into this shape. */
  normalize(value: Uint8Array): Uint8Array;
  /** The index text of a value that came without. */
  index(value: Uint8Array): string;
  /** Prepares a decoded object for sharing: freezes it in tests. */
  share(object: KubernetesObject): DeepReadonly<KubernetesObject>;
}

/** An object at a revision. Its content never changes; its place may. */
export class CacheRecord {
  /** `namespace/name`, or the name alone. */
  readonly key: string;
  readonly revision: number;
  readonly labels: Labels;
  readonly fields: readonly string[];
  readonly #format: RecordFormat;
  slab: Slab;
  offset: number;
  readonly length: number;
  #decoded: WeakRef<DeepReadonly<KubernetesObject>> | undefined;

  constructor(
    key: string,
    revision: number,
    place: Place,
    index: { readonly labels: Labels; readonly fields: readonly string[] },
    format: RecordFormat,
  ) {
    this.key = key;
    this.revision = revision;
    this.slab = place.slab;
    this.offset = place.offset;
    this.length = place.length;
    this.labels = index.labels;
    this.fields = index.fields;
    this.#format = format;
  }

  /** The JSON, resourceVersion included; a view, never to be changed. */
  json(): Uint8Array {
    return this.slab.bytes.subarray(this.offset, this.offset + this.length);
  }

  /** The decoded object, shared with everybody who still holds it. */
  object(): DeepReadonly<KubernetesObject> {
    const known = this.#decoded?.deref();
    if (known) return known;
    const text = this.slab.bytes.toString("utf8", this.offset, this.offset + this.length);
    return this.decodedAs(JSON.parse(text) as KubernetesObject);
  }

  /** Takes an object that is already decoded (the one its writer has) as this record's. */
  decodedAs(object: KubernetesObject): DeepReadonly<KubernetesObject> {
    const shared = this.#format.share(object);
    this.#decoded = new WeakRef(shared);
    return shared;
  }

  /** The JSON as of another revision: what a DELETED event shows. */
  jsonAt(revision: number): Uint8Array {
    const head = this.#format.head.length + resourceVersionKey.length;
    const rest = this.json().subarray(head + String(this.revision).length);
    return Buffer.concat([this.json().subarray(0, head), Buffer.from(String(revision), "latin1"), rest]);
  }

  get namespace(): string {
    return namespaceOf(this.key);
  }

  /** A selectable field's value; "" where the kind has no such field. */
  field(name: string): string {
    return fieldOf(this.key, this.fields, this.#format, name);
  }
}

function namespaceOf(key: string): string {
  const slash = key.indexOf("/");
  return slash < 0 ? "" : key.slice(0, slash);
}

/** The value of a selectable field of the object with this key and these fields. */
export function fieldOf(key: string, fields: readonly string[], format: RecordFormat, name: string): string {
  if (name === "metadata.name") return key.slice(key.indexOf("/") + 1);
  if (name === "metadata.namespace") return namespaceOf(key);
  return fields[format.fieldNames.indexOf(name)] ?? "";
}

const resourceVersionKey = Buffer.from('"resourceVersion":"');

/** How many bytes a value takes with its resourceVersion. */
export function splicedLength(value: Uint8Array, revision: number): number {
  return value.length + resourceVersionKey.length + String(revision).length + 2;
}

/** Writes `value` with its resourceVersion right after `headLength` bytes, into `target` at `offset`. */
export function splice(target: Buffer, offset: number, value: Uint8Array, headLength: number, revision: number): void {
  target.set(value.subarray(0, headLength), offset);
  let at = offset + headLength;
  target.set(resourceVersionKey, at);
  at += resourceVersionKey.length;
  at += target.write(`${revision}",`, at, "latin1");
  target.set(value.subarray(headLength), at);
}

/** True where `value` begins with `head` and metadata is not empty, so that a resourceVersion can be spliced in. */
export function beginsWith(value: Uint8Array, head: Uint8Array): boolean {
  if (value.length <= head.length || value[head.length] !== 0x22) return false;
  for (let index = 0; index < head.length; index++) if (value[index] !== head[index]) return false;
  return true;
}

/** `value` with its resourceVersion, as a buffer of its own. */
export function withResourceVersion(value: Uint8Array, headLength: number, revision: number): Buffer {
  const bytes = Buffer.allocUnsafe(splicedLength(value, revision));
  splice(bytes, 0, value, headLength, revision);
  return bytes;
}
