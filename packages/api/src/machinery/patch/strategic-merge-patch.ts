/**
 * Strategic merge patch: a merge patch that knows which lists merge, and by which key. Directives: `$patch`
 * (replace, delete, merge), `$deleteFromPrimitiveList/f`, `$setElementOrder/f`, `$retainKeys`.
 */
import { cloneJson } from "../clone.ts";
import type { StructSchema } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { goKind, goText, isJsonObject, ownValue, setValue, type JsonObject } from "./json-values.ts";
import { weave } from "./element-order.ts";
import { malformedPatch, patchDoesNotApply } from "./patch-error.ts";
import { PatchSchema, type PatchMeta } from "./patch-schema.ts";

/** The key that says how an object in a patch is meant. */
export const directiveKey = "$patch";
/** The key that lists which fields stay. */
export const retainKeysKey = "$retainKeys";
/** Before the name of a list of plain values to take out. */
export const deletionPrefix = "$deleteFromPrimitiveList/";
/** Before the name of a list whose order the patch gives. */
export const orderPrefix = "$setElementOrder/";

/**
 * The object of this type with `patch` merged in, nulls of the patch that meet nothing dropped. Neither argument changes.
 * Throws StatusError: 400 for a malformed patch, 422 for lists of lists.
 */
export function applyStrategicMergePatch(
  scheme: Scheme,
  struct: StructSchema,
  document: object,
  patch: object,
): Record<string, unknown> {
  const original = cloneJson(document) as JsonObject;
  return mergeMap(original, cloneJson(patch) as JsonObject, PatchSchema.of(scheme, struct));
}

/** Merges `patch` into `original`; uses up both. */
function mergeMap(original: JsonObject, patch: JsonObject, schema: PatchSchema): JsonObject {
  if (Object.hasOwn(patch, directiveKey)) return directedMap(patch);
  retainKeys(original, patch);
  for (const key of Object.keys(patch)) {
    if (key.startsWith(orderPrefix)) mergeOrdered(key.slice(orderPrefix.length), original, patch, patch[key], schema);
  }
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(orderPrefix)) mergeField(original, key, patch[key], schema);
  }
  return original;
}

