/** Claims that name no storage class get the default one. */
import type { DeepReadonly } from "@k8ts/api";
import type { PersistentVolumeClaim } from "@k8ts/api/core/v1";
import type { StorageClass } from "@k8ts/api/storage/v1";
import type { AdmissionPlugin } from "../admission.ts";
import { newestDefault } from "../classes.ts";
import { findAll } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf } from "../requests.ts";

const marks = ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];
const betaClass = "volume.beta.kubernetes.io/storage-class";

const isDefault = ({ metadata }: DeepReadonly<StorageClass>): boolean =>
  marks.some((mark) => metadata.annotations?.[mark] === "true");

/** DefaultStorageClass. */
export function defaultStorageClass({ lookup }: AdmissionParts): AdmissionPlugin {
  return {
    name: "DefaultStorageClass",
    handles: (request) => request.operation === "CREATE" && isFor(request, "", "persistentvolumeclaims"),
    admit(request) {
      const claim = objectOf<PersistentVolumeClaim>(request);
      // The empty string is a choice too: no class at all.
      if (claim.spec?.storageClassName !== undefined || claim.metadata.annotations?.[betaClass] !== undefined) return;
      const found = newestDefault(findAll<StorageClass>(lookup, "storage.k8s.io", "storageclasses", ""), isDefault);
      if (found) (claim.spec ??= {}).storageClassName = found.metadata.name;
    },
  };
}
