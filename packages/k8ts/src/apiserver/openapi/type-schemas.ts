/** OpenAPI schemas of the tables' types, in the dialect of either version. */
import type { FieldSchema, Scalar, Scheme, StructSchema, TypeUse } from "@k8ts/api";

/** A JSON schema. */
export type JsonSchema = Record<string, unknown>;

/** One line on a type or a field, from outside the tables. */
export interface Docs {
  (typeName: string, field?: string): string | undefined;
  /** A text that changes whenever any line does; cheap, as it is asked for where no document is made. */
  fingerprint?(): string;
}

/** "#/components/schemas/" or "#/definitions/". */
export type OpenApiVersion = "v2" | "v3";

const metaPackage = "io.k8s.apimachinery.pkg.apis.meta.v1";
const extensionsPackage = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1";
const intOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/** Scalars that are types of their own in OpenAPI: their name and schema. */
const namedScalars: Partial<Record<Scalar, { name: string; v2: JsonSchema; v3?: JsonSchema; doc: string }>> = {
  Time: {
    name: `${metaPackage}.Time`,
    v2: { type: "string", format: "date-time" },
    doc: "A time in RFC 3339, to the second.",
  },
  MicroTime: {
    name: `${metaPackage}.MicroTime`,
    v2: { type: "string", format: "date-time" },
    doc: "A time in RFC 3339, to the microsecond.",
  },
  FieldsV1: {
    name: `${metaPackage}.FieldsV1`,
    v2: { type: "object" },
    doc: "A set of fields, as a tree of their names.",
  },
  Quantity: {
    name: quantity,
    v2: { type: "string" },
    v3: { oneOf: [{ type: "string" }, { type: "number" }] },
    doc: 'An amount with a suffix, such as "100m", "1.5Gi" or "2".',
  },
  IntOrString: {
    name: intOrString,
    v2: { type: "string", format: "int-or-string" },
    v3: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
    doc: "A number or a text: a port's number or name, a count or a percentage.",
  },
  RawExtension: {
    name: "io.k8s.apimachinery.pkg.runtime.RawExtension",
    v2: { type: "object" },
    doc: "An object of any kind.",
  },
  JSON: { name: `${extensionsPackage}.JSON`, v2: {}, doc: "Any JSON value." },
  JSONSchemaPropsOrArray: {
    name: `${extensionsPackage}.JSONSchemaPropsOrArray`,
    v2: {},
    doc: "A schema or a list of schemas.",
  },
  JSONSchemaPropsOrBool: { name: `${extensionsPackage}.JSONSchemaPropsOrBool`, v2: {}, doc: "A schema or a boolean." },
  JSONSchemaPropsOrStringArray: {
    name: `${extensionsPackage}.JSONSchemaPropsOrStringArray`,
    v2: {},
    doc: "A schema or a list of names.",
  },
};

