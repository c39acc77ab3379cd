/** Making the strategic merge patch that turns one object of a type into another. */
import { cloneJson, deepEqual } from "../clone.ts";
import type { StructSchema } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { sortedBy } from "./element-order.ts";
import { goKind, isJsonObject, ownValue, setValue, type JsonObject } from "./json-values.ts";
import { PatchSchema, type PatchMeta } from "./patch-schema.ts";
import { deletionPrefix, directiveKey, orderPrefix, retainKeysKey } from "./strategic-merge-patch.ts";

/**
 * The patch that turns `from` into `to`, both objects of this type; {} where they are equal. Throws an Error where an
 * element of a merged list lacks its merge key.
 */
export function createStrategicMergePatch(
  scheme: Scheme,
  struct: StructSchema,
  from: object,
  to: object,
): Record<string, unknown> {
  return diffMaps(from as JsonObject, to as JsonObject, PatchSchema.of(scheme, struct), false);
}

function diffMaps(from: JsonObject, to: JsonObject, schema: PatchSchema, retain: boolean): JsonObject {
  const patch: JsonObject = {};
  const present = Object.keys(to).filter((key) => to[key] !== undefined);
  for (const key of present) diffField(patch, key, ownValue(from, key), to[key], schema);
  const gone = Object.keys(from).filter((key) => from[key] !== undefined && ownValue(to, key) === undefined);
  for (const key of gone) setValue(patch, key, null);
  if (retain && (Object.keys(patch).length > 0 || gone.length > 0)) {
    patch[retainKeysKey] = present.filter((key) => to[key] !== null).sort();
  }
  return patch;
}

function diffField(patch: JsonObject, key: string, before: unknown, after: unknown, schema: PatchSchema): void {
  if (deepEqual(before, after)) return;
  if (isJsonObject(before) && isJsonObject(after)) {
    const meta = schema.field(key);
    if (meta.strategy === "replace") setValue(patch, key, cloneJson(after));
    else {
      const changes = diffMaps(before, after, meta.below, meta.retainKeys);
      if (Object.keys(changes).length > 0) setValue(patch, key, changes);
    }
  } else if (Array.isArray(before) && Array.isArray(after) && schema.field(key).strategy === "merge") {
    diffLists(patch, key, before, after, schema.field(key));
  } else setValue(patch, key, cloneJson(after));
}

function diffLists(patch: JsonObject, key: string, from: unknown[], to: unknown[], meta: PatchMeta): void {
  if (from.length === 0) {
    setValue(patch, key, cloneJson(to));
    return;
  }
  if (goKind(from[0]) !== "map") {
    diffScalars(patch, key, from, to);
    return;
  }
  const { changes, deletions } = diffElements(from as JsonObject[], to as JsonObject[], meta);
  const list = [...sortedBy(changes, to, meta.mergeKey), ...deletions];
  if (list.length > 0) patch[key] = list;
  const names = (items: readonly unknown[]): unknown[] => items.map((item) => (item as JsonObject)[meta.mergeKey]);
  if (list.length > 0 || !deepEqual(names(from), names(to))) {
    patch[`${orderPrefix}${key}`] = names(to).map((value) => ({ [meta.mergeKey]: value }));
  }
}

function diffScalars(patch: JsonObject, key: string, from: unknown[], to: unknown[]): void {
  const added = to.filter((item) => !from.includes(item));
  const gone = from.filter((item) => !to.includes(item));
  if (added.length > 0) patch[key] = added;
  if (gone.length > 0) patch[`${deletionPrefix}${key}`] = [...new Set(gone)];
  patch[`${orderPrefix}${key}`] = [...to];
}

function diffElements(
  from: readonly JsonObject[],
  to: readonly JsonObject[],
  meta: PatchMeta,
): { changes: JsonObject[]; deletions: JsonObject[] } {
  const before = byKey(from, meta.mergeKey);
  const after = byKey(to, meta.mergeKey);
  const changes: JsonObject[] = [];
  for (const [value, item] of after) {
    const old = before.get(value);
    const change = old ? diffMaps(old, item, meta.below, meta.retainKeys) : (cloneJson(item) as JsonObject);
    if (Object.keys(change).length > 0) changes.push({ ...change, [meta.mergeKey]: value });
  }
  const deletions = [...before.keys()]
    .filter((value) => !after.has(value))
    .map((value) => ({ [directiveKey]: "delete", [meta.mergeKey]: value }));
  return { changes, deletions };
}

function byKey(list: readonly JsonObject[], mergeKey: string): Map<unknown, JsonObject> {
  const found = new Map<unknown, JsonObject>();
  for (const item of list) {
    if (!isJsonObject(item) || !Object.hasOwn(item, mergeKey)) {
      throw new Error(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    }
    found.set(item[mergeKey], item);
  }
  return found;
}
