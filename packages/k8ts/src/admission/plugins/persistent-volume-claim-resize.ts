/** Claims may grow only where they are bound and their storage class says that its volumes can. */
import { compareQuantities, type DeepReadonly } from "@k8ts/api";
import type { PersistentVolumeClaim } from "@k8ts/api/core/v1";
import type { StorageClass } from "@k8ts/api/storage/v1";
import type { AdmissionPlugin } from "../admission.ts";
import { find } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { isFor, objectOf, oldObjectOf, refuse } from "../requests.ts";

const betaClass = "volume.beta.kubernetes.io/storage-class";

const classOf = ({ metadata, spec }: DeepReadonly<PersistentVolumeClaim>): string =>
  metadata.annotations?.[betaClass] ?? spec?.storageClassName ?? "";

const sizeOf = ({ spec }: DeepReadonly<PersistentVolumeClaim>): string => spec?.resources?.requests?.["storage"] ?? "0";

/** PersistentVolumeClaimResize. */
export function persistentVolumeClaimResize({ lookup }: AdmissionParts): AdmissionPlugin {
  return {
    name: "PersistentVolumeClaimResize",
    handles: (request) => request.operation === "UPDATE" && isFor(request, "", "persistentvolumeclaims"),
    validate(request) {
      const claim = objectOf<PersistentVolumeClaim>(request);
      const old = oldObjectOf<PersistentVolumeClaim>(request);
      if (compareQuantities(sizeOf(claim), sizeOf(old)) <= 0) return;
      if (old.status?.phase !== "Bound") throw refuse(request, "Only bound persistent volume claims can be expanded");
      const name = classOf(claim);
      const found = find<StorageClass>(lookup, "storage.k8s.io", "storageclasses", "", name);
      if (name === "" || name !== classOf(old) || !found?.allowVolumeExpansion) {
        const detail =
          "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
        throw refuse(request, detail);
      }
    },
  };
}
