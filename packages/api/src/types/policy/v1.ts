// Generated from the schema table of policy/v1 by scripts/generate-types.ts; do not edit.
import type { Condition, DeleteOptions, LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of poddisruptionbudgets in policy/v1. */
export const podDisruptionBudgets: Resource<PodDisruptionBudget> = defineResource("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", true);

export interface Eviction {
  apiVersion: "policy/v1";
  kind: "Eviction";
  deleteOptions?: DeleteOptions;
  metadata: ObjectMeta;
}

export interface PodDisruptionBudget {
  apiVersion: "policy/v1";
  kind: "PodDisruptionBudget";
  metadata: ObjectMeta;
  spec?: PodDisruptionBudgetSpec;
  status?: PodDisruptionBudgetStatus;
}

export interface PodDisruptionBudgetList {
  apiVersion: "policy/v1";
  kind: "PodDisruptionBudgetList";
  items: PodDisruptionBudget[];
  metadata: ListMeta;
}

export interface PodDisruptionBudgetSpec {
  maxUnavailable?: number | string;
  minAvailable?: number | string;
  selector?: LabelSelector;
  /** Known values: IfHealthyBudget, AlwaysAllow. */
  unhealthyPodEvictionPolicy?: string;
}

export interface PodDisruptionBudgetStatus {
  conditions?: Condition[];
  currentHealthy?: number;
  desiredHealthy?: number;
  disruptedPods?: Record<string, string>;
  disruptionsAllowed?: number;
  expectedPods?: number;
  observedGeneration?: number;
}
