/** Applying a patch of any type to an object, with upstream's errors. */
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicMergePatch,
  badRequest,
  cloneJson,
  conform,
  fieldInvalid,
  invalid,
  requestEntityTooLarge,
  StatusError,
  type DeepReadonly,
  type KubernetesObject,
  type StructSchema,
} from "@k8ts/api";
import type { WriteOptions } from "../query.ts";
import type { PatchBody, ResourceCall } from "../resource-call.ts";
import { judgeProblems } from "./decode-object.ts";

/** Most operations of one JSON patch; upstream's limit. */
const maxOperations = 10_000;

/** A value as Go prints a decoded map: what upstream quotes of a bad strategic merge patch. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (value === null || value === undefined) return "<nil>";
  if (typeof value !== "object") return String(value as string | number | boolean);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, inner]) => `${key}:${goText(inner)}`).join(" ")}]`;
}

function patchInvalid(shown: string, detail: string): StatusError {
  return invalid({ group: "", kind: "" }, "", [fieldInvalid("patch", shown, detail)]);
}

function applied(call: ResourceCall, struct: StructSchema, current: unknown, patch: PatchBody): unknown {
  switch (patch.type) {
    case "application/json-patch+json":
      if (!Array.isArray(patch.document))
        throw badRequest("error decoding patch: a JSON patch is an array of operations");
      if (patch.document.length > maxOperations) {
        const detail = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.document.length}`;
        throw requestEntityTooLarge(detail);
      }
      return applyJsonPatch(current, patch.document as never);
    case "application/merge-patch+json":
      if (!isObject(patch.document)) throw badRequest("Invalid JSON Patch");
      return applyMergePatch(current, patch.document);
    default:
      if (!isObject(patch.document)) throw badRequest("a strategic merge patch is an object");
      return applyStrategicMergePatch(call.services.scheme, struct, current as never, patch.document as never);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A new object: `current` with the patch applied, checked against its schema. `current` stays as it is. Throws
 * BadRequest or Invalid in upstream's words.
 */
export function applyPatch(
  call: ResourceCall,
  struct: StructSchema,
  current: DeepReadonly<object>,
  patch: PatchBody,
  validation: WriteOptions["fieldValidation"],
): KubernetesObject {
  const patched = applied(call, struct, cloneJson(current), patch);
  const strategic = patch.type === "application/strategic-merge-patch+json";
  const shown = (): string => (strategic ? goText(patch.document) : JSON.stringify(patched));
  let result: { value: unknown; problems: readonly string[] };
  try {
    result = conform(struct, patched);
  } catch (error) {
    throw error instanceof StatusError ? patchInvalid(shown(), error.message) : error;
  }
  judgeProblems(call, [...patch.problems, ...result.problems], validation, (text) => patchInvalid(shown(), text));
  return result.value as KubernetesObject;
}
