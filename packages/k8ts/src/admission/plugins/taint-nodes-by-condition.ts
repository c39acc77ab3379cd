/** A new node takes no pods until the node lifecycle controller has seen that it is ready. */
import type { Node } from "@k8ts/api/core/v1";
import type { AdmissionPlugin } from "../admission.ts";
import { isFor, objectOf } from "../requests.ts";

const key = "node.kubernetes.io/not-ready";

/** TaintNodesByCondition. */
export function taintNodesByCondition(): AdmissionPlugin {
  return {
    name: "TaintNodesByCondition",
    handles: (request) => request.operation === "CREATE" && isFor(request, "", "nodes"),
    admit(request) {
      const node = objectOf<Node>(request);
      const spec = (node.spec ??= {});
      if (spec.taints?.some((taint) => taint.key === key && taint.effect === "NoSchedule")) return;
      (spec.taints ??= []).push({ key, effect: "NoSchedule" });
    },
  };
}
