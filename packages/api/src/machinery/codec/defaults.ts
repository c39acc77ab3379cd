/** The tables' `default=`: values that a field gets when it is absent, whatever the others say. */
import { cloneJson } from "../clone.ts";
import type { FieldSchema, StructSchema, TypeUse } from "../schema.ts";
import { scheme as builtInScheme, type Scheme } from "../scheme.ts";

type Fields = Record<string, unknown>;

/** Fills in one struct. */
type Filler = (object: Fields) => void;

interface Step {
  readonly name: string;
  readonly value: unknown;
  readonly scalar: boolean;
  readonly pointer: boolean;
}

interface Descent {
  readonly name: string;
  /** The value is an object of the struct, a list of them, or a map of them. */
  readonly shape: "struct" | "list" | "map";
  readonly plan: DefaultsPlan;
  /** An absent plain struct with defaults inside is made. */
  readonly create: boolean;
}

interface DefaultsPlan {
  readonly steps: Step[];
  readonly descents: Descent[];
  /** Something inside has a default that shows even when the struct is absent. */
  creates: boolean;
  /** Something inside, at any depth, has a default. */
  active: boolean;
  closed: boolean;
}

function structOf(type: TypeUse): { shape: "struct" | "list" | "map"; name: string } | undefined {
  if (type.kind === "struct") return { shape: "struct", name: type.name };
  if (type.kind === "scalar" || type.of.kind !== "struct") return undefined;
  return { shape: type.kind, name: type.of.name };
}

class Defaulter {
  readonly #scheme: Scheme;
  readonly #plans = new Map<string, DefaultsPlan>();

  constructor(scheme: Scheme) {
    this.#scheme = scheme;
  }

  plan(struct: StructSchema): DefaultsPlan {
    const known = this.#plans.get(struct.name);
    if (known) return known;
    const plan: DefaultsPlan = { steps: [], descents: [], creates: false, active: false, closed: false };
    this.#plans.set(struct.name, plan);
    const nested: Descent[] = [];
    for (const field of struct.fields.values()) {
      if (field.default !== undefined) plan.steps.push(stepOf(field));
      const descent = this.#descent(field);
      if (descent) nested.push(descent);
    }
    // A type that holds itself (JSONSchemaProps) is still open here: descend into it, to be safe.
    plan.descents.push(...nested.filter((descent) => descent.plan.active || !descent.plan.closed));
    plan.active = plan.steps.length > 0 || plan.descents.length > 0;
    plan.creates = plan.steps.length > 0 || plan.descents.some((descent) => descent.create);
    plan.closed = true;
    return plan;
  }

  #descent(field: FieldSchema): Descent | undefined {
    const target = structOf(field.type);
    if (!target) return undefined;
    const plan = this.plan(this.#scheme.struct(target.name));
    const create = target.shape === "struct" && !field.pointer && plan.closed && plan.creates;
    return { name: field.name, shape: target.shape, plan, create };
  }
}

function stepOf({ name, default: value, pointer, type }: FieldSchema): Step {
  return { name, value, pointer, scalar: type.kind === "scalar" };
}

function fill(plan: DefaultsPlan, object: Fields): void {
  for (const { name, value, scalar, pointer } of plan.steps) {
    const present = object[name];
    const zero = !pointer && (present === "" || present === 0 || present === false);
    const empty = !scalar && Array.isArray(present) && present.length === 0;
    if (present === undefined || present === null || zero || empty) object[name] = scalar ? value : cloneJson(value);
  }
  for (const descent of plan.descents) descend(descent, object);
}

function descend({ name, shape, plan, create }: Descent, object: Fields): void {
  let value = object[name];
  if (value === undefined || value === null) {
    if (!create) return;
    value = {};
    object[name] = value;
  }
  if (typeof value !== "object") return;
  if (shape === "struct") fill(plan, value as Fields);
  else
    for (const item of Object.values(value as object)) if (typeof item === "object" && item) fill(plan, item as Fields);
}

const defaulters = new WeakMap<Scheme, Map<string, Filler>>();

/**
 * Sets the unconditional defaults of a struct and everything in it, in place. `value` is an object that conformValue passed.
 * Idempotent. A plain (not pointer) struct that is absent is made where something in it has a default.
 */
export function applyDefaults(struct: StructSchema, value: object, scheme: Scheme = builtInScheme): void {
  let fillers = defaulters.get(scheme);
  if (!fillers) {
    fillers = new Map();
    defaulters.set(scheme, fillers);
  }
  let filler = fillers.get(struct.name);
  if (!filler) {
    const plan = new Defaulter(scheme).plan(struct);
    filler = (object) => fill(plan, object);
    fillers.set(struct.name, filler);
  }
  filler(value as Fields);
}
