/** Objects to JSON bytes. */

const encoder = new TextEncoder();

/**
 * JSON of an object, with kind, apiVersion and metadata first as clients and people expect them; undefined fields are left
 * out. A Buffer on Node.
 */
export function encodeJson(object: unknown): Buffer {
  return toBytes(encodeJsonText(object));
}

const toBytes = (text: string): Buffer =>
  typeof Buffer === "undefined" ? (encoder.encode(text) as Buffer) : Buffer.from(text, "utf8");

/** `encodeJson` as text. */
export function encodeJsonText(object: unknown): string {
  if (typeof object !== "object" || object === null || Array.isArray(object) || isInOrder(object)) {
    return JSON.stringify(object);
  }
  const { kind, apiVersion, metadata, ...rest } = object as Record<string, unknown>;
  return JSON.stringify({ kind, apiVersion, metadata, ...rest });
}

/** True where kind and apiVersion already come before everything else but metadata. */
function isInOrder(object: object): boolean {
  let position = 0;
  for (const key in object) {
    if (position === 0 && key !== "kind" && key !== "apiVersion") return !("kind" in object || "apiVersion" in object);
    if (position === 1 && key !== "apiVersion" && key !== "kind") return false;
    if (position === 2) return key === "metadata" || !("metadata" in object);
    position++;
  }
  return true;
}
