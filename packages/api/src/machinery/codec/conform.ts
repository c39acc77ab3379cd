/**
 * Makes a parsed JSON value into an object of its type: what Go does by decoding into a struct and encoding it again.
 * Unknown fields go (and are told), wrong types throw in Go's words, quantities and times become canonical, nulls and the
 * zeros of plain fields go, required plain fields that are absent get their zero. Each type's plan is made once.
 */
import type { FieldSchema, Scalar, StructSchema, TypeUse } from "../schema.ts";
import { scheme as builtInScheme, type Scheme } from "../scheme.ts";
import { badRequest, type StatusError } from "../status-error.ts";
import { goStructName, goValueName } from "./go-type.ts";
import { countKeys } from "./json-scan.ts";
import {
  booleanType,
  checkBoolean,
  checkBytes,
  checkDouble,
  checkInteger,
  checkIntOrString,
  checkMicroTime,
  checkObject,
  checkQuantity,
  checkRaw,
  checkString,
  checkTime,
  stringType,
  zeroScalars,
} from "./scalar-checks.ts";
import { ConformError, typeFault, Walk, type Check } from "./walk.ts";

export { ConformError } from "./walk.ts";

interface FieldPlan {
  readonly name: string;
  readonly check: Check;
  /** The plain zero is left out: not a pointer, not required. */
  readonly dropZero: boolean;
  /** Null becomes this, for elements; fields that are null go. */
  readonly required: boolean;
}

/** How to check a struct. */
interface StructPlan {
  readonly name: string;
  readonly goName: string;
  readonly fields: Map<string, FieldPlan>;
  /** Fields that are present whatever was sent. */
  readonly filled: { readonly name: string; readonly zero: () => unknown }[];
  readonly isKind: boolean;
}

const schemaProps = "apiextensions.v1.JSONSchemaProps";

/** Plans of one scheme's types. */
class Planner {
  readonly #scheme: Scheme;
  readonly #plans = new Map<string, StructPlan>();

  constructor(scheme: Scheme) {
    this.#scheme = scheme;
  }

  plan(struct: StructSchema): StructPlan {
    const known = this.#plans.get(struct.name);
    if (known) return known;
    const plan: StructPlan = {
      name: struct.name,
      goName: goStructName(goStructName(struct.name)),
      fields: new Map(),
      filled: [],
      isKind: struct.isKind,
    };
    this.#plans.set(struct.name, plan);
    if (struct.isKind) {
      for (const name of ["apiVersion", "kind"]) {
        plan.fields.set(name, { name, check: checkString, dropZero: true, required: false });
      }
    }
    for (const field of struct.fields.values()) this.#addField(plan, field);
    return plan;
  }

  #addField(plan: StructPlan, field: FieldSchema): void {
    const { name, type, pointer, required } = field;
    plan.fields.set(name, { name, check: this.check(type), dropZero: !pointer && !required, required });
    const metadata = plan.isKind && name === "metadata";
    if ((required || metadata) && !pointer) {
      const zero = this.#zero(type);
      if (zero) plan.filled.push({ name, zero });
    }
  }

  /** Makes the zero of a required plain field, where it has one that JSON shows. */
  #zero(type: TypeUse): (() => unknown) | undefined {
    if (type.kind === "list") return () => [];
    if (type.kind === "map") return () => ({});
    if (type.kind === "struct") return () => this.struct(type.name)({}, new Walk(), emptyPlan);
    return zeroScalars[type.scalar];
  }

  check(type: TypeUse): Check {
    if (type.kind === "list") return this.#list(type);
    if (type.kind === "map") return this.#map(type);
    if (type.kind === "struct") return this.struct(type.name);
    return this.#scalar(type.scalar);
  }

  #scalar(scalar: Scalar): Check {
    switch (scalar) {
      case "string":
        return checkString;
      case "boolean":
        return checkBoolean;
      case "int32":
      case "int64":
        return checkInteger(scalar);
      case "double":
        return checkDouble;
      case "byte":
        return checkBytes;
      case "Time":
        return checkTime;
      case "MicroTime":
        return checkMicroTime;
      case "Quantity":
        return checkQuantity;
      case "IntOrString":
        return checkIntOrString;
      case "object":
        return checkObject;
      case "JSONSchemaPropsOrArray":
        return this.#either(Array.isArray, { kind: "list", of: { kind: "struct", name: schemaProps } });
      case "JSONSchemaPropsOrBool":
        return this.#either((value) => typeof value === "boolean", booleanType);
      case "JSONSchemaPropsOrStringArray":
        return this.#either(Array.isArray, { kind: "list", of: stringType });
      default:
        return checkRaw;
    }
  }

  /** A JSON schema, or what `is` recognizes. */
  #either(is: (value: unknown) => boolean, type: TypeUse): Check {
    const other = this.check(type);
    let schema: Check | undefined;
    return (value, walk, owner) => {
      if (is(value)) return other(value, walk, owner);
      schema ??= this.struct(schemaProps);
      return schema(value, walk, owner);
    };
  }

  #list(type: TypeUse & { kind: "list" }): Check {
    const check = this.check(type.of);
    const zero = this.#zero(type.of) ?? (() => null);
    return (value, walk, owner) => {
      if (!Array.isArray(value)) typeFault(value, type, walk, owner);
      for (let index = 0; index < value.length; index++) {
        const item: unknown = value[index];
        walk.path.push(index);
        const kept = item === null ? zero() : check(item, walk, owner);
        walk.path.pop();
        if (kept !== item) value[index] = kept;
      }
      return value;
    };
  }

  #map(type: TypeUse & { kind: "map" }): Check {
    const check = this.check(type.of);
    const zero = this.#zero(type.of) ?? (() => null);
    return (value, walk, owner) => {
      if (typeof value !== "object" || Array.isArray(value)) typeFault(value, type, walk, owner);
      const map = value as Record<string, unknown>;
      for (const key in map) {
        walk.keys++;
        const item = map[key];
        walk.path.push({ key });
        const kept = item === null || item === undefined ? zero() : check(item, walk, owner);
        walk.path.pop();
        if (kept !== item) assign(map, key, kept);
      }
      return value;
    };
  }

  struct(name: string): Check {
    let plan: StructPlan | undefined;
    return (value, walk, owner) => {
      plan ??= this.plan(this.#scheme.struct(name));
      if (typeof value !== "object" || Array.isArray(value)) typeFault(value, { kind: "struct", name }, walk, owner);
      return conformStruct(plan, value as Record<string, unknown>, walk);
    };
  }
}