/** An object that says `$patch`: it replaces what was there, or deletes it. */
function directedMap(patch: JsonObject): JsonObject {
  const directive = patch[directiveKey];
  if (directive === "delete") return {};
  if (directive !== "replace") {
    throw malformedPatch(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`);
  }
  const { [directiveKey]: _, ...rest } = patch;
  return rest;
}

function retainKeys(original: JsonObject, patch: JsonObject): void {
  const list = ownValue(patch, retainKeysKey);
  if (list === undefined) return;
  if (!Array.isArray(list)) throw malformedPatch("invalid patch format of retainKeys");
  delete patch[retainKeysKey];
  const kept = new Set<unknown>(list);
  for (const key of Object.keys(patch)) {
    if (patch[key] === null || key.startsWith(deletionPrefix) || key.startsWith(orderPrefix)) continue;
    if (!kept.has(key)) throw malformedPatch("invalid patch format of retainKeys");
  }
  for (const key of Object.keys(original)) if (!kept.has(key)) delete original[key];
}

function asList(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw malformedPatch(`expected a []interface {}, but received a ${goTypeOf(value)}`);
  return value;
}

const goTypes: Readonly<Record<string, string>> = {
  nil: "<nil>",
  map: "map[string]interface {}",
  slice: "[]interface {}",
};

function goTypeOf(value: unknown): string {
  const kind = goKind(value);
  return goTypes[kind] ?? kind;
}

/** Merges the list that a `$setElementOrder` names, and puts it in that order. */
function mergeOrdered(key: string, original: JsonObject, patch: JsonObject, order: unknown, schema: PatchSchema): void {
  const orderList = asList(order);
  const [before, added] = [ownValue(original, key), ownValue(patch, key)];
  const originalList = before === undefined || before === null ? undefined : asList(before);
  const patchList = added === undefined ? undefined : asList(added);
  const meta = schema.field(key);
  checkOrder(patchList ?? [], orderList, meta.mergeKey);
  if (!originalList && !patchList) return;
  let merged: unknown[];
  if (!patchList) merged = originalList as unknown[];
  else if (originalList) merged = mergeList([...originalList], patchList, meta, false);
  else merged = withoutDirectives(patchList) as unknown[];
  const [named, serverOnly] = partition(merged, orderList, meta.mergeKey);
  if (elementKind([...(originalList ?? []), ...(patchList ?? [])]) === undefined) {
    throw malformedPatch("no elements in any of the given slices");
  }
  const serverOrder = reusedSlots(originalList ?? [], patchList ?? [], meta);
  setValue(original, key, weave(named, serverOnly, orderList, serverOrder, meta.mergeKey));
  delete patch[key];
}

/**
 * The server's order as upstream has it after deletions: it compacts the list in place, so that new elements take the
 * slots that became free, and with them a place after what only the server has.
 */
function reusedSlots(original: readonly unknown[], patch: readonly unknown[], { mergeKey }: PatchMeta): unknown[] {
  const slots = [...original];
  const directiveOf = (item: unknown): unknown => (isJsonObject(item) ? ownValue(item, directiveKey) : undefined);
  const gone = new Set(patch.filter((item) => directiveOf(item) === "delete").map((item) => keyOf(item, mergeKey)));
  if (gone.size === 0 || patch.some((item) => directiveOf(item) === "replace")) return slots;
  const kept = slots.filter((item) => !gone.has(keyOf(item, mergeKey)));
  const known = new Set(kept.map((item) => keyOf(item, mergeKey)));
  const added = patch.filter((item) => directiveOf(item) === undefined && !known.has(keyOf(item, mergeKey)));
  return [...kept, ...added].slice(0, slots.length);
}

/** The patch's elements must come in the order that it asks for. */
function checkOrder(patchList: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  if (patchList.length === 0 || order.length === 0) return;
  const items = patchList.filter((item) => !(isJsonObject(item) && Object.hasOwn(item, directiveKey)));
  let at = 0;
  for (const wanted of order) {
    if (at < items.length && sameElement(items[at], wanted, mergeKey)) at++;
  }
  if (at < items.length) {
    const lists = [goText(patchList), goText(order)] as const;
    throw malformedPatch(`The order in patch list:\n${lists[0]}\n doesn't match $setElementOrder list:\n${lists[1]}\n`);
  }
}

function sameElement(left: unknown, right: unknown, mergeKey: string): boolean {
  if (mergeKey === "") return left === right;
  return keyOf(left, mergeKey) === keyOf(right, mergeKey);
}

/** The value of an element's merge key; throws where it has none. */
function keyOf(item: unknown, mergeKey: string): unknown {
  if (!isJsonObject(item)) {
    throw malformedPatch(`expected a map[string]interface {}, but received a ${goTypeOf(item)}`);
  }
  if (!Object.hasOwn(item, mergeKey)) {
    throw malformedPatch(`map: ${goText(item)} does not contain declared merge key: ${mergeKey}`);
  }
  return item[mergeKey];
}

function partition(list: readonly unknown[], by: readonly unknown[], mergeKey: string): [unknown[], unknown[]] {
  const identity = (item: unknown): unknown => (mergeKey === "" ? item : keyOf(item, mergeKey));
  const named = new Set(by.map(identity));
  const [inside, outside]: [unknown[], unknown[]] = [[], []];
  for (const item of list) (named.has(identity(item)) ? inside : outside).push(item);
  return [inside, outside];
}

/** "map", "slice" or the kind of scalar; undefined for no elements. Throws for lists of lists and mixed ones. */
function elementKind(list: readonly unknown[]): string | undefined {
  let kind: string | undefined;
  for (const item of list) {
    const own = goKind(item);
    if (own === "slice") throw patchDoesNotApply("lists of lists are not supported");
    if (kind !== undefined && own !== kind) {
      throw malformedPatch(`list element types are not identical: ${goText(list)}`);
    }
    kind = own;
  }
  return kind;
}

function mergeField(original: JsonObject, name: string, value: unknown, schema: PatchSchema): void {
  const deleting = name.startsWith(deletionPrefix);
  const key = deleting ? name.slice(deletionPrefix.length) : name;
  if (value === null) {
    delete original[key];
    return;
  }
  const before = ownValue(original, key);
  if (goKind(before) !== goKind(value) || (!isJsonObject(value) && !Array.isArray(value))) {
    if (!deleting) replaceField(original, key, value);
    return;
  }
  const meta = schema.field(key);
  if (Array.isArray(value)) setValue(original, key, mergeList(before as unknown[], value, meta, deleting));
  else if (meta.strategy === "replace") setValue(original, key, value);
  else setValue(original, key, mergeMap(before as JsonObject, value as JsonObject, meta.below));
}

function replaceField(original: JsonObject, key: string, value: unknown): void {
  const kept = withoutDirectives(withoutNulls(value));
  if (kept === undefined) delete original[key];
  else setValue(original, key, kept);
}

/** Drops null fields of a value that the patch brings in whole. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) {
    for (const item of value) withoutNulls(item);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (value[key] === null) delete value[key];
      else withoutNulls(value[key]);
    }
  }
  return value;
}

/** Drops objects that carry a `$patch`; undefined where the value itself does. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isJsonObject(value)) return value;
  if (Object.hasOwn(value, directiveKey)) return undefined;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === undefined) delete value[key];
    else setValue(value, key, kept);
  }
  return value;
}

function mergeList(original: unknown[], patch: unknown[], meta: PatchMeta, deleting: boolean): unknown[] {
  if (meta.strategy !== "merge" && !deleting) return patch;
  if (original.length === 0 && patch.length === 0) return original;
  const kind = elementKind([...original, ...patch]);
  if (kind !== "map") {
    if (deleting) {
      const gone = new Set(patch);
      return original.filter((item) => !gone.has(item));
    }
    return ordered([...new Set([...original, ...patch])], patch, original, "");
  }
  if (meta.mergeKey === "") {
    throw malformedPatch(`cannot merge lists without merge key for ${meta.below.name}`);
  }
  const { kept, changes } = applyListDirectives(original, patch, meta.mergeKey);
  return ordered(mergeElements([...kept], changes, meta), changes, kept, meta.mergeKey);
}

function ordered(merged: unknown[], patch: unknown[], original: unknown[], mergeKey: string): unknown[] {
  const [named, serverOnly] = partition(merged, patch, mergeKey);
  return weave(named, serverOnly, patch, original, mergeKey);
}

/** Takes out the patch's elements that only say what to do with the list. */
function applyListDirectives(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string,
): { kept: unknown[]; changes: unknown[] } {
  let kept = [...original];
  const changes: unknown[] = [];
  let replace = false;
  for (const item of patch as JsonObject[]) {
    if (!Object.hasOwn(item, directiveKey)) changes.push(item);
    else if (item[directiveKey] === "delete") {
      const gone = keyOf(item, mergeKey);
      kept = kept.filter((old) => !isJsonObject(old) || ownValue(old, mergeKey) !== gone);
    } else if (item[directiveKey] === "replace") replace = true;
    else if (item[directiveKey] === "merge") {
      throw malformedPatch("merging lists cannot yet be specified in the patch");
    } else throw malformedPatch(`unknown patch type: ${goText(item[directiveKey])} in map: ${goText(item)}`);
  }
  return replace ? { kept: changes, changes: [] } : { kept, changes };
}

function mergeElements(original: unknown[], patch: readonly unknown[], meta: PatchMeta): unknown[] {
  const positions = new Map<unknown, number>();
  for (const [index, item] of original.entries()) {
    const key = isJsonObject(item) ? ownValue(item, meta.mergeKey) : undefined;
    if (key !== undefined && !positions.has(key)) positions.set(key, index);
  }
  for (const item of patch) {
    const key = keyOf(item, meta.mergeKey);
    const index = positions.get(key);
    if (index === undefined) positions.set(key, original.push(item) - 1);
    else original[index] = mergeMap(original[index] as JsonObject, item as JsonObject, meta.below);
  }
  return original;
}
