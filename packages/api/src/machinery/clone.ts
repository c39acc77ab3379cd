/** Copying and comparing JSON values, by hand: structuredClone is eight times slower. */
import type { DeepReadonly } from "./meta.ts";

/** The type without any readonly: what a copy of a shared object is. */
export type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;

/** A deep copy that may be changed; the value must be JSON (no cycles, no class instances). Drops undefined fields. */
export function cloneJson<T>(value: T | DeepReadonly<T>): Mutable<T> {
  return clone(value) as Mutable<T>;
}

function clone(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const copy = Array.from<unknown>({ length: value.length });
    for (let index = 0; index < value.length; index++) copy[index] = clone(value[index]);
    return copy;
  }
  const copy: Record<string, unknown> = {};
  for (const key in value) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined) continue;
    if (key === "__proto__") Object.defineProperty(copy, key, { value: clone(field), ...plain });
    else copy[key] = typeof field === "object" && field !== null ? clone(field) : field;
  }
  return copy;
}

const plain = { configurable: true, enumerable: true, writable: true } as const;

/** True where two JSON values mean the same: an undefined field equals an absent one. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && equalLists(a, b);
  return !Array.isArray(b) && equalObjects(a as Record<string, unknown>, b as Record<string, unknown>);
}

function equalLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (!deepEqual(a[index], b[index])) return false;
  return true;
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  let left = 0;
  for (const key in a) {
    const value = a[key];
    if (value === undefined) continue;
    left++;
    if (!Object.hasOwn(b, key) || !deepEqual(value, b[key])) return false;
  }
  for (const key in b) if (b[key] !== undefined) left--;
  return left === 0;
}
