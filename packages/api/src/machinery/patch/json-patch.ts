/** JSON Patch (RFC 6902) on parsed documents, with the limits and texts of Kubernetes' API server. */
import { cloneJson, deepEqual } from "../clone.ts";
import { requestEntityTooLarge } from "../status-error.ts";
import { isJsonObject, ownValue, setValue, type JsonObject } from "./json-values.ts";
import { malformedPatch, patchDoesNotApply } from "./patch-error.ts";

/** One operation. */
export interface JsonPatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Most operations in one patch. */
const maxOperations = 10_000;
/** Bytes of JSON that all copy operations of a patch may add. */
const maxCopiedBytes = 3 * 1024 * 1024;

/** An operation that does not apply. */
class OperationFault extends Error {}

const missing = (text: string): OperationFault => new OperationFault(`${text}: missing value`);

/**
 * Applies `patch` (parsed JSON) to `document`, which stays as it is. Throws StatusError: 400 where the patch is malformed,
 * 413 where it has too many operations, 422 where it does not apply, a failed `test` included.
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  const operations = checkedOperations(patch);
  const state = { root: cloneJson(document) as unknown, copied: 0 };
  try {
    for (const operation of operations) applyOperation(state, operation);
  } catch (error) {
    throw error instanceof OperationFault ? patchDoesNotApply(error.message) : error;
  }
  return state.root;
}

function checkedOperations(patch: unknown): JsonPatchOperation[] {
  if (!Array.isArray(patch)) {
    const what = patch === null ? "null" : typeof patch === "boolean" ? "bool" : typeof patch;
    throw malformedPatch(`json: cannot unmarshal ${what} into Go value of type jsonpatch.Patch`);
  }
  for (const operation of patch as unknown[]) {
    if (!isJsonObject(operation)) {
      const what = Array.isArray(operation) ? "array" : typeof operation;
      throw malformedPatch(`json: cannot unmarshal ${what} into Go value of type jsonpatch.Operation`);
    }
  }
  if (patch.length > maxOperations) {
    throw requestEntityTooLarge(
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  }
  return patch as JsonPatchOperation[];
}

interface PatchState {
  root: unknown;
  copied: number;
}

function applyOperation(state: PatchState, operation: JsonPatchOperation): void {
  const { op, path, from } = operation;
  if (typeof op !== "string") throw new OperationFault("Unexpected kind: unknown");
  const known = Object.hasOwn(operations, op) ? operations[op as keyof typeof operations] : undefined;
  if (!known) throw new OperationFault(`Unexpected kind: ${op}`);
  if (typeof path !== "string") throw missing(`${op} operation failed to decode path`);
  if ((op === "move" || op === "copy") && typeof from !== "string") {
    throw missing(`${op} operation failed to decode from`);
  }
  known(state, operation);
}

const operations = {
  add(state: PatchState, { path, value }: JsonPatchOperation): void {
    if (path === "") {
      state.root = cloneJson(value ?? null);
      return;
    }
    const place = find(state.root, path, `add operation does not apply: doc is missing path: "${path}"`);
    wrap(`error in add for path: '${path}'`, () => insert(place, cloneJson(value ?? null)));
  },
  remove(state: PatchState, { path }: JsonPatchOperation): void {
    const place = find(state.root, path, `remove operation does not apply: doc is missing path: "${path}"`);
    wrap(`error in remove for path: '${path}'`, () => take(place));
  },
  replace(state: PatchState, { path, value }: JsonPatchOperation): void {
    if (path === "") {
      state.root = cloneJson(value ?? null);
      return;
    }
    const place = find(state.root, path, `replace operation does not apply: doc is missing path: ${path}`);
    if (!has(place)) throw missing(`replace operation does not apply: doc is missing key: ${path}`);
    wrap(`error in remove for path: '${path}'`, () => overwrite(place, cloneJson(value ?? null)));
  },
  move(state: PatchState, { path, from = "" }: JsonPatchOperation): void {
    const source = find(state.root, from, `move operation does not apply: doc is missing from path: ${from}`);
    const value = wrap(`error in move for path: '${from}'`, () => take(source));
    const place = find(state.root, path, `move operation does not apply: doc is missing destination path: ${path}`);
    wrap(`error in move for path: '${path}'`, () => insert(place, value));
  },
  copy(state: PatchState, { path, from = "" }: JsonPatchOperation): void {
    const source = find(state.root, from, `copy operation does not apply: doc is missing from path: ${from}`);
    const value = wrap(`error in copy for from: '${from}'`, () => read(source));
    const place = find(state.root, path, `copy operation does not apply: doc is missing destination path: ${path}`);
    state.copied += JSON.stringify(value).length;
    if (state.copied > maxCopiedBytes) {
      throw new OperationFault(
        `Unable to complete the copy, the accumulated size increase of copy is ${state.copied}, exceeding the limit ${maxCopiedBytes}`,
      );
    }
    wrap("error while adding value during copy", () => insert(place, cloneJson(value)));
  },
  test(state: PatchState, { path, value }: JsonPatchOperation): void {
    const actual = path === "" ? state.root : testedValue(state.root, path);
    if (!deepEqual(actual ?? null, value ?? null))
      throw new OperationFault(`testing value ${path} failed: test failed`);
  },
} as const;

function testedValue(root: unknown, path: string): unknown {
  const place = find(root, path, `test operation does not apply: is missing path: ${path}`);
  if (isJsonObject(place.container)) return ownValue(place.container, place.key);
  return wrap(`error in test for path: '${path}'`, () => read(place));
}

function wrap<T>(text: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof OperationFault ? new OperationFault(`${text}: ${error.message}`) : error;
  }
}

/** A key or index in an object or list of the document. */
interface Place {
  readonly container: JsonObject | unknown[];
  readonly key: string;
}

