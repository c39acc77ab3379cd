// Generated from the schema table of node.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { Toleration } from "../core/v1.ts";
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of runtimeclasses in node.k8s.io/v1. */
export const runtimeClasses: Resource<RuntimeClass> = defineResource("node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false);

export interface Overhead {
  podFixed?: Record<string, string>;
}

export interface RuntimeClass {
  apiVersion: "node.k8s.io/v1";
  kind: "RuntimeClass";
  handler: string;
  metadata: ObjectMeta;
  overhead?: Overhead;
  scheduling?: Scheduling;
}

export interface RuntimeClassList {
  apiVersion: "node.k8s.io/v1";
  kind: "RuntimeClassList";
  items: RuntimeClass[];
  metadata: ListMeta;
}

export interface Scheduling {
  nodeSelector?: Record<string, string>;
  tolerations?: Toleration[];
}
