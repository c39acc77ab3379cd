// Generated from the schema table of autoscaling/v1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of horizontalpodautoscalers in autoscaling/v1. */
export const horizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> = defineResource("autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);

export interface CrossVersionObjectReference {
  apiVersion?: string;
  kind: string;
  name: string;
}

export interface HorizontalPodAutoscaler {
  apiVersion: "autoscaling/v1";
  kind: "HorizontalPodAutoscaler";
  metadata: ObjectMeta;
  spec: HorizontalPodAutoscalerSpec;
  status?: HorizontalPodAutoscalerStatus;
}

export interface HorizontalPodAutoscalerList {
  apiVersion: "autoscaling/v1";
  kind: "HorizontalPodAutoscalerList";
  items: HorizontalPodAutoscaler[];
  metadata: ListMeta;
}

export interface HorizontalPodAutoscalerSpec {
  maxReplicas: number;
  minReplicas?: number;
  scaleTargetRef: CrossVersionObjectReference;
  targetCPUUtilizationPercentage?: number;
}

export interface HorizontalPodAutoscalerStatus {
  currentCPUUtilizationPercentage?: number;
  currentReplicas: number;
  desiredReplicas: number;
  /** RFC 3339, whole seconds. */
  lastScaleTime?: string;
  observedGeneration?: number;
}

export interface Scale {
  apiVersion: "autoscaling/v1";
  kind: "Scale";
  metadata: ObjectMeta;
  spec?: ScaleSpec;
  status?: ScaleStatus;
}

export interface ScaleSpec {
  replicas?: number;
}

export interface ScaleStatus {
  replicas: number;
  selector?: string;
}