const plainScalars: Partial<Record<Scalar, JsonSchema>> = {
  string: { type: "string" },
  boolean: { type: "boolean" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  double: { type: "number", format: "double" },
  byte: { type: "string", format: "byte" },
  object: { type: "object" },
};

const zeros: Partial<Record<Scalar, unknown>> = { string: "", boolean: false, int32: 0, int64: 0, double: 0 };

/** Any patch, by name. */
export const patchTypeName = `${metaPackage}.Patch`;

const typeMetaDocs = {
  apiVersion: "Group and version of the schema that this object follows.",
  kind: "Kind of the object.",
} as const;

/** Collects the schemas that a document refers to. */
export class TypeSchemas {
  readonly #scheme: Scheme;
  readonly #docs: Docs;
  readonly #version: OpenApiVersion;
  readonly #schemas = new Map<string, JsonSchema>();

  constructor(scheme: Scheme, version: OpenApiVersion, docs: Docs = () => undefined) {
    this.#scheme = scheme;
    this.#version = version;
    this.#docs = docs;
  }

  /** All schemas referred to so far, by name. */
  schemas(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** A reference to a type of the tables ("apps.v1.Deployment"), whose schema joins the document. */
  ref(name: string): JsonSchema {
    const openApiName = this.nameOf(name);
    if (!this.#schemas.has(openApiName)) {
      this.#schemas.set(openApiName, {});
      this.#schemas.set(openApiName, this.#struct(this.#scheme.struct(name)));
    }
    return this.#refTo(openApiName);
  }

  /** A reference to the schema of any patch. */
  patchRef(): JsonSchema {
    const description = "A patch, in the form that its content type says.";
    this.#schemas.set(patchTypeName, { description, type: "object" });
    return this.#refTo(patchTypeName);
  }

  /** "io.k8s.api.apps.v1.Deployment" of "apps.v1.Deployment". */
  nameOf(name: string): string {
    const proto = this.#scheme.protoPackageOfType(name);
    const reversed = proto.startsWith("k8s.io.") ? `io.k8s.${proto.slice(7)}` : proto;
    return `${reversed.replaceAll("_", "-")}.${name.slice(name.lastIndexOf(".") + 1)}`;
  }

  #refTo(name: string): JsonSchema {
    return { $ref: `${this.#version === "v3" ? "#/components/schemas/" : "#/definitions/"}${name}` };
  }

  #struct(struct: StructSchema): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    if (struct.isKind) {
      for (const [name, description] of Object.entries(typeMetaDocs))
        properties[name] = { description, type: "string" };
    }
    for (const field of struct.fields.values()) properties[field.name] = this.#field(struct, field);
    const required = [...struct.fields.values()].filter((field) => field.required).map(({ name }) => name);
    const description = this.#docs(struct.name) ?? struct.doc;
    return {
      ...(description && { description }),
      type: "object",
      ...(Object.keys(properties).length > 0 && { properties: sorted(properties) }),
      ...(required.length > 0 && { required: required.sort() }),
      ...(struct.atomic && { "x-kubernetes-map-type": "atomic" }),
      ...(struct.isKind && { "x-kubernetes-group-version-kind": this.#kinds(struct) }),
    };
  }

  /** The group/versions that a kind belongs to: options belong to all. */
  #kinds(struct: StructSchema): object[] {
    const kind = struct.name.slice(struct.name.lastIndexOf(".") + 1);
    const own = {
      groupVersion: struct.name.startsWith("meta.v1.") ? "v1" : this.#scheme.groupVersionOfType(struct.name),
    };
    const all = kind === "DeleteOptions" ? this.#scheme.groupVersions() : [own];
    return all.map(({ groupVersion }) => {
      const slash = groupVersion.indexOf("/");
      return { group: slash < 0 ? "" : groupVersion.slice(0, slash), kind, version: groupVersion.slice(slash + 1) };
    });
  }

  #field(struct: StructSchema, field: FieldSchema): JsonSchema {
    const described = this.#docs(struct.name, field.name) ?? field.doc ?? this.#docOfType(field.type);
    const known = described === undefined && field.enum ? `Known values: ${field.enum.join(", ")}.` : undefined;
    const description = described ?? known;
    const fallback = this.#default(field);
    const type = this.#type(field.type);
    const extensions = mergeExtensions(field);
    const extras = {
      ...(description && { description }),
      ...(fallback !== undefined && this.#version === "v3" && { default: fallback }),
      ...extensions,
    };
    // Beside a $ref OpenAPI 3.0 allows nothing: it goes into an allOf where there is more to say.
    if ("$ref" in type && this.#version === "v3" && Object.keys(extras).length > 0) return { ...extras, allOf: [type] };
    return { ...type, ...extras };
  }

  /** What there is to say of a field's type, for fields that nobody describes. */
  #docOfType(type: TypeUse): string | undefined {
    if (type.kind === "list" || type.kind === "map") return this.#docOfType(type.of);
    return type.kind === "struct" ? this.#docs(type.name) : undefined;
  }

  #default(field: FieldSchema): unknown {
    if (field.default !== undefined) return field.default;
    if (field.pointer) return undefined;
    if (field.type.kind === "struct") return {};
    return field.required && field.type.kind === "scalar" ? zeros[field.type.scalar] : undefined;
  }

  #type(type: TypeUse): JsonSchema {
    if (type.kind === "list") return { type: "array", items: this.#element(type.of) };
    if (type.kind === "map") return { type: "object", additionalProperties: this.#element(type.of) };
    if (type.kind === "struct") return this.ref(type.name);
    const named = namedScalars[type.scalar];
    if (!named) return { ...plainScalars[type.scalar] };
    const shape = (this.#version === "v3" && named.v3) || named.v2;
    this.#schemas.set(named.name, { description: named.doc, ...shape });
    return this.#refTo(named.name);
  }

  #element(type: TypeUse): JsonSchema {
    const schema = this.#type(type);
    if (this.#version === "v2") return schema;
    if (type.kind === "struct") return { allOf: [schema], default: {} };
    const zero = type.kind === "scalar" ? zeros[type.scalar] : undefined;
    return zero === undefined ? schema : { ...schema, default: zero };
  }
}

function mergeExtensions(field: FieldSchema): JsonSchema {
  return {
    ...(field.list && { "x-kubernetes-list-type": field.list }),
    ...(field.listKeys && { "x-kubernetes-list-map-keys": field.listKeys }),
    ...(field.map && { "x-kubernetes-map-type": field.map }),
    ...(field.mergeKey && { "x-kubernetes-patch-merge-key": field.mergeKey }),
    ...(field.patchStrategy && { "x-kubernetes-patch-strategy": field.patchStrategy.join(",") }),
  };
}

const sorted = (properties: Record<string, JsonSchema>): Record<string, JsonSchema> =>
  Object.fromEntries(Object.entries(properties).sort(([a], [b]) => (a < b ? -1 : 1)));
