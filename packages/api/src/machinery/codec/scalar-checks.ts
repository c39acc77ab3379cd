/** How each scalar of the tables is checked, and what Go says where it is wrong. */
import { canonicalQuantity } from "../quantity.ts";
import type { Scalar, TypeUse } from "../schema.ts";
import { formatMicroTime, formatTime, parseTime } from "../time.ts";
import { countKeys } from "./json-scan.ts";
import { ConformError, typeFault, valueFault, type Check, type Owner, type Walk } from "./walk.ts";

/** The type of strings. */
export const stringType: TypeUse = { kind: "scalar", scalar: "string" };
/** The type of booleans. */
export const booleanType: TypeUse = { kind: "scalar", scalar: "boolean" };

/** A string. */
export function checkString(value: unknown, walk: Walk, owner: Owner): unknown {
  if (typeof value !== "string") typeFault(value, stringType, walk, owner);
  return value;
}

/** A boolean. */
export function checkBoolean(value: unknown, walk: Walk, owner: Owner): unknown {
  if (typeof value !== "boolean") typeFault(value, booleanType, walk, owner);
  return value;
}

/** An integer of this width. */
export function checkInteger(scalar: "int32" | "int64"): Check {
  const type: TypeUse = { kind: "scalar", scalar };
  const [low, high] = scalar === "int32" ? [-(2 ** 31), 2 ** 31 - 1] : [-(2 ** 63), 2 ** 63];
  return (value, walk, owner) => {
    if (typeof value !== "number") typeFault(value, type, walk, owner);
    if (!Number.isInteger(value) || value < low || value > high) typeFault(value, type, walk, owner, true);
    // The doubles next to ±2^63 print as numbers that no int64 holds.
    if (value >= 2 ** 63) return 2 ** 63 - 2 ** 11;
    return value;
  };
}

/** Any number. */
export function checkDouble(value: unknown, walk: Walk, owner: Owner): unknown {
  if (typeof value !== "number") typeFault(value, { kind: "scalar", scalar: "double" }, walk, owner);
  return value;
}

/** True for padded standard base64 without line breaks. */
function isBase64(text: string): boolean {
  if (text.length % 4 !== 0) return false;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return !/[^A-Za-z0-9+/]/.test(padding > 0 ? text.slice(0, -padding) : text);
}

/** The byte at which Go's decoder stumbles. */
function base64Fault(text: string): string {
  const bad = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(text);
  return `illegal base64 data at input byte ${bad ? bad.index : text.length - (text.length % 4)}`;
}

/** Base64 with padding; line breaks go. */
export function checkBytes(value: unknown, walk: Walk, owner: Owner): unknown {
  if (typeof value !== "string") typeFault(value, { kind: "scalar", scalar: "byte" }, walk, owner);
  if (isBase64(value)) return value;
  const text = value.replaceAll(/[\r\n]/g, "");
  if (!isBase64(text)) throw new ConformError(base64Fault(value));
  return text;
}

/** A quantity, made canonical. */
export function checkQuantity(value: unknown): unknown {
  if (typeof value === "string") return wrapped(() => canonicalQuantity(value.trim()));
  return wrapped(() => canonicalQuantity(typeof value === "number" ? String(value) : JSON.stringify(value)));
}

function wrapped<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new ConformError((error as Error).message, { cause: error });
  }
}

const zeroTime = "0001-01-01T00:00:00Z";
const layout = "2006-01-02T15:04:05Z07:00";
const microLayout = "2006-01-02T15:04:05.000000Z07:00";

function timeFault(text: string, shape: string): never {
  const rest = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) ? text.slice(19) : text;
  const wanted = rest === text ? "2006" : shape.slice(19);
  const quote = JSON.stringify;
  throw new ConformError(
    `parsing time ${quote(text)} as ${quote(shape)}: cannot parse ${quote(rest)} as ${quote(wanted)}`,
  );
}

/** A time in RFC 3339, made UTC and whole seconds; the zero time goes. */
export function checkTime(value: unknown): unknown {
  if (typeof value !== "string") return valueFault(value, "string");
  const time = parseTime(value);
  if (Number.isNaN(time)) timeFault(value, layout);
  const text = value.length === 20 && value.charCodeAt(19) === 90 ? value : formatTime(time);
  return text === zeroTime ? undefined : text;
}

/** A time in RFC 3339 with microseconds, made UTC; the zero time goes. */
export function checkMicroTime(value: unknown): unknown {
  if (typeof value !== "string") return valueFault(value, "string");
  const time = parseTime(value);
  if (Number.isNaN(time)) timeFault(value, microLayout);
  if (value.startsWith("0001-01-01T00:00:00")) return undefined;
  return value.length === 27 && value.charCodeAt(26) === 90 ? value : formatMicroTime(time);
}

/** An int32 or a string. */
export function checkIntOrString(value: unknown): unknown {
  if (typeof value === "string") return value;
  if (typeof value !== "number") valueFault(value, "int32");
  if (!Number.isInteger(value) || Math.abs(value) > 2 ** 31) valueFault(value, "int32", true);
  return value;
}

/** Any JSON value. */
export function checkRaw(value: unknown, walk: Walk): unknown {
  walk.keys += countKeys(value);
  return value;
}

/** Any JSON object. */
export function checkObject(value: unknown, walk: Walk, owner: Owner): unknown {
  if (typeof value !== "object" || Array.isArray(value)) {
    typeFault(value, { kind: "scalar", scalar: "object" }, walk, owner);
  }
  return checkRaw(value, walk);
}

/** Makes the zero of a scalar, for those whose zero JSON shows. */
export const zeroScalars: Partial<Record<Scalar, () => unknown>> = {
  string: () => "",
  boolean: () => false,
  int32: () => 0,
  int64: () => 0,
  double: () => 0,
  Quantity: () => "0",
  IntOrString: () => 0,
};
