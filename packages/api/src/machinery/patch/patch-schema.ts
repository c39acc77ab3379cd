/** What strategic merge must know of a field: how it merges, by which key, and what lies below it. */
import type { FieldSchema, StructSchema, TypeUse } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { malformedPatch } from "./patch-error.ts";

/** How one field merges. */
export interface PatchMeta {
  /** "merge", "replace" or "" (maps merge, lists are replaced). */
  readonly strategy: string;
  /** The patch lists which fields stay ($retainKeys). */
  readonly retainKeys: boolean;
  /** "" where elements have none. */
  readonly mergeKey: string;
  /** The schema of the field's fields, or of its elements' fields. */
  readonly below: PatchSchema;
}

const plainMeta = (below: PatchSchema): PatchMeta => ({ strategy: "", retainKeys: false, mergeKey: "", below });

/** A place in the tables: a struct, a map, or JSON that has no schema. */
export class PatchSchema {
  readonly #scheme: Scheme;
  readonly #type: TypeUse;

  constructor(scheme: Scheme, type: TypeUse) {
    this.#scheme = scheme;
    this.#type = type;
  }

  /** The schema of objects of this struct. */
  static of(scheme: Scheme, struct: StructSchema): PatchSchema {
    return new PatchSchema(scheme, { kind: "struct", name: struct.name });
  }

  /** Name for messages. */
  get name(): string {
    return this.#type.kind === "struct" ? this.#type.name.slice(this.#type.name.lastIndexOf(".") + 1) : this.#type.kind;
  }

  /** How the field merges; throws BadRequest for one that the type does not have. */
  field(key: string): PatchMeta {
    const type = this.#type;
    if (type.kind === "map") return plainMeta(this.#below(type.of));
    if (type.kind !== "struct") return plainMeta(this);
    const field = this.#scheme.struct(type.name).fields.get(key);
    if (!field) {
      throw malformedPatch(`unable to find api field in struct ${this.name} for the json field ${JSON.stringify(key)}`);
    }
    return this.#meta(field);
  }

  #meta({ patchStrategy = [], mergeKey = "", type }: FieldSchema): PatchMeta {
    return {
      strategy: patchStrategy.find((strategy) => strategy !== "retainKeys") ?? "",
      retainKeys: patchStrategy.includes("retainKeys"),
      mergeKey,
      below: this.#below(type.kind === "list" ? type.of : type),
    };
  }

  #below(type: TypeUse): PatchSchema {
    return new PatchSchema(this.#scheme, type);
  }
}
