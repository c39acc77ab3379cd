/** Objects as rows: the Tables that `kubectl get` prints (meta.k8s.io/v1 Table). */
import { badRequest, type DeepReadonly, type KubernetesObject } from "@k8ts/api";
import type { Column, Strategy } from "../../registry/strategy.ts";

type Shared = DeepReadonly<KubernetesObject>;

/** How much of the object comes with its row. */
export type IncludeObject = "None" | "Metadata" | "Object";

/** What columns are shown where a kind names none: upstream's default convertor. */
const defaultColumns: readonly Column[] = [
  {
    name: "Name",
    type: "string",
    format: "name",
    description: "Name must be unique within a namespace.",
    cell: (object) => object.metadata.name ?? "",
  },
  {
    name: "Created At",
    type: "date",
    description: "When the server created this object, in RFC3339 form and UTC.",
    cell: (object) => object.metadata.creationTimestamp ?? "<unknown>",
  },
];

/** Reads `?includeObject=`; throws BadRequest in upstream's words. */
export function includeObjectOf(value: string | undefined): IncludeObject {
  if (!value || value === "Metadata") return "Metadata";
  if (value === "None" || value === "Object") return value;
  const detail = `includeObject: Unsupported value: ${JSON.stringify(value)}: supported values: "", "Metadata", "None", "Object"`;
  throw badRequest(`Unable to convert to Table as requested: ${detail}`);
}

/** Makes Tables of one kind's objects. */
export class TableMaker {
  readonly #columns: readonly Column[];
  readonly #strategy: Strategy;
  readonly #version: string;
  readonly #include: IncludeObject;

  constructor(strategy: Strategy, version: string, include: IncludeObject) {
    this.#columns = (strategy.columns as readonly Column[] | undefined) ?? defaultColumns;
    this.#strategy = strategy;
    this.#version = version;
    this.#include = include;
  }

  /** A Table; `now` in milliseconds, for ages. Only the first of a watch has `headers`. */
  table(objects: Iterable<Shared>, metadata: object, now: number, headers: boolean): object {
    const rows: object[] = [];
    for (const object of objects) rows.push(this.#row(object, now));
    return {
      kind: "Table",
      apiVersion: `meta.k8s.io/${this.#version}`,
      metadata,
      columnDefinitions: headers ? this.#definitions() : null,
      rows,
    };
  }

  #definitions(): object[] {
    return this.#columns.map(({ name, type, format = "", description, priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }));
  }

  #row(object: Shared, now: number): object {
    const cells = this.#columns.map((column) => column.cell(object, now));
    const conditions = this.#strategy.rowConditions?.(object);
    const row = conditions && conditions.length > 0 ? { cells, conditions } : { cells };
    switch (this.#include) {
      case "None":
        return { ...row, object: null };
      case "Object":
        return { ...row, object };
      default:
        return { ...row, object: partialObject(object, this.#version) };
    }
  }
}

/** An object's metadata alone. */
export function partialObject(object: Shared, version: string): Shared {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}
