/**
 * The schema tables: parsing, and looking types and resources up by name.
 *
 * A table (packages/api/schema/*.ts) is text, one per group/version:
 *
 *     group apps v1 proto=k8s.io.api.apps.v1           the API group, version and protobuf package
 *     resource deployments Deployment Namespaced short=deploy categories=all verbs=all
 *      scale autoscaling/v1 Scale verbs=get,patch,update      a subresource, with its group/version where it is another
 *     kind Deployment                                  a type with apiVersion and kind
 *      spec DeploymentSpec #2                          a field: name, type, protobuf number
 *     type DeploymentSpec map=atomic                   a type within others; map=atomic: replaced whole by apply
 *      selector! meta.v1.LabelSelector #2              `!`: required
 *      conditions []Condition #6 list=map(type) patch=merge key=type
 *
 * A type is a scalar, `Name` of the same table, `group.version.Name` of another, `[]T` or `{}T` (a map by string).
 * `*T` is a pointer in Go: absent differs from zero (replicas: 0 stays), where a plain T drops its zero unless required.
 * `#1.3` is field 3 of the message at field 1: protobuf nests what JSON inlines. `default=` is JSON; `enum=a|b`
 * lists the known values. `list=`, `map=`, `patch=` and `key=` are the structural-merge and strategic-merge keys.
 * `doc="..."` ends a line: one sentence for `kubectl explain`.
 */

/**
 * Scalars of the tables. Time, MicroTime, Quantity, IntOrString, RawExtension, FieldsV1 and the JSON family of CRD
 * schemas are single JSON values with protobuf messages of their own.
 */
export type Scalar =
  | "string"
  | "boolean"
  | "int32"
  | "int64"
  | "double"
  | "byte"
  | "Time"
  | "MicroTime"
  | "Quantity"
  | "IntOrString"
  | "RawExtension"
  | "FieldsV1"
  | "JSON"
  | "JSONSchemaPropsOrArray"
  | "JSONSchemaPropsOrBool"
  | "JSONSchemaPropsOrStringArray"
  | "object";

/** How a field's value is shaped: a scalar, a struct by full name ("core.v1.PodSpec"), a list or a map by string. */
export type TypeUse =
  | { readonly kind: "scalar"; readonly scalar: Scalar }
  | { readonly kind: "struct"; readonly name: string }
  | { readonly kind: "list"; readonly of: TypeUse }
  | { readonly kind: "map"; readonly of: TypeUse };

/** One field of a struct, as its table line says. */
export interface FieldSchema {
  readonly name: string;
  readonly required: boolean;
  readonly type: TypeUse;
  /** Absent differs from zero (0, "", false, {}). */
  readonly pointer: boolean;
  /** Path of protobuf field numbers; more than one where JSON inlines a nested message; absent where the field has none. */
  readonly proto?: readonly number[];
  readonly list?: "map" | "set" | "atomic";
  readonly listKeys?: readonly string[];
  readonly map?: "granular" | "atomic";
  readonly patchStrategy?: readonly ("merge" | "replace" | "retainKeys")[];
  readonly mergeKey?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly doc?: string;
}

/** A struct type: its fields in table order and by name. */
export interface StructSchema {
  /** "apps.v1.DeploymentSpec". */
  readonly name: string;
  /** True where objects of this type carry apiVersion and kind. */
  readonly isKind: boolean;
  readonly atomic: boolean;
  readonly fields: ReadonlyMap<string, FieldSchema>;
  readonly doc?: string;
}

/** A subresource served below a resource. */
export interface SubresourceSchema {
  readonly name: string;
  readonly kind: string;
  /** Group/version of the kind, where it is not the resource's own ("autoscaling/v1"). */
  readonly groupVersion?: string;
  readonly verbs: readonly string[];
}

/** A resource as discovery shows it, with its subresources. */
export interface ResourceSchema {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** "v1", "apps/v1". */
  readonly groupVersion: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceSchema[];
  /** Full name of the struct: "apps.v1.Deployment". */
  readonly type: string;
}

/** One parsed table. */
export interface GroupVersionSchema {
  /** "" for core. */
  readonly group: string;
  readonly version: string;
  /** "v1", "apps/v1": the apiVersion of its kinds. */
  readonly groupVersion: string;
  /** "apps.v1": the prefix of its types' full names. */
  readonly prefix: string;
  readonly protoPackage: string;
  readonly resources: readonly ResourceSchema[];
  readonly structs: ReadonlyMap<string, StructSchema>;
}

const scalars: ReadonlySet<string> = new Set<Scalar>([
  "string",
  "boolean",
  "int32",
  "int64",
  "double",
  "byte",
  "Time",
  "MicroTime",
  "Quantity",
  "IntOrString",
  "RawExtension",
  "FieldsV1",
  "JSON",
  "JSONSchemaPropsOrArray",
  "JSONSchemaPropsOrBool",
  "JSONSchemaPropsOrStringArray",
  "object",
]);

const allVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

const commas = (text: string | undefined): string[] => (text ? text.split(",") : []);

function words(line: string): { plain: string[]; options: Map<string, string>; doc?: string } {
  const at = line.indexOf(" doc=");
  const doc = at < 0 ? undefined : (JSON.parse(line.slice(at + 5)) as string);
  const plain: string[] = [];
  const options = new Map<string, string>();
  for (const word of splitOutsideQuotes(at < 0 ? line : line.slice(0, at))) {
    const equals = word.indexOf("=");
    if (equals > 0) options.set(word.slice(0, equals), word.slice(equals + 1));
    else plain.push(word);
  }
  return doc === undefined ? { plain, options } : { plain, options, doc };
}

