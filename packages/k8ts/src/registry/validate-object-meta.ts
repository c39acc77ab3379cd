/** Validation of metadata, the same for every kind, in upstream's words and order. */
import {
  deepEqual,
  type DeepReadonly,
  type FieldError,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isDnsLabel,
  isLabelValue,
  isPathSegmentName,
  isQualifiedName,
  type ResourceSchema,
} from "@k8ts/api";
import type { ObjectMeta, OwnerReference } from "@k8ts/api/meta/v1";
import type { Strategy } from "./strategy.ts";

type Meta = DeepReadonly<ObjectMeta>;

/** Bytes of all annotations of an object together. */
const annotationsLimit = 256 << 10;

const immutable = "field is immutable";

/** Faults of a new object's metadata. `nameFaults` is the kind's rule for names. */
export function validateObjectMeta(
  meta: Meta,
  resource: ResourceSchema,
  nameFaults: NonNullable<Strategy["validateName"]> = isPathSegmentName,
): FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (field: string, value: unknown, faults: readonly string[]): void => {
    for (const fault of faults) errors.push(fieldInvalid(`metadata.${field}`, value, fault));
  };
  if (meta.generateName) invalid("generateName", meta.generateName, nameFaults(meta.generateName, true));
  if (!meta.name) errors.push(fieldRequired("metadata.name", "name or generateName is required"));
  else invalid("name", meta.name, nameFaults(meta.name, false));
  if (!resource.namespaced) {
    if (meta.namespace) errors.push(fieldForbidden("metadata.namespace", "not allowed on this type"));
  } else if (!meta.namespace) errors.push(fieldRequired("metadata.namespace"));
  else invalid("namespace", meta.namespace, isDnsLabel(meta.namespace));
  if ((meta.generation ?? 0) < 0) {
    errors.push(fieldInvalid("metadata.generation", meta.generation, "must be greater than or equal to 0"));
  }
  errors.push(
    ...validateLabels(meta.labels, "metadata.labels"),
    ...validateAnnotations(meta.annotations, "metadata.annotations"),
    ...validateOwnerReferences(meta.ownerReferences, "metadata.ownerReferences"),
    ...validateFinalizers(meta.finalizers, "metadata.finalizers"),
  );
  return errors;
}

/** Faults of an update's metadata against what is stored. */
export function validateObjectMetaUpdate(meta: Meta, old: Meta): FieldError[] {
  const errors: FieldError[] = [];
  if (old.deletionTimestamp) errors.push(...newFinalizerErrors(meta.finalizers ?? [], old.finalizers ?? []));
  if (!meta.resourceVersion) {
    errors.push(
      fieldInvalid("metadata.resourceVersion", meta.resourceVersion ?? "", "must be specified for an update"),
    );
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(fieldInvalid("metadata.generation", meta.generation ?? 0, "must not be decremented"));
  }
  for (const name of immutableFields) {
    const value = meta[name];
    if (!deepEqual(value, old[name])) errors.push(fieldInvalid(`metadata.${name}`, value ?? emptyOf(name), immutable));
  }
  errors.push(
    ...validateLabels(meta.labels, "metadata.labels"),
    ...validateAnnotations(meta.annotations, "metadata.annotations"),
    ...validateOwnerReferences(meta.ownerReferences, "metadata.ownerReferences"),
  );
  return errors;
}

const immutableFields = [
  "name",
  "namespace",
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
] as const;

/** How Go shows the zero value of a field that is not set. */
const emptyOf = (field: (typeof immutableFields)[number]): unknown =>
  field === "name" || field === "namespace" || field === "uid" ? "" : null;

function newFinalizerErrors(finalizers: readonly string[], old: readonly string[]): FieldError[] {
  const added = finalizers.filter((finalizer) => !old.includes(finalizer)).sort();
  if (added.length === 0) return [];
  const shown = `[]string{${added.map((name) => JSON.stringify(name)).join(", ")}}`;
  const text = `no new finalizers can be added if the object is being deleted, found new finalizers ${shown}`;
  return [fieldForbidden("metadata.finalizers", text)];
}

/** Faults of labels, wherever they stand. */
export function validateLabels(labels: Meta["labels"], field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const fault of isQualifiedName(key)) errors.push(fieldInvalid(field, key, fault));
    for (const fault of isLabelValue(value)) errors.push(fieldInvalid(field, value, fault));
  }
  return errors;
}

/** Faults of annotations: keys like labels' but in any case, and not too much in all. */
export function validateAnnotations(annotations: Meta["annotations"], field: string): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    for (const fault of isQualifiedName(key.toLowerCase())) errors.push(fieldInvalid(field, key, fault));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > annotationsLimit) errors.push(fieldTooLong(field, annotationsLimit));
  return errors;
}

function validateOwnerReferences(references: Meta["ownerReferences"], field: string): FieldError[] {
  const errors: FieldError[] = [];
  let controller = "";
  for (const reference of references ?? []) {
    errors.push(...ownerReferenceErrors(reference, field));
    if (!reference.controller) continue;
    const name = `${reference.kind}/${reference.name}`;
    if (controller === "") controller = name;
    else {
      const text = `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${name}`;
      errors.push(fieldInvalid(field, references, text));
    }
  }
  return errors;
}

function ownerReferenceErrors(reference: DeepReadonly<OwnerReference>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const version = reference.apiVersion?.split("/").at(-1);
  if (!version)
    errors.push(fieldInvalid(`${field}.apiVersion`, reference.apiVersion ?? "", "version must not be empty"));
  for (const name of ["kind", "name", "uid"] as const) {
    if (!reference[name]) errors.push(fieldInvalid(`${field}.${name}`, "", "must not be empty"));
  }
  if (reference.apiVersion === "v1" && reference.kind === "Event") {
    errors.push(fieldInvalid(field, reference, "/v1, Kind=Event is disallowed from being an owner"));
  }
  return errors;
}

/** The garbage collector's finalizers. */
export const orphanFinalizer = "orphan";
export const foregroundFinalizer = "foregroundDeletion";

function validateFinalizers(finalizers: Meta["finalizers"], field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const finalizer of finalizers ?? []) {
    for (const fault of isQualifiedName(finalizer)) errors.push(fieldInvalid(field, finalizer, fault));
  }
  if (finalizers?.includes(orphanFinalizer) && finalizers.includes(foregroundFinalizer)) {
    const text = `finalizer ${orphanFinalizer} and ${foregroundFinalizer} cannot be both set`;
    errors.push(fieldInvalid(field, finalizers, text));
  }
  return errors;
}
