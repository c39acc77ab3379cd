/** One fault in an object, as validation reports it: the causes of a 422 Invalid. */

/** The kinds of fault; each value is the cause's `reason` on the wire. */
export type FieldErrorType =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "InternalError"
  | "FieldValueTypeInvalid";

/** A fault: where ("spec.template.spec.containers[0].name"), of which kind, and the full text as Kubernetes words it. */
export interface FieldError {
  readonly type: FieldErrorType;
  readonly field: string;
  /** Without the field: `Invalid value: "x": must be …`. */
  readonly detail: string;
}

/** How Kubernetes shows a bad value inside an error: strings quoted, objects as JSON, null as "null". */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === undefined || value === null) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value as number | boolean);
}

const withDetail = (head: string, detail: string): string => (detail === "" ? head : `${head}: ${detail}`);

/** A required value is missing. */
export function fieldRequired(field: string, detail = ""): FieldError {
  return { type: "FieldValueRequired", field, detail: withDetail("Required value", detail) };
}

/** A value is malformed or out of range. */
export function fieldInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, detail: withDetail(`Invalid value: ${show(value)}`, detail) };
}

/** A value is none of the supported ones. */
export function fieldNotSupported(field: string, value: unknown, supported: readonly string[]): FieldError {
  const list = supported.map((text) => JSON.stringify(text)).join(", ");
  const detail = supported.length > 0 ? `supported values: ${list}` : "";
  return { type: "FieldValueNotSupported", field, detail: withDetail(`Unsupported value: ${show(value)}`, detail) };
}

/** A value appears twice where it must be unique. */
export function fieldDuplicate(field: string, value: unknown): FieldError {
  return { type: "FieldValueDuplicate", field, detail: `Duplicate value: ${show(value)}` };
}

/** A value may not be set here, or may not change. */
export function fieldForbidden(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, detail: withDetail("Forbidden", detail) };
}

/** A value names something that does not exist. */
export function fieldNotFound(field: string, value: unknown): FieldError {
  return { type: "FieldValueNotFound", field, detail: `Not found: ${show(value)}` };
}

/** A string is too long. */
export function fieldTooLong(field: string, maxLength: number): FieldError {
  return { type: "FieldValueTooLong", field, detail: `Too long: may not be more than ${maxLength} bytes` };
}

/** A list is too long. */
export function fieldTooMany(field: string, actual: number, max: number): FieldError {
  return { type: "FieldValueTooMany", field, detail: `Too many: ${actual}: must have at most ${max} items` };
}

/** A value has the wrong JSON type. */
export function fieldTypeInvalid(field: string, value: unknown, detail: string): FieldError {
  return { type: "FieldValueTypeInvalid", field, detail: withDetail(`Invalid value: ${show(value)}`, detail) };
}

/** "spec.replicas: Invalid value: -1: must be …", as kubectl prints it. */
export function fieldErrorText(error: FieldError): string {
  return `${error.field}: ${error.detail}`;
}
