// Generated from the schema table of scheduling.k8s.io/v1alpha2 by scripts/generate-types.ts; do not edit.
import type { Condition, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of podgroups in scheduling.k8s.io/v1alpha2. */
export const podGroups: Resource<PodGroup> = defineResource("scheduling.k8s.io", "v1alpha2", "podgroups", "PodGroup", true);

/** Handle of workloads in scheduling.k8s.io/v1alpha2. */
export const workloads: Resource<Workload> = defineResource("scheduling.k8s.io", "v1alpha2", "workloads", "Workload", true);

export type BasicSchedulingPolicy = Record<string, unknown>;

export interface GangSchedulingPolicy {
  minCount: number;
}

export interface PodGroup {
  apiVersion: "scheduling.k8s.io/v1alpha2";
  kind: "PodGroup";
  metadata: ObjectMeta;
  spec: PodGroupSpec;
  status?: PodGroupStatus;
}

export interface PodGroupList {
  apiVersion: "scheduling.k8s.io/v1alpha2";
  kind: "PodGroupList";
  items: PodGroup[];
  metadata: ListMeta;
}

export interface PodGroupResourceClaim {
  name: string;
  resourceClaimName?: string;
  resourceClaimTemplateName?: string;
}

export interface PodGroupResourceClaimStatus {
  name: string;
  resourceClaimName?: string;
}

export interface PodGroupSchedulingConstraints {
  topology?: TopologyConstraint[];
}

export interface PodGroupSchedulingPolicy {
  basic?: BasicSchedulingPolicy;
  gang?: GangSchedulingPolicy;
}

export interface PodGroupSpec {
  /** Known values: Pod, PodGroup. */
  disruptionMode?: string;
  podGroupTemplateRef?: PodGroupTemplateReference;
  priority?: number;
  priorityClassName?: string;
  resourceClaims?: PodGroupResourceClaim[];
  schedulingConstraints?: PodGroupSchedulingConstraints;
  schedulingPolicy: PodGroupSchedulingPolicy;
}

export interface PodGroupStatus {
  conditions?: Condition[];
  resourceClaimStatuses?: PodGroupResourceClaimStatus[];
}

export interface PodGroupTemplate {
  /** Known values: Pod, PodGroup. */
  disruptionMode?: string;
  name: string;
  priority?: number;
  priorityClassName?: string;
  resourceClaims?: PodGroupResourceClaim[];
  schedulingConstraints?: PodGroupSchedulingConstraints;
  schedulingPolicy: PodGroupSchedulingPolicy;
}

export interface PodGroupTemplateReference {
  workload?: WorkloadPodGroupTemplateReference;
}

export interface TopologyConstraint {
  key: string;
}

export interface TypedLocalObjectReference {
  apiGroup?: string;
  kind: string;
  name: string;
}

export interface Workload {
  apiVersion: "scheduling.k8s.io/v1alpha2";
  kind: "Workload";
  metadata: ObjectMeta;
  spec: WorkloadSpec;
}

export interface WorkloadList {
  apiVersion: "scheduling.k8s.io/v1alpha2";
  kind: "WorkloadList";
  items: Workload[];
  metadata: ListMeta;
}

export interface WorkloadPodGroupTemplateReference {
  podGroupTemplateName: string;
  workloadName: string;
}

export interface WorkloadSpec {
  controllerRef?: TypedLocalObjectReference;
  podGroupTemplates: PodGroupTemplate[];
}
