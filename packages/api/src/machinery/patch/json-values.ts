/** What the patches need of JSON values: objects whose keys a client chose, "__proto__" among them. */

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** True for a JSON object, not a list and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at an own key, else undefined. */
export function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets an own key; "__proto__" is a key like any other. */
export function setValue(object: JsonObject, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
  } else object[key] = value;
}

/** "map", "slice", "string", "float64", "bool" or "nil": as Go's reflection sees a parsed value. */
export function goKind(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (Array.isArray(value)) return "slice";
  if (typeof value === "object") return "map";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

/** How Go's %v prints a JSON value: map[a:1 b:[x y]]. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value !== "object") return String(value as string | number | boolean);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${fields.map(([key, field]) => `${key}:${goText(field)}`).join(" ")}]`;
}
