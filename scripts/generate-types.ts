/**
 * Writes packages/api/src/types/<group>/<version>.ts from the schema tables: one interface per type.
 * `npm run generate` writes them; `npm run ok` fails where they differ from what is checked in (--check).
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tables } from "../packages/api/schema/index.ts";
import {
  parseTable,
  type FieldSchema,
  type GroupVersionSchema,
  type ResourceSchema,
  type Scalar,
  type StructSchema,
  type TypeUse,
} from "../packages/api/src/machinery/schema.ts";

const root = join(import.meta.dirname, "..", "packages", "api", "src", "types");

const scalarTypes: Record<Scalar, string> = {
  string: "string",
  boolean: "boolean",
  int32: "number",
  int64: "number",
  double: "number",
  byte: "string",
  Time: "string",
  MicroTime: "string",
  Quantity: "string",
  IntOrString: "number | string",
  RawExtension: "Record<string, unknown>",
  FieldsV1: "Record<string, unknown>",
  JSON: "unknown",
  JSONSchemaPropsOrArray: "JSONSchemaProps | JSONSchemaProps[]",
  JSONSchemaPropsOrBool: "JSONSchemaProps | boolean",
  JSONSchemaPropsOrStringArray: "JSONSchemaProps | string[]",
  object: "Record<string, unknown>",
};

const scalarDocs: Partial<Record<Scalar, string>> = {
  byte: "Base64.",
  Time: "RFC 3339, whole seconds.",
  MicroTime: "RFC 3339, microseconds.",
  Quantity: 'A quantity such as "100m" or "1Gi".',
};

function typeText(type: TypeUse, prefix: string, imports: Map<string, Set<string>>): string {
  if (type.kind === "scalar") return scalarTypes[type.scalar];
  if (type.kind === "list") {
    const of = typeText(type.of, prefix, imports);
    return of.includes("|") ? `(${of})[]` : `${of}[]`;
  }
  if (type.kind === "map") return `Record<string, ${typeText(type.of, prefix, imports)}>`;
  const dot = type.name.lastIndexOf(".");
  const [owner, name] = [type.name.slice(0, dot), type.name.slice(dot + 1)];
  if (owner !== prefix) {
    const names = imports.get(owner) ?? new Set();
    imports.set(owner, names.add(name));
  }
  return name;
}

function docOf(field: FieldSchema): string {
  const scalar = field.type.kind === "scalar" ? scalarDocs[field.type.scalar] : undefined;
  const known = field.enum ? `Known values: ${field.enum.map((value) => value || '""').join(", ")}.` : undefined;
  const text = [field.doc, scalar, known].filter(Boolean).join(" ");
  return text ? `  /** ${text} */\n` : "";
}

/** Kinds whose objects say meta.k8s.io/v1; the others of that table say v1. */
const metaKinds: ReadonlySet<string> = new Set(["Table", "PartialObjectMetadata", "PartialObjectMetadataList"]);

const property = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name));

function interfaceText(struct: StructSchema, schema: GroupVersionSchema, imports: Map<string, Set<string>>): string {
  const name = struct.name.slice(schema.prefix.length + 1);
  const lines: string[] = [];
  const gv = schema.prefix === "meta.v1" && !metaKinds.has(name) ? "v1" : schema.groupVersion;
  if (struct.isKind) lines.push(`  apiVersion: "${gv}";\n`, `  kind: "${name}";\n`);
  for (const field of struct.fields.values()) {
    const meta = struct.isKind && field.name === "metadata";
    const optional = field.required || meta ? "" : "?";
    lines.push(
      `${docOf(field)}  ${property(field.name)}${optional}: ${typeText(field.type, schema.prefix, imports)};\n`,
    );
  }
  const doc = struct.doc ? `/** ${struct.doc} */\n` : "";
  return lines.length === 0
    ? `${doc}export type ${name} = Record<string, unknown>;\n`
    : `${doc}export interface ${name} {\n${lines.join("")}}\n`;
}

/** The plural in camel case, cased as the kind is: replicasets of ReplicaSet gives replicaSets, csidrivers csiDrivers. */
function handleName(plural: string, kind: string): string {
  const lead = /^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/.exec(kind)?.[0].length ?? 1;
  let name = "";
  for (let index = 0; index < plural.length; index++) {
    const same = index >= lead && kind[index]?.toLowerCase() === plural[index];
    name += same ? kind[index] : plural[index];
  }
  return name;
}

/** The typed handle of a resource: `export const pods: Resource<Pod> = …`. */
function resourceText(resource: ResourceSchema): string {
  const { group, version, resource: plural, kind, namespaced } = resource;
  const args = [group, version, plural, kind].map((text) => JSON.stringify(text)).join(", ");
  return `/** Handle of ${plural} in ${resource.groupVersion}. */\nexport const ${handleName(plural, kind)}: Resource<${kind}> = defineResource(${args}, ${namespaced});\n`;
}

/** Text of the generated file of one table. */
function moduleText(schema: GroupVersionSchema): string {
  const imports = new Map<string, Set<string>>();
  const bodies = [...schema.structs.values()].map((struct) => interfaceText(struct, schema, imports));
  const importLines = [...imports]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(
      ([owner, names]) => `import type { ${[...names].sort().join(", ")} } from "../${owner.replace(".", "/")}.ts";\n`,
    );
  const handles = schema.resources.map(resourceText);
  if (handles.length > 0)
    importLines.push('import { defineResource, type Resource } from "../../machinery/resource.ts";\n');
  const header = `// Generated from the schema table of ${schema.groupVersion} by scripts/generate-types.ts; do not edit.\n`;
  return `${header}${importLines.join("")}\n${[...handles, ...bodies].join("\n")}`;
}

/** Writes every types module; with `check`, writes nothing and returns the files that would change. */
export function generateTypes(check: boolean): string[] {
  const stale: string[] = [];
  for (const table of tables) {
    const schema = parseTable(table);
    const file = join(root, `${schema.prefix.replace(".", "/")}.ts`);
    const text = moduleText(schema);
    let before = "";
    try {
      before = readFileSync(file, "utf8");
    } catch {
      before = "";
    }
    if (before === text) continue;
    stale.push(file);
    if (check) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return stale;
}
