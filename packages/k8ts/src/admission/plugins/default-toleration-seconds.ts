/** Pods stay for five minutes on a node that is not ready or cannot be reached, unless they say otherwise. */
import type { Pod, Toleration } from "@k8ts/api/core/v1";
import type { AdmissionPlugin } from "../admission.ts";
import { isFor, objectOf } from "../requests.ts";

const seconds = 300;
const keys = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

const tolerates = (toleration: Toleration, key: string): boolean =>
  (!toleration.key || toleration.key === key) && (!toleration.effect || toleration.effect === "NoExecute");

/** DefaultTolerationSeconds. */
export function defaultTolerationSeconds(): AdmissionPlugin {
  return {
    name: "DefaultTolerationSeconds",
    handles: (request) =>
      (request.operation === "CREATE" || request.operation === "UPDATE") && isFor(request, "", "pods"),
    admit(request) {
      const { spec } = objectOf<Pod>(request);
      if (!spec) return;
      const given = spec.tolerations ?? [];
      for (const key of keys) {
        if (given.some((toleration) => tolerates(toleration, key))) continue;
        const toleration = { key, operator: "Exists", effect: "NoExecute", tolerationSeconds: seconds };
        (spec.tolerations ??= []).push(toleration);
      }
    },
  };
}