const emptyPlan: StructPlan = { name: "", goName: "", fields: new Map(), filled: [], isKind: false };

/** Sets a key of a map that a client named; "__proto__" is a key like any other. */
function assign(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(map, key, { value, configurable: true, enumerable: true, writable: true });
  } else map[key] = value;
}

const isZero = (value: unknown): boolean => value === "" || value === 0 || value === false;

function conformStruct(plan: StructPlan, object: Record<string, unknown>, walk: Walk): Record<string, unknown> {
  let dropped = false;
  for (const key in object) {
    walk.keys++;
    const value = object[key];
    const field = plan.fields.get(key);
    if (field === undefined) {
      walk.unknown(key);
      walk.keys += countKeys(value);
      dropped = true;
      continue;
    }
    if (value === null || value === undefined) {
      object[key] = undefined;
      dropped = true;
      continue;
    }
    walk.path.push(key);
    const kept = field.check(value, walk, plan);
    walk.path.pop();
    if (kept !== value) object[key] = kept;
    if (kept === undefined || (field.dropZero && isZero(kept))) {
      object[key] = undefined;
      dropped = true;
    }
  }
  const kept = dropped ? withoutDropped(plan, object) : object;
  for (const { name, zero } of plan.filled) if (kept[name] === undefined) kept[name] = zero();
  return kept;
}

/** A new object: deleting keys would make every later encoding of it two times slower. */
function withoutDropped(plan: StructPlan, object: Record<string, unknown>): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const key in object) {
    const value = object[key];
    if (value !== undefined && plan.fields.has(key)) kept[key] = value;
  }
  return kept;
}

const planners = new WeakMap<Scheme, Planner>();

function plannerOf(scheme: Scheme): Planner {
  let planner = planners.get(scheme);
  if (!planner) {
    planner = new Planner(scheme);
    planners.set(scheme, planner);
  }
  return planner;
}

/** What a walk found, beside the value. */
export interface Conformed {
  /** The value, changed in place or made anew. */
  readonly value: Record<string, unknown>;
  /** Upstream's strict-decoding texts: unknown field "spec.x". */
  readonly problems: string[];
  /** Keys that the value had before, all levels together. */
  readonly keys: number;
}

/**
 * Shapes an already parsed value to its type and prunes what the type does not know. Changes `value` and returns it, or a
 * new object where fields had to go. Throws ConformError with Go's text for a wrong type.
 */
export function conformValue(struct: StructSchema, value: unknown, scheme: Scheme = builtInScheme): Conformed {
  const plan = plannerOf(scheme).plan(struct);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConformError(
      `json: cannot unmarshal ${goValueName(value)} into Go value of type ${goStructName(struct.name)}`,
    );
  }
  const walk = new Walk();
  const kept = conformStruct(plan, value as Record<string, unknown>, walk);
  return { value: kept, problems: walk.problems, keys: walk.keys };
}

/** `Deployment in version "v1" cannot be handled as a Deployment: …`, a BadRequest. */
export function cannotBeHandled(version: string, kind: string, expectedKind: string, detail: string): StatusError {
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${expectedKind}: ${detail}`);
}
