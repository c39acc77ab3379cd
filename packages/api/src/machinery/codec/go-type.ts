/** Go's names for the types of the tables: error messages of the API speak of them. */
import type { Scalar, TypeUse } from "../schema.ts";

const scalarNames: Partial<Record<Scalar, string>> = {
  boolean: "bool",
  double: "float64",
  byte: "[]uint8",
  Time: "v1.Time",
  MicroTime: "v1.MicroTime",
  Quantity: "resource.Quantity",
  IntOrString: "intstr.IntOrString",
  RawExtension: "runtime.RawExtension",
  FieldsV1: "v1.FieldsV1",
  JSON: "v1.JSON",
  JSONSchemaPropsOrArray: "v1.JSONSchemaPropsOrArray",
  JSONSchemaPropsOrBool: "v1.JSONSchemaPropsOrBool",
  JSONSchemaPropsOrStringArray: "v1.JSONSchemaPropsOrStringArray",
  object: "map[string]interface {}",
};

/** "v1.PodSpec" of "core.v1.PodSpec". */
export const goStructName = (name: string): string => name.slice(name.indexOf(".") + 1);

/** Go's name of a type: "[]v1.Container", "map[string]string", "int32". */
export function goTypeName(type: TypeUse): string {
  if (type.kind === "list") return `[]${goTypeName(type.of)}`;
  if (type.kind === "map") return `map[string]${goTypeName(type.of)}`;
  if (type.kind === "struct") return goStructName(type.name);
  return scalarNames[type.scalar] ?? type.scalar;
}

/** What Go's JSON reader calls a value that it meets: "string", "number 1.5", "object". */
export function goValueName(value: unknown, withNumber = false): string {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return withNumber ? `number ${value}` : "number";
  if (typeof value === "object") return Array.isArray(value) ? "array" : "object";
  return typeof value;
}