function splitOutsideQuotes(line: string): string[] {
  return line.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
}

function parseTypeUse(text: string, prefix: string): TypeUse {
  if (text.startsWith("[]")) return { kind: "list", of: parseTypeUse(text.slice(2), prefix) };
  if (text.startsWith("{}")) return { kind: "map", of: parseTypeUse(text.slice(2), prefix) };
  if (scalars.has(text)) return { kind: "scalar", scalar: text as Scalar };
  return { kind: "struct", name: text.includes(".") ? text : `${prefix}.${text}` };
}

function parseField(line: string, prefix: string): FieldSchema {
  const { plain, options, doc } = words(line);
  const [rawName = "", use = "", proto] = plain;
  const required = rawName.endsWith("!");
  const pointer = use.startsWith("*");
  const type = pointer ? use.slice(1) : use;
  const list = options.get("list");
  const fallback = options.get("default");
  return {
    name: required ? rawName.slice(0, -1) : rawName,
    required,
    type: parseTypeUse(type, prefix),
    pointer,
    ...(proto && { proto: proto.slice(1).split(".").map(Number) }),
    ...(list && { list: list.replace(/\(.*/, "") as "map" | "set" | "atomic" }),
    ...(list?.startsWith("map(") && { listKeys: list.slice(4, -1).split(",") }),
    ...(options.has("map") && { map: options.get("map") as "granular" | "atomic" }),
    ...(options.has("patch") && {
      patchStrategy: commas(options.get("patch")) as ("merge" | "replace" | "retainKeys")[],
    }),
    ...(options.has("key") && { mergeKey: options.get("key") as string }),
    ...(fallback !== undefined && { default: JSON.parse(fallback) as unknown }),
    ...(options.has("enum") && { enum: (options.get("enum") as string).split("|") }),
    ...(doc !== undefined && { doc }),
  };
}

const verbsOf = (text: string | undefined): string[] => (text === "all" ? allVerbs : commas(text));

function parseResource(line: string, group: string, version: string, prefix: string): ResourceSchema {
  const { plain, options } = words(line);
  const [, resource = "", kind = "", scope] = plain;
  return {
    group,
    version,
    groupVersion: group === "" ? version : `${group}/${version}`,
    resource,
    singular: kind.toLowerCase(),
    kind,
    namespaced: scope === "Namespaced",
    shortNames: commas(options.get("short")),
    categories: commas(options.get("categories")),
    verbs: verbsOf(options.get("verbs")),
    subresources: [],
    type: `${prefix}.${kind}`,
  };
}

function parseSubresource(line: string): SubresourceSchema {
  const { plain, options } = words(line);
  const [name = "", second = "", third] = plain;
  const verbs = verbsOf(options.get("verbs"));
  return third ? { name, groupVersion: second, kind: third, verbs } : { name, kind: second, verbs };
}

/** What the first lines of a table say: its group, version and resources. */
export interface TableHead extends Omit<GroupVersionSchema, "structs"> {
  /** The whole table. */
  readonly text: string;
}

/** Parses only the head of a table, up to its first type: cheap enough to do for every table at start. */
export function parseTableHead(text: string): TableHead {
  const ends = [text.indexOf("\nkind "), text.indexOf("\ntype ")].filter((at) => at >= 0);
  const lines = linesOf(text.slice(0, ends.length > 0 ? Math.min(...ends) : undefined));
  const header = words(lines[0] ?? "");
  const [, groupName = "", version = ""] = header.plain;
  const group = groupName === "core" ? "" : groupName;
  const groupVersion = group === "" ? version : `${group}/${version}`;
  const protoPackage = header.options.get("proto") ?? "";
  const prefix = protoPackage.split(".").slice(-2).join(".");
  const resources: (ResourceSchema & { subresources: SubresourceSchema[] })[] = [];
  for (const line of lines.slice(1)) {
    if (line.startsWith("resource ")) {
      resources.push({ ...parseResource(line, group, version, prefix), subresources: [] });
    } else resources.at(-1)?.subresources.push(parseSubresource(line));
  }
  return { group, version, groupVersion, prefix, protoPackage, resources, text };
}

const linesOf = (text: string): string[] =>
  text.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("//"));

/** Where each type of a table stands: its short name, and its lines. Reads no line but the first of each. */
export function structBlocks(text: string): Map<string, string> {
  const blocks = new Map<string, string>();
  const heads = /^(?:kind|type) (\w+)/gm;
  let open: RegExpExecArray | null = heads.exec(text);
  while (open) {
    const next = heads.exec(text);
    blocks.set(open[1] as string, text.slice(open.index, next?.index));
    open = next;
  }
  return blocks;
}

/** Parses one type's lines; `prefix` is its table's ("apps.v1"). */
export function parseStruct(block: string, prefix: string): StructSchema {
  const [head = "", ...lines] = linesOf(block);
  const { plain, options, doc } = words(head);
  const fields = lines.map((line) => parseField(line, prefix));
  return {
    name: `${prefix}.${plain[1]}`,
    isKind: plain[0] === "kind",
    atomic: options.get("map") === "atomic",
    fields: new Map(fields.map((field) => [field.name, field])),
    ...(doc && { doc }),
  };
}

/**
 * Parses one schema table. Tables are part of the program, so a malformed one is a programming error and throws.
 */
export function parseTable(text: string): GroupVersionSchema {
  const { group, version, groupVersion, prefix, protoPackage, resources } = parseTableHead(text);
  const parsed = [...structBlocks(text).values()].map((block) => parseStruct(block, prefix));
  const structs = new Map(parsed.map((struct) => [struct.name, struct]));
  return { group, version, groupVersion, prefix, protoPackage, resources, structs };
}
