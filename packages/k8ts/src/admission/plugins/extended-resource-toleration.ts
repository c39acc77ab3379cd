/** Pods that ask for a device tolerate the taint that keeps others off nodes with such devices. */
import type { Pod } from "@k8ts/api/core/v1";
import type { AdmissionPlugin } from "../admission.ts";
import { isFor, objectOf } from "../requests.ts";
import { isExtendedResource } from "../../registry/index.ts";

/** ExtendedResourceToleration. */
export function extendedResourceToleration(): AdmissionPlugin {
  return {
    name: "ExtendedResourceToleration",
    handles: (request) =>
      (request.operation === "CREATE" || request.operation === "UPDATE") && isFor(request, "", "pods"),
    admit(request) {
      const { spec } = objectOf<Pod>(request);
      if (!spec) return;
      const names = [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ resources }) =>
        Object.keys(resources?.requests ?? {}).filter(isExtendedResource),
      );
      for (const key of [...new Set(names)].sort()) {
        const known = spec.tolerations?.some(
          (one) => one.key === key && one.operator === "Exists" && one.effect === "NoSchedule",
        );
        if (!known) (spec.tolerations ??= []).push({ key, operator: "Exists", effect: "NoSchedule" });
      }
    },
  };
}
