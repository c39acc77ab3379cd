/** Namespaces: what the store must know of them. They outlive their deletion until spec.finalizers is empty. */
import {
  fieldInvalid,
  isDnsLabel,
  isQualifiedName,
  maskTrailingDash,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Namespace } from "@k8ts/api/core/v1";
import { checkFormat } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import { keepStatus, lent, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

const kubernetesFinalizer = "kubernetes";
const standardFinalizers = new Set([kubernetesFinalizer, "orphan", "foregroundDeletion"]);

/** So that selectors can choose a namespace by name. */
function labelWithName({ metadata }: Namespace): void {
  if (!metadata.name || metadata.labels?.["kubernetes.io/metadata.name"] === metadata.name) return;
  metadata.labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
}

function checkFinalizers({ spec }: In<Namespace>, path: (index: number) => string): FieldError[] {
  const faults: FieldError[] = [];
  spec?.finalizers?.forEach((finalizer, index) => {
    checkFormat(finalizer, isQualifiedName, path(index), faults);
    if (finalizer.includes("/") || standardFinalizers.has(finalizer)) return;
    const detail = "name is neither a standard finalizer name nor is it fully qualified";
    faults.push(fieldInvalid(path(index), finalizer, detail));
  });
  return faults;
}

function validateStatus({ metadata, status }: In<Namespace>): FieldError[] {
  const phase = status?.phase ?? "";
  if (!metadata.deletionTimestamp && phase !== "Active") {
    return [fieldInvalid("status.Phase", phase, "may only be 'Active' if `deletionTimestamp` is empty")];
  }
  if (metadata.deletionTimestamp && phase !== "Terminating") {
    return [fieldInvalid("status.Phase", phase, "may only be 'Terminating' if `deletionTimestamp` is not empty")];
  }
  return [];
}

/** Namespaces. */
export const namespace: Strategy<Namespace> = {
  group: "",
  resource: "namespaces",
  default: labelWithName,
  prepareForCreate(object) {
    labelWithName(object);
    object.status = { phase: "Active" };
    const finalizers = object.spec?.finalizers ?? [];
    const all = finalizers.includes(kubernetesFinalizer) ? finalizers : [...finalizers, kubernetesFinalizer];
    object.spec = { ...object.spec, finalizers: all };
  },
  prepareForUpdate(object, old) {
    object.spec = { ...object.spec, finalizers: lent(old.spec?.finalizers) };
    keepStatus(object, old);
  },
  validateName: (name, isPrefix) => isDnsLabel(isPrefix ? maskTrailingDash(name) : name),
  validate: (object) => checkFinalizers(object, () => "spec.finalizers"),
  beginGracefulDeletion(object) {
    object.status = { ...object.status, phase: "Terminating" };
  },
  holdsDeletion: ({ spec }) => (spec?.finalizers?.length ?? 0) > 0,
  fields: ({ status }) => ({ "status.phase": status?.phase ?? "" }),
  fieldNames: ["status.phase"],
  columns: [nameColumn, text("Status", "Active, or on its way out.", ({ status }) => status?.phase ?? ""), ageColumn],
  status: statusSubresource<Namespace>(validateStatus),
  subresources: {
    finalize: {
      prepareForUpdate: keepStatus,
      validateUpdate: (object) => checkFinalizers(object, (index) => `spec.finalizers[${index}]`),
    },
  },
};
