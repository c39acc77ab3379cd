/** Objects to stored bytes and back, for one resource in its storage version. */
import type { DeepReadonly, KubernetesObject, ResourceSchema } from "@k8ts/api";
import { beginsWith, fieldNamesMark, indexText, type RecordFormat } from "../storage/index.ts";
import type { Strategy } from "./strategy.ts";

/** An object ready to be committed. */
export interface EncodedObject {
  /** Its JSON without a resourceVersion. */
  readonly value: Uint8Array;
  readonly index: string;
}

/** Freezes an object and all within; for tests, where nobody may change what is shared. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

/** The codec of one resource. */
export class ObjectCodec implements RecordFormat {
  readonly head: Uint8Array;
  readonly fieldNames: readonly string[];
  readonly mark: string;
  readonly #resource: ResourceSchema;
  readonly #strategy: Strategy;
  readonly #frozen: boolean;

  constructor(resource: ResourceSchema, strategy: Strategy, frozen: boolean) {
    const { kind, groupVersion } = resource;
    this.head = Buffer.from(
      `{"kind":${JSON.stringify(kind)},"apiVersion":${JSON.stringify(groupVersion)},"metadata":{`,
    );
    this.fieldNames = strategy.fieldNames ?? [];
    this.mark = fieldNamesMark(this.fieldNames);
    this.#resource = resource;
    this.#strategy = strategy;
    this.#frozen = frozen;
  }

  /** Encodes an object; its resourceVersion is taken away, as it does not belong to what is stored. */
  encode(object: KubernetesObject): EncodedObject {
    object.kind = this.#resource.kind;
    object.apiVersion = this.#resource.groupVersion;
    // Assigning undefined keeps the object's shape, which `delete` would slow down.
    object.metadata.resourceVersion = undefined;
    // Bytes begin alike whatever order the client wrote: the cache relies on `head`.
    const { kind, apiVersion, metadata, ...rest } = object;
    const value = Buffer.from(JSON.stringify({ kind, apiVersion, metadata, ...rest }), "utf8");
    return { value, index: this.#indexOf(object) };
  }

  normalize(value: Uint8Array): Uint8Array {
    return this.encode(this.#parse(value)).value;
  }

  /** `value` in this codec's shape: itself, unless another server wrote it. */
  shaped(value: Uint8Array): Uint8Array {
    return beginsWith(value, this.head) ? value : this.normalize(value);
  }

  index(value: Uint8Array): string {
    return this.#indexOf(this.#parse(value));
  }

  share(object: KubernetesObject): DeepReadonly<KubernetesObject> {
    return this.#frozen ? deepFreeze(object) : object;
  }

  #parse(value: Uint8Array): KubernetesObject {
    return JSON.parse(
      Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("utf8"),
    ) as KubernetesObject;
  }

  #indexOf(object: KubernetesObject): string {
    if (this.fieldNames.length === 0) return indexText(object.metadata.labels, "", []);
    const fields = this.#strategy.fields?.(object) ?? {};
    return indexText(
      object.metadata.labels,
      this.mark,
      this.fieldNames.map((name) => fields[name] ?? ""),
    );
  }
}
