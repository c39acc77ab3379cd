/** Bodies of PATCH requests: reading one, applying it by its media type, and shaping what comes out. */
import { cloneJson } from "../clone.ts";
import type { DeepReadonly, KubernetesObject } from "../meta.ts";
import type { StructSchema } from "../schema.ts";
import type { Scheme } from "../scheme.ts";
import { fieldInvalid } from "../field-error.ts";
import { badRequest, invalid, unsupportedMediaType } from "../status-error.ts";
import { ConformError, conformValue } from "../codec/conform.ts";
import { strictDecodingText, type FieldValidation } from "../codec/decode-body.ts";
import { fieldProblems, jsonSyntaxFault, scanJson } from "../codec/json-scan.ts";
import { baseMediaType } from "../codec/media-type.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { goText, isJsonObject } from "./json-values.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

/** RFC 6902. */
export const jsonPatchMediaType = "application/json-patch+json";
/** RFC 7396. */
export const mergePatchMediaType = "application/merge-patch+json";
/** Kubernetes' own. */
export const strategicMergePatchMediaType = "application/strategic-merge-patch+json";
/** Server-side apply. */
export const applyPatchMediaType = "application/apply-patch+yaml";

/** A patch that was read. */
export interface DecodedPatch {
  readonly mediaType: string;
  readonly patch: unknown;
  /** Duplicate fields; empty with fieldValidation Ignore. */
  readonly problems: string[];
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const operationFields = new Set(["op", "path", "from", "value"]);

const patchMediaTypes: readonly string[] = [jsonPatchMediaType, mergePatchMediaType, strategicMergePatchMediaType];

/** The patch type of a Content-Type header. Throws UnsupportedMediaType for none of `accepted`. */
export function patchMediaType(contentType: string, accepted: readonly string[] = patchMediaTypes): string {
  const mediaType = baseMediaType(contentType);
  if (!accepted.includes(mediaType)) throw unsupportedMediaType(accepted);
  return mediaType;
}

/** Reads a JSON, merge or strategic merge patch. Throws BadRequest, or UnsupportedMediaType for none of `accepted`. */
export function decodePatch(
  bytes: Uint8Array,
  contentType: string,
  fieldValidation: FieldValidation = "Warn",
  accepted: readonly string[] = patchMediaTypes,
): DecodedPatch {
  const mediaType = patchMediaType(contentType, accepted);
  const scan = scanJson(bytes);
  const text = decoder.decode(bytes);
  const prefix =
    fieldValidation === "Ignore" || mediaType === strategicMergePatchMediaType ? "" : "error decoding patch: ";
  if (scan.tooDeep) throw badRequest(`${prefix}exceeded max depth`);
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch (error) {
    throw badRequest(`${prefix}${jsonSyntaxFault(text) || (error as Error).message}`);
  }
  if (mediaType !== jsonPatchMediaType && !isJsonObject(patch)) {
    const what = Array.isArray(patch) ? "array" : patch === null ? "null" : typeof patch;
    if (patch !== null) {
      throw badRequest(`${prefix}json: cannot unmarshal ${what} into Go value of type map[string]interface {}`);
    }
    patch = {};
  }
  return { mediaType, patch, problems: fieldValidation === "Ignore" ? [] : patchProblems(text, mediaType, patch) };
}

function patchProblems(text: string, mediaType: string, patch: unknown): string[] {
  const duplicates = fieldProblems(text);
  if (mediaType !== jsonPatchMediaType || !Array.isArray(patch)) return duplicates;
  const unknown = (patch as unknown[]).flatMap((operation, index) =>
    isJsonObject(operation)
      ? Object.keys(operation)
          .filter((key) => !operationFields.has(key))
          .map((key) => `unknown field ${JSON.stringify(`[${index}].${key}`)}`)
      : [],
  );
  return [...duplicates, ...unknown].map((problem) => `json patch ${problem}`);
}

/** An object after a patch. */
export interface PatchedObject {
  readonly object: KubernetesObject;
  /** Unknown and duplicate fields, to be told in warnings. */
  readonly warnings: string[];
}

/**
 * Applies a patch to an object of this type and shapes the result. `current` stays as it is. Throws StatusError: as the
 * patches do, and Invalid where the result is not of the type or, with fieldValidation Strict, has problems.
 */
export function patchObject(
  scheme: Scheme,
  struct: StructSchema,
  current: DeepReadonly<KubernetesObject>,
  { mediaType, patch, problems }: DecodedPatch,
  fieldValidation: FieldValidation = "Warn",
): PatchedObject {
  const patched = applied(scheme, struct, current, mediaType, patch);
  const refuse = (detail: string): Error =>
    invalid({ group: "", kind: "" }, "", [fieldInvalid("patch", shown(mediaType, patch, patched), detail)]);
  try {
    const { value, problems: unknown } = conformValue(struct, copied(mediaType, patched), scheme);
    const warnings = fieldValidation === "Ignore" ? [] : [...problems, ...unknown];
    if (fieldValidation === "Strict" && warnings.length > 0) throw refuse(strictDecodingText(warnings));
    return { object: value as unknown as KubernetesObject, warnings };
  } catch (error) {
    throw error instanceof ConformError ? refuse(error.message) : error;
  }
}

function applied(
  scheme: Scheme,
  struct: StructSchema,
  current: DeepReadonly<KubernetesObject>,
  mediaType: string,
  patch: unknown,
): unknown {
  if (mediaType === jsonPatchMediaType) return applyJsonPatch(current, patch);
  if (mediaType === mergePatchMediaType) return applyMergePatch(current, patch);
  return applyStrategicMergePatch(scheme, struct, current, patch as object);
}

/** What the error shows as the bad value: the patched object, or of a strategic merge patch the patch. */
function shown(mediaType: string, patch: unknown, patched: unknown): string {
  return mediaType === strategicMergePatchMediaType ? goText(patch) : JSON.stringify(patched);
}

/** A merge patch's result shares what it left alone with the current object, and shaping changes values in place. */
function copied(mediaType: string, patched: unknown): unknown {
  return mediaType === mergePatchMediaType ? cloneJson(patched) : patched;
}
