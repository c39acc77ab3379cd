/** One walk over a parsed document: where it is, what it found, and how a wrong type is told. */
import type { TypeUse } from "../schema.ts";
import { goTypeName, goValueName } from "./go-type.ts";

/** A value cannot be of its type; the message is Go's. */
export class ConformError extends Error {}

/** Most unknown fields that are told. */
const maxProblems = 100;

/** One walk over one document. */
export class Walk {
  readonly problems: string[] = [];
  /** Where the walk is: field names, list indexes, and map keys in an object of their own. */
  readonly path: (string | number | MapKey)[] = [];
  /** Keys met so far, unknown ones and those inside raw values included. */
  keys = 0;

  unknown(key: string): void {
    if (this.problems.length >= maxProblems) return;
    const path = this.text(true);
    this.problems.push(`unknown field ${JSON.stringify(path === "" ? key : `${path}.${key}`)}`);
  }

  /** "spec.containers[0].name", or as Go's type errors have it: without indexes and map keys. */
  text(full: boolean): string {
    let text = "";
    for (const segment of this.path) {
      if (typeof segment === "string") text += text === "" ? segment : `.${segment}`;
      else if (full) text += typeof segment === "number" ? `[${segment}]` : `.${segment.key}`;
    }
    return text;
  }
}

/** A key of a map, within a path. */
export interface MapKey {
  readonly key: string;
}

/** Checks a value that is neither null nor undefined; returns what to keep, undefined to leave it out. */
export type Check = (value: unknown, walk: Walk, owner: Owner) => unknown;

/** The struct whose field is checked, as Go calls it. */
export interface Owner {
  readonly goName: string;
}

/** Throws: a field's value has the wrong JSON type. */
export function typeFault(value: unknown, type: TypeUse, walk: Walk, owner: Owner, withNumber = false): never {
  const where = `${owner.goName}.${walk.text(false)}`;
  throw new ConformError(
    `json: cannot unmarshal ${goValueName(value, withNumber)} into Go struct field ${where} of type ${goTypeName(type)}`,
  );
}

/** Throws: a value that Go decodes on its own has the wrong JSON type. */
export function valueFault(value: unknown, goType: string, withNumber = false): never {
  throw new ConformError(`json: cannot unmarshal ${goValueName(value, withNumber)} into Go value of type ${goType}`);
}
