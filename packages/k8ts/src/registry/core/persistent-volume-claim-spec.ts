/** Rules of a claim's spec, as claims, ephemeral volumes and StatefulSets have it. */
import {
  compareQuantities,
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  isDnsSubdomain,
  isQuantity,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { PersistentVolumeClaimSpec } from "@k8ts/api/core/v1";
import { checkFormat, checkRequired } from "../meta/field-checks.ts";
import { checkLabelSelector, type SelectorRules } from "../meta/labels.ts";
import { checkResourceAmount } from "../meta/resource-names.ts";

type In<T> = DeepReadonly<T>;

/** Access modes, in the order messages list them. */
export const accessModes: readonly string[] = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/** Volume modes, in the order messages list them. */
export const volumeModes: readonly string[] = ["Block", "Filesystem"];

/** How a claim's spec is checked. */
export interface ClaimRules extends SelectorRules {
  /** The stored claim already names a data source's API group. */
  readonly allowInvalidDataSourceGroup?: boolean;
}

/** Access modes must be known, and ReadWriteOncePod alone. */
export function checkAccessModes(modes: readonly string[] | undefined, path: string, faults: FieldError[]): void {
  let alone = false;
  let others = false;
  for (const mode of modes ?? []) {
    if (!accessModes.includes(mode)) faults.push(fieldNotSupported(path, mode, accessModes));
    else if (mode === "ReadWriteOncePod") alone = true;
    else others = true;
  }
  if (alone && others) faults.push(fieldForbidden(path, "may not use ReadWriteOncePod with other access modes"));
}

/** A whole claim spec. */
export function checkClaimSpec(
  spec: In<PersistentVolumeClaimSpec> | undefined,
  path: string,
  faults: FieldError[],
  rules: ClaimRules = {},
): void {
  if ((spec?.accessModes ?? []).length === 0) {
    faults.push(fieldRequired(`${path}.accessModes`, "at least 1 access mode is required"));
  }
  checkLabelSelector(spec?.selector, `${path}.selector`, faults, rules);
  checkAccessModes(spec?.accessModes, `${path}.accessModes`, faults);
  checkRequestedStorage(spec?.resources?.requests?.storage, `${path}.resources[storage]`, faults);
  if (!spec) return;
  if (spec.storageClassName) checkFormat(spec.storageClassName, isDnsSubdomain, `${path}.storageClassName`, faults);
  if (spec.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) {
    faults.push(fieldNotSupported(`${path}.volumeMode`, spec.volumeMode, volumeModes));
  }
  checkDataSources(spec, path, faults, rules);
  if (spec.volumeAttributesClassName) {
    checkFormat(spec.volumeAttributesClassName, isDnsSubdomain, `${path}.volumeAttributesClassName`, faults);
  }
}

function checkRequestedStorage(storage: string | undefined, path: string, faults: FieldError[]): void {
  if (storage === undefined) faults.push(fieldRequired(path));
  else if (isQuantity(storage) && compareQuantities(storage, "0") <= 0) {
    faults.push(fieldInvalid(path, storage, "must be greater than zero"));
  } else checkResourceAmount("storage", storage, path, faults);
}

interface DataSource {
  readonly apiGroup?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

function checkDataSources(
  spec: In<PersistentVolumeClaimSpec>,
  path: string,
  faults: FieldError[],
  rules: ClaimRules,
): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource) checkDataSource(dataSource, `${path}.dataSource`, faults, rules);
  if (dataSourceRef) {
    checkDataSource(dataSourceRef, `${path}.dataSourceRef`, faults, rules);
    if (dataSourceRef.namespace)
      checkFormat(dataSourceRef.namespace, isDnsLabel, `${path}.dataSourceRef.namespace`, faults);
  }
  if (!dataSource || !dataSourceRef) return;
  const value = `${path}.dataSource`;
  if (dataSourceRef.namespace) {
    faults.push(fieldInvalid(path, value, "may not be specified when dataSourceRef.namespace is specified"));
  } else if (!deepEqual(identity(dataSource), identity(dataSourceRef))) {
    faults.push(fieldInvalid(path, value, "must match dataSourceRef"));
  }
}

const identity = ({ apiGroup, kind, name }: DataSource): DataSource => ({ apiGroup, kind, name });

function checkDataSource(source: DataSource, path: string, faults: FieldError[], rules: ClaimRules): void {
  checkRequired(source.name, `${path}.name`, faults);
  checkRequired(source.kind, `${path}.kind`, faults);
  if (!source.apiGroup && source.kind !== "PersistentVolumeClaim") {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
    faults.push(fieldInvalid(path, source.kind ?? "", detail));
  }
  if (source.apiGroup && !rules.allowInvalidDataSourceGroup) {
    checkFormat(source.apiGroup, isDnsSubdomain, `${path}.apiGroup`, faults);
  }
}
