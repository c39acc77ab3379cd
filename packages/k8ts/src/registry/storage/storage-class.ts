/** StorageClasses: what the store must know of them. */
import { fieldNotSupported, fieldRequired, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { StorageClass } from "@k8ts/api/storage/v1";
import { checkImmutable } from "../meta/field-checks.ts";
import { ageColumn, flag, nameWithDefault, text } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

const bindingModes = ["Immediate", "WaitForFirstConsumer"];
const policies = ["Delete", "Retain"];
const marks = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

function validate({ provisioner, reclaimPolicy, volumeBindingMode }: DeepReadonly<StorageClass>): FieldError[] {
  const faults: FieldError[] = [];
  if (!provisioner) faults.push(fieldRequired("provisioner", ""));
  if (reclaimPolicy !== undefined && !policies.includes(reclaimPolicy)) {
    faults.push(fieldNotSupported("reclaimPolicy", reclaimPolicy, policies));
  }
  if (volumeBindingMode === undefined) faults.push(fieldRequired("volumeBindingMode", ""));
  else if (!bindingModes.includes(volumeBindingMode)) {
    faults.push(fieldNotSupported("volumeBindingMode", volumeBindingMode, bindingModes));
  }
  return faults;
}

/** StorageClasses. */
export const storageClass: Strategy<StorageClass> = {
  group: "storage.k8s.io",
  resource: "storageclasses",
  validate,
  validateUpdate(object, old) {
    const faults = validate(object);
    for (const field of ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"] as const) {
      checkImmutable(object[field], old[field], field, faults);
    }
    return faults;
  },
  columns: [
    nameWithDefault(({ metadata }) => marks.some((mark) => metadata.annotations?.[mark] === "true")),
    text("Provisioner", "Who makes its volumes.", (object) => object.provisioner),
    text(
      "ReclaimPolicy",
      "What becomes of a volume when its claim goes.",
      (object) => object.reclaimPolicy ?? "Delete",
    ),
    text("VolumeBindingMode", "When a claim gets its volume.", (object) => object.volumeBindingMode ?? "Immediate"),
    {
      ...flag("AllowVolumeExpansion", "Whether claims may grow.", (object) => object.allowVolumeExpansion),
      type: "string",
    },
    ageColumn,
  ],
};
