/** ConfigMaps: what the store must know of them. */
import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldTooLong,
  isConfigMapKey,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { ConfigMap } from "@k8ts/api/core/v1";
import { ageColumn, nameColumn, textOf } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

/** Most bytes of a ConfigMap's or Secret's values: they go through a watch as one piece. */
export const maxDataBytes = 1024 * 1024;

/** Bytes behind base64 text. */
export const decodedLength = (text: string): number =>
  Math.floor((text.length * 3) / 4) - (text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0);

/** An immutable ConfigMap or Secret keeps its data, and stays immutable. */
export function checkImmutableData<T extends { readonly immutable?: boolean }>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
  faults: FieldError[],
): void {
  if (!old.immutable) return;
  const detail = "field is immutable when `immutable` is set";
  if (!object.immutable) faults.push(fieldForbidden("immutable", detail));
  for (const field of fields) {
    if (!deepEqual(object[field] ?? {}, old[field] ?? {})) faults.push(fieldForbidden(field, detail));
  }
}

function validate({ data, binaryData }: DeepReadonly<ConfigMap>): FieldError[] {
  const faults: FieldError[] = [];
  let size = 0;
  for (const key in data) {
    for (const detail of isConfigMapKey(key)) faults.push(fieldInvalid(`data[${key}]`, key, detail));
    if (binaryData?.[key] !== undefined) {
      faults.push(fieldInvalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    }
    size += Buffer.byteLength(data[key]!);
  }
  for (const key in binaryData) {
    for (const detail of isConfigMapKey(key)) faults.push(fieldInvalid(`binaryData[${key}]`, key, detail));
    size += decodedLength(binaryData[key]!);
  }
  if (size > maxDataBytes) faults.push(fieldTooLong("", maxDataBytes));
  return faults;
}

/** ConfigMaps. */
export const configMap: Strategy<ConfigMap> = {
  group: "",
  resource: "configmaps",
  validate,
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutableData(object, old, ["data", "binaryData"], faults);
    faults.push(...validate(object));
    return faults;
  },
  columns: [
    nameColumn,
    textOf(
      "Data",
      "How many entries it has.",
      ({ data, binaryData }) => Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
    ),
    ageColumn,
  ],
};