const unescapeToken = (token: string): string => token.replaceAll("~1", "/").replaceAll("~0", "~");

function find(root: unknown, path: string, absent: string): Place {
  const tokens = path.split("/").slice(1).map(unescapeToken);
  if (!path.startsWith("/")) throw missing(absent);
  let container: unknown = root;
  for (const token of tokens.slice(0, -1)) {
    if (Array.isArray(container)) container = container[arrayIndex(token, container.length, absent)];
    else if (isJsonObject(container)) container = ownValue(container, token);
    else throw missing(absent);
  }
  if (!Array.isArray(container) && !isJsonObject(container)) throw missing(absent);
  return { container, key: tokens.at(-1) as string };
}

function arrayIndex(token: string, length: number, absent: string): number {
  const index = /^-?[0-9]+$/.test(token) ? Number(token) : Number.NaN;
  const positive = index < 0 ? index + length : index;
  if (!(positive >= 0 && positive < length)) throw missing(absent);
  return positive;
}

/** The index that a key means in a list of `length`; negative ones count from the end. */
function indexOf(key: string, length: number): number {
  if (!/^[+-]?[0-9]+$/.test(key)) {
    throw new OperationFault(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  }
  const index = Number(key) < 0 ? Number(key) + length : Number(key);
  if (index < 0 || index >= length) {
    throw new OperationFault(`Unable to access invalid index: ${key}: invalid index referenced`);
  }
  return index;
}

function has({ container, key }: Place): boolean {
  if (!Array.isArray(container)) return Object.hasOwn(container, key);
  try {
    indexOf(key, container.length);
    return true;
  } catch (error) {
    if (error instanceof OperationFault) return false;
    throw error;
  }
}

function read({ container, key }: Place): unknown {
  if (Array.isArray(container)) return container[indexOf(key, container.length)];
  if (!Object.hasOwn(container, key)) throw missing(`unable to get nonexistent key: ${key}`);
  return container[key];
}

function insert({ container, key }: Place, value: unknown): void {
  if (!Array.isArray(container)) setValue(container, key, value);
  else if (key === "-") container.push(value);
  else container.splice(indexOf(key, container.length + 1), 0, value);
}

function overwrite({ container, key }: Place, value: unknown): void {
  if (Array.isArray(container)) container[indexOf(key, container.length)] = value;
  else setValue(container, key, value);
}

function take({ container, key }: Place): unknown {
  if (Array.isArray(container)) return container.splice(indexOf(key, container.length), 1)[0];
  if (!Object.hasOwn(container, key)) throw missing(`Unable to remove nonexistent key: ${key}`);
  const value = container[key];
  delete container[key];
  return value;
}
