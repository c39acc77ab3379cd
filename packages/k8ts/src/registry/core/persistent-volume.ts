/** PersistentVolumes: what the store must know of them. */
import {
  canonicalQuantity,
  fieldForbidden,
  fieldNotSupported,
  fieldRequired,
  formatTime,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { PersistentVolume } from "@k8ts/api/core/v1";
import { checkImmutable } from "../meta/field-checks.ts";
import { checkResourceAmount } from "../meta/resource-names.ts";
import { ageColumn, nameColumn, text, wide } from "../printing/columns.ts";
import { keepAllButStatus, keepStatus } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkAccessModes, volumeModes } from "./persistent-volume-claim-spec.ts";
import { accessModesText, storageClassOf } from "./persistent-volume-text.ts";

type In<T> = DeepReadonly<T>;

const policies = ["Delete", "Recycle", "Retain"];

/** Fields of the spec that are not the volume's source. */
const notSources = new Set(
  "accessModes capacity claimRef mountOptions nodeAffinity persistentVolumeReclaimPolicy storageClassName volumeAttributesClassName volumeMode".split(
    " ",
  ),
);

const sourcesOf = (spec: object): string[] => Object.keys(spec).filter((field) => !notSources.has(field));

function sourceOf({ spec }: In<PersistentVolume>): unknown {
  const entries = Object.entries(spec ?? {}).filter(([field]) => !notSources.has(field));
  return Object.fromEntries(entries);
}

function validate({ spec }: In<PersistentVolume>): FieldError[] {
  const faults: FieldError[] = [];
  if (!spec?.accessModes?.length) faults.push(fieldRequired("spec.accessModes", ""));
  checkAccessModes(spec?.accessModes, "spec.accessModes", faults);
  const { capacity = {} } = spec ?? {};
  if (Object.keys(capacity).length === 0) faults.push(fieldRequired("spec.capacity", ""));
  if (capacity["storage"] === undefined || Object.keys(capacity).length > 1) {
    faults.push(fieldNotSupported("spec.capacity", capacity, ["storage"]));
  }
  for (const [name, amount] of Object.entries(capacity)) {
    checkResourceAmount(name, amount, `spec.capacity[${name}]`, faults);
  }
  const policy = spec?.persistentVolumeReclaimPolicy ?? "";
  if (policy && !policies.includes(policy)) {
    faults.push(fieldNotSupported("spec.persistentVolumeReclaimPolicy", policy, policies));
  }
  const [first, ...others] = sourcesOf(spec ?? {});
  if (first === undefined) faults.push(fieldRequired("spec", "must specify a volume type"));
  for (const other of others) faults.push(fieldForbidden(`spec.${other}`, "may not specify more than 1 volume type"));
  if (spec?.local && !spec.nodeAffinity) {
    faults.push(fieldRequired("metadata.annotations", "Local volume requires node affinity"));
  }
  if (spec?.volumeMode !== undefined && !volumeModes.includes(spec.volumeMode)) {
    faults.push(fieldNotSupported("spec.volumeMode", spec.volumeMode, volumeModes));
  }
  return faults;
}

/** PersistentVolumes. */
export const persistentVolume: Strategy<PersistentVolume> = {
  group: "",
  resource: "persistentvolumes",
  default({ spec }) {
    if (!spec) return;
    spec.persistentVolumeReclaimPolicy ??= "Retain";
    spec.volumeMode ??= "Filesystem";
  },
  prepareForCreate(object, { clock }) {
    object.status = { phase: "Pending", lastPhaseTransitionTime: formatTime(clock.now()) };
  },
  prepareForUpdate: keepStatus,
  validate,
  validateUpdate(object, old) {
    const faults = validate(object);
    const message = "spec.persistentvolumesource is immutable after creation";
    if (JSON.stringify(sourceOf(object)) !== JSON.stringify(sourceOf(old))) {
      faults.push(fieldForbidden("spec.persistentvolumesource", message));
    }
    checkImmutable(object.spec?.volumeMode, old.spec?.volumeMode, "volumeMode", faults);
    if (old.spec?.nodeAffinity) {
      checkImmutable(object.spec?.nodeAffinity, old.spec.nodeAffinity, "nodeAffinity", faults);
    }
    return faults;
  },
  fieldNames: ["name"],
  fields: ({ metadata }) => ({ name: metadata.name ?? "" }),
  columns: [
    nameColumn,
    text("Capacity", "Size of the volume.", ({ spec }) => canonicalQuantity(spec?.capacity?.["storage"] ?? "0")),
    text("Access Modes", "How it can be mounted.", ({ spec }) => accessModesText(spec?.accessModes)),
    text(
      "Reclaim Policy",
      "What becomes of it when its claim goes.",
      ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? "",
    ),
    text("Status", "Whether it is free, bound or released.", ({ metadata, status }) =>
      metadata.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating",
    ),
    text("Claim", "The claim it is bound to.", ({ spec }) =>
      spec?.claimRef ? `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}` : "",
    ),
    text("StorageClass", "Its storage class.", storageClassOf),
    text(
      "VolumeAttributesClass",
      "Its class of attributes.",
      ({ spec }) => spec?.volumeAttributesClassName ?? "<unset>",
    ),
    text("Reason", "Why it is in this state.", ({ status }) => status?.reason ?? ""),
    ageColumn,
    wide(text("VolumeMode", "Filesystem or Block.", ({ spec }) => spec?.volumeMode ?? "<unset>")),
  ],
  status: {
    prepareForUpdate(object, old, { clock }) {
      keepAllButStatus(object, old);
      const changed = object.status?.phase !== old.status?.phase;
      const given = object.status?.lastPhaseTransitionTime !== old.status?.lastPhaseTransitionTime;
      if (changed && !given) (object.status ??= {}).lastPhaseTransitionTime = formatTime(clock.now());
    },
  },
};
