/** The scale subresource of kinds that have spec.replicas, status.replicas and a label selector. */
import { selectorText } from "@k8ts/api";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import type { ScalePaths } from "../strategy.ts";

interface Scalable {
  spec?: { replicas?: number; selector?: LabelSelector };
  status?: { replicas?: number };
}

/** Where such a kind keeps its numbers. */
export const replicaScale: ScalePaths<Scalable> = {
  replicas: (object) => object.spec?.replicas ?? 0,
  setReplicas(object, replicas) {
    object.spec = { ...object.spec, replicas };
  },
  statusReplicas: (object) => object.status?.replicas ?? 0,
  selector: (object) => selectorText(object.spec?.selector),
};
