/** PersistentVolumeClaims: what the store must know of them. */
import {
  canonicalQuantity,
  compareQuantities,
  deepEqual,
  fieldForbidden,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { PersistentVolumeClaim } from "@k8ts/api/core/v1";
import { ageColumn, nameColumn, text, wide } from "../printing/columns.ts";
import { keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkClaimSpec } from "./persistent-volume-claim-spec.ts";
import { accessModesText, storageClassOf } from "./persistent-volume-text.ts";
import { roundResources } from "./resource-rounding.ts";

type In<T> = DeepReadonly<T>;

function validate({ spec }: In<PersistentVolumeClaim>): FieldError[] {
  const faults: FieldError[] = [];
  checkClaimSpec(spec, "spec", faults);
  return faults;
}

const storageOf = ({ spec }: In<PersistentVolumeClaim>): string => spec?.resources?.requests?.["storage"] ?? "0";

function validateUpdate(object: In<PersistentVolumeClaim>, old: In<PersistentVolumeClaim>): FieldError[] {
  const faults = validate(object);
  const { spec: before } = old;
  const bound = old.status?.phase === "Bound" || !!before?.volumeName;
  const fixed = { ...object.spec } as Record<string, unknown>;
  // An unbound claim may still be given its volume; a bound one may grow.
  if (!before?.volumeName) fixed["volumeName"] = before?.volumeName;
  fixed["resources"] = before?.resources;
  fixed["volumeAttributesClassName"] = before?.volumeAttributesClassName;
  if (before?.storageClassName === undefined) fixed["storageClassName"] = before?.storageClassName;
  if (!deepEqual(withoutUnset(fixed), withoutUnset({ ...before }))) {
    const detail =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    faults.push(fieldForbidden("spec", detail));
  }
  const [size, oldSize] = [storageOf(object), storageOf(old)];
  const smaller = compareQuantities(size, oldSize) < 0;
  const allocated = old.status?.capacity?.["storage"];
  if (!bound && compareQuantities(size, oldSize) !== 0) {
    const detail =
      "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    faults.push(fieldForbidden("spec", detail));
  } else if (smaller && (allocated === undefined || compareQuantities(size, allocated) <= 0)) {
    faults.push(fieldForbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
  }
  return faults;
}

const withoutUnset = (fields: object): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** PersistentVolumeClaims. */
export const persistentVolumeClaim: Strategy<PersistentVolumeClaim> = {
  group: "",
  resource: "persistentvolumeclaims",
  default({ spec }) {
    roundResources(spec?.resources?.requests);
    roundResources(spec?.resources?.limits);
  },
  prepareForCreate(object) {
    object.status = { phase: "Pending" };
    const { spec } = object;
    // Two fields for one thing: the newer one takes over what the older says.
    const reference = spec?.dataSource;
    if (spec && reference && !spec.dataSourceRef) spec.dataSourceRef = { ...reference };
    else if (spec?.dataSourceRef && !reference && spec.dataSourceRef.namespace === undefined) {
      const { apiGroup, kind, name } = spec.dataSourceRef;
      const known =
        (!apiGroup && kind === "PersistentVolumeClaim") ||
        (apiGroup === "snapshot.storage.k8s.io" && kind === "VolumeSnapshot");
      if (known) spec.dataSource = { ...(apiGroup !== undefined && { apiGroup }), kind, name };
    }
  },
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate,
  fieldNames: ["name"],
  fields: ({ metadata }) => ({ name: metadata.name ?? "" }),
  columns: [
    nameColumn,
    text("Status", "Whether the claim has its volume.", ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating",
    ),
    text("Volume", "The volume.", ({ spec }) => spec?.volumeName ?? ""),
    text("Capacity", "Size of the volume.", ({ spec, status }) =>
      spec?.volumeName ? canonicalQuantity(status?.capacity?.["storage"] ?? "0") : "",
    ),
    text("Access Modes", "How the volume can be mounted.", ({ spec, status }) =>
      spec?.volumeName ? accessModesText(status?.accessModes) : "",
    ),
    text("StorageClass", "The claim's storage class.", storageClassOf),
    text(
      "VolumeAttributesClass",
      "The class of attributes.",
      ({ spec }) => spec?.volumeAttributesClassName ?? "<unset>",
    ),
    ageColumn,
    wide(text("VolumeMode", "Filesystem or Block.", ({ spec }) => spec?.volumeMode ?? "<unset>")),
  ],
  status: statusSubresource(),
};
