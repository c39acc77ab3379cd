/** Query parameters, and the options objects of the API that travel in them. */
import {
  badRequest,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  invalid,
  type FieldError,
} from "@k8ts/api";
import type { QueryParameters } from "@k8ts/client";
import type { DeleteRequest, WatchOptions } from "../registry/resource-store.ts";

const none: readonly string[] = [];

function decodeComponent(text: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw badRequest(`invalid URL escape ${JSON.stringify(text)}`);
  }
}

/** Parameters by name, in the order they came. */
export class Query {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  private constructor(values: ReadonlyMap<string, readonly string[]>) {
    this.#values = values;
  }

  /** Of a URL: "a=1&b=2". Throws BadRequest for malformed escapes. */
  static parse(text: string): Query {
    if (text === "") return noParameters;
    const values = new Map<string, string[]>();
    for (const pair of text.split("&")) {
      if (pair === "") continue;
      const at = pair.indexOf("=");
      const name = decodeComponent(at < 0 ? pair : pair.slice(0, at));
      const value = at < 0 ? "" : decodeComponent(pair.slice(at + 1));
      const list = values.get(name);
      if (list) list.push(value);
      else values.set(name, [value]);
    }
    return new Query(values);
  }

  /** Of an in-process call. */
  static of(parameters: QueryParameters | undefined): Query {
    const values = new Map<string, readonly string[]>();
    for (const [name, value] of Object.entries(parameters ?? {})) {
      if (value === undefined) continue;
      values.set(name, typeof value === "object" ? value : [String(value)]);
    }
    return new Query(values);
  }

  first(name: string): string | undefined {
    return this.#values.get(name)?.[0];
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? none;
  }

  /** Undefined where it was not given; like upstream, everything but "false" and "0" is true. */
  boolean(name: string): boolean | undefined {
    const value = this.first(name);
    if (value === undefined) return undefined;
    return value.toLowerCase() !== "false" && value !== "0";
  }

  /** Undefined where it was not given; throws BadRequest where it is no integer. */
  integer(name: string): number | undefined {
    const value = this.first(name);
    if (value === undefined || value === "") return undefined;
    if (!/^[+-]?\d+$/.test(value)) {
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    }
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: value out of range`);
    }
    return number;
  }
}

const noParameters = Query.of(undefined);

/** ListOptions of a list, a watch or a deletecollection; the store checks them. Throws BadRequest. */
export function listOptions(query: Query): WatchOptions {
  return {
    labelSelector: query.first("labelSelector"),
    fieldSelector: query.first("fieldSelector"),
    resourceVersion: query.first("resourceVersion"),
    resourceVersionMatch: query.first("resourceVersionMatch") || undefined,
    limit: query.integer("limit"),
    continue: query.first("continue") || undefined,
    allowWatchBookmarks: query.boolean("allowWatchBookmarks"),
    sendInitialEvents: query.boolean("sendInitialEvents"),
    timeoutSeconds: query.integer("timeoutSeconds"),
  };
}

/** What CreateOptions, UpdateOptions and PatchOptions say. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
  readonly force?: boolean;
  /** As admission sees it: with kind and apiVersion. */
  readonly object: Readonly<Record<string, unknown>>;
}

const validations = ["Ignore", "Warn", "Strict"];
/** Longest fieldManager; upstream's FieldManagerMaxLength. */
const maxFieldManager = 128;

function dryRunFaults(values: readonly string[]): FieldError[] {
  return values.some((value) => value !== "All") ? [fieldNotSupported("dryRun", values, ["All"])] : [];
}

function managerFaults(manager: string | undefined): FieldError[] {
  if (manager === undefined) return [];
  if (manager.length > maxFieldManager) return [fieldTooLong("fieldManager", maxFieldManager)];
  for (const [at, character] of [...manager].entries()) {
    if (/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character)) {
      const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
      const detail = `invalid character U+${code} (at position ${at})`;
      return [fieldInvalid("fieldManager", manager, detail)];
    }
  }
  return [];
}

/** Reads and checks the options of a write; `patchType` for patches. Throws Invalid or BadRequest. */
export function writeOptions(
  query: Query,
  kind: "CreateOptions" | "UpdateOptions" | "PatchOptions",
  patchType?: string,
): WriteOptions {
  const dryRun = query.all("dryRun").filter((value) => value !== "");
  const fieldManager = query.first("fieldManager") || undefined;
  const fieldValidation = query.first("fieldValidation") || undefined;
  const force = query.boolean("force");
  const faults = dryRunFaults(dryRun);
  faults.push(...managerFaults(fieldManager));
  if (fieldValidation !== undefined && !validations.includes(fieldValidation)) {
    faults.push(fieldNotSupported("fieldValidation", fieldValidation, ["", ...validations]));
  }
  if (kind === "PatchOptions")
    faults.push(...patchFaults(patchType === "application/apply-patch+yaml", fieldManager, force));
  if (faults.length > 0) throw invalid({ group: "meta.k8s.io", kind }, "", faults);
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    // Upstream's default since 1.25: unknown fields are a warning.
    fieldValidation: (fieldValidation ?? "Warn") as WriteOptions["fieldValidation"],
    force,
    object: {
      kind,
      apiVersion: "meta.k8s.io/v1",
      ...(dryRun.length > 0 && { dryRun }),
      ...(fieldManager && { fieldManager }),
      ...(fieldValidation && { fieldValidation }),
      ...(force !== undefined && { force }),
    },
  };
}

function patchFaults(apply: boolean, fieldManager: string | undefined, force: boolean | undefined): FieldError[] {
  if (apply) return fieldManager === undefined ? [fieldRequired("fieldManager", "is required for apply patch")] : [];
  return force === undefined ? [] : [fieldForbidden("force", "may not be specified for non-apply patch")];
}

/** DeleteOptions as decoded from a body. */
export interface DeleteOptionsBody {
  readonly gracePeriodSeconds?: number;
  readonly orphanDependents?: boolean;
  readonly propagationPolicy?: string;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: readonly string[];
}

/** DeleteOptions from the query: what counts where a DELETE has no body. */
export function deleteOptionsOf(query: Query): DeleteOptionsBody {
  const dryRun = query.all("dryRun").filter((value) => value !== "");
  return {
    gracePeriodSeconds: query.integer("gracePeriodSeconds"),
    orphanDependents: query.boolean("orphanDependents"),
    propagationPolicy: query.first("propagationPolicy") || undefined,
    ...(dryRun.length > 0 && { dryRun }),
  };
}

const policies = ["Background", "Foreground", "Orphan"];

/** Checks DeleteOptions in upstream's words and makes the store's request of them. Throws Invalid. */
export function deleteRequest(options: DeleteOptionsBody): DeleteRequest {
  const faults: FieldError[] = [];
  const { orphanDependents, propagationPolicy, dryRun = [] } = options;
  if (orphanDependents !== undefined && propagationPolicy !== undefined) {
    const detail = "orphanDependents and deletionPropagation cannot be both set";
    faults.push(fieldInvalid("propagationPolicy", propagationPolicy, detail));
  }
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    faults.push(fieldNotSupported("propagationPolicy", propagationPolicy, [...policies, "nil"]));
  }
  faults.push(...dryRunFaults(dryRun));
  if (faults.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", faults);
  return {
    dryRun: dryRun.length > 0,
    gracePeriodSeconds: options.gracePeriodSeconds,
    propagationPolicy: propagationPolicy as DeleteRequest["propagationPolicy"],
    orphanDependents,
    preconditions: options.preconditions,
  };
}
