/** JSON Merge Patch (RFC 7396): applying one, and making the one that turns a document into another. */
import { cloneJson, deepEqual } from "../clone.ts";
import { isJsonObject, ownValue, setValue, type JsonObject } from "./json-values.ts";

/**
 * The document with `patch` merged in: objects merge, null removes, everything else replaces. Neither argument changes;
 * what the patch leaves alone is shared with `document`.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return cloneJson(patch);
  const base = isJsonObject(document) ? document : {};
  const result: JsonObject = {};
  for (const key of Object.keys(base)) {
    if (!Object.hasOwn(patch, key)) setValue(result, key, base[key]);
    else if (patch[key] !== null && patch[key] !== undefined)
      setValue(result, key, applyMergePatch(base[key], patch[key]));
  }
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (Object.hasOwn(base, key) || value === null || value === undefined) continue;
    setValue(result, key, applyMergePatch(undefined, value));
  }
  return result;
}

/** The merge patch that turns `from` into `to`; {} where they are equal. Nulls inside `to` cannot be expressed. */
export function createMergePatch(from: object, to: object): JsonObject {
  const patch: JsonObject = {};
  const [before, after] = [from as JsonObject, to as JsonObject];
  for (const key of Object.keys(before)) {
    if (before[key] !== undefined && ownValue(after, key) === undefined) setValue(patch, key, null);
  }
  for (const key of Object.keys(after)) {
    const value = after[key];
    const old = ownValue(before, key);
    if (value === undefined || deepEqual(old, value)) continue;
    const nested = isJsonObject(old) && isJsonObject(value);
    setValue(patch, key, nested ? createMergePatch(old, value) : cloneJson(value));
  }
  return patch;
}
