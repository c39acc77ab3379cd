/** Volumes and claims get a finalizer, so that they stay until nobody uses them any more. */
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isFor } from "../requests.ts";

function finalizerFor(request: AdmissionRequest): string | undefined {
  if (isFor(request, "", "persistentvolumeclaims")) return "kubernetes.io/pvc-protection";
  if (isFor(request, "", "persistentvolumes")) return "kubernetes.io/pv-protection";
  if (isFor(request, "storage.k8s.io", "volumeattributesclasses")) return "kubernetes.io/vac-protection";
  return undefined;
}

/** StorageObjectInUseProtection. */
export function storageObjectInUseProtection(): AdmissionPlugin {
  return {
    name: "StorageObjectInUseProtection",
    handles: (request) => request.operation === "CREATE" && finalizerFor(request) !== undefined,
    admit(request) {
      const finalizer = finalizerFor(request)!;
      const finalizers = (request.object!.metadata.finalizers ??= []);
      if (!finalizers.includes(finalizer)) finalizers.push(finalizer);
    },
  };
}
