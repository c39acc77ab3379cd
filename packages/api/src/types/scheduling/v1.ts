// Generated from the schema table of scheduling.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of priorityclasses in scheduling.k8s.io/v1. */
export const priorityClasses: Resource<PriorityClass> = defineResource("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", false);

export interface PriorityClass {
  apiVersion: "scheduling.k8s.io/v1";
  kind: "PriorityClass";
  description?: string;
  globalDefault?: boolean;
  metadata: ObjectMeta;
  preemptionPolicy?: string;
  value?: number;
}

export interface PriorityClassList {
  apiVersion: "scheduling.k8s.io/v1";
  kind: "PriorityClassList";
  items: PriorityClass[];
  metadata: ListMeta;
}
