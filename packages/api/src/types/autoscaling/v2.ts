// Generated from the schema table of autoscaling/v2 by scripts/generate-types.ts; do not edit.
import type { LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of horizontalpodautoscalers in autoscaling/v2. */
export const horizontalPodAutoscalers: Resource<HorizontalPodAutoscaler> = defineResource("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", true);

export interface ContainerResourceMetricSource {
  container: string;
  name: string;
  target: MetricTarget;
}

export interface ContainerResourceMetricStatus {
  container: string;
  current: MetricValueStatus;
  name: string;
}

export interface CrossVersionObjectReference {
  apiVersion?: string;
  kind: string;
  name: string;
}

export interface ExternalMetricSource {
  metric: MetricIdentifier;
  target: MetricTarget;
}

export interface ExternalMetricStatus {
  current: MetricValueStatus;
  metric: MetricIdentifier;
}

export interface HPAScalingPolicy {
  periodSeconds: number;
  /** Known values: Pods, Percent. */
  type: string;
  value: number;
}

export interface HPAScalingRules {
  policies?: HPAScalingPolicy[];
  /** Known values: Max, Min, Disabled. */
  selectPolicy?: string;
  stabilizationWindowSeconds?: number;
  /** A quantity such as "100m" or "1Gi". */
  tolerance?: string;
}

export interface HorizontalPodAutoscaler {
  apiVersion: "autoscaling/v2";
  kind: "HorizontalPodAutoscaler";
  metadata: ObjectMeta;
  spec: HorizontalPodAutoscalerSpec;
  status?: HorizontalPodAutoscalerStatus;
}

export interface HorizontalPodAutoscalerBehavior {
  scaleDown?: HPAScalingRules;
  scaleUp?: HPAScalingRules;
}

export interface HorizontalPodAutoscalerCondition {
  /** RFC 3339, whole seconds. */
  lastTransitionTime?: string;
  message?: string;
  reason?: string;
  status: string;
  /** Known values: ScalingActive, AbleToScale, ScalingLimited, ScaledToZero. */
  type: string;
}

export interface HorizontalPodAutoscalerList {
  apiVersion: "autoscaling/v2";
  kind: "HorizontalPodAutoscalerList";
  items: HorizontalPodAutoscaler[];
  metadata: ListMeta;
}

export interface HorizontalPodAutoscalerSpec {
  behavior?: HorizontalPodAutoscalerBehavior;
  maxReplicas: number;
  metrics?: MetricSpec[];
  minReplicas?: number;
  scaleTargetRef: CrossVersionObjectReference;
}

export interface HorizontalPodAutoscalerStatus {
  conditions?: HorizontalPodAutoscalerCondition[];
  currentMetrics?: MetricStatus[];
  currentReplicas?: number;
  desiredReplicas: number;
  /** RFC 3339, whole seconds. */
  lastScaleTime?: string;
  observedGeneration?: number;
}

export interface MetricIdentifier {
  name: string;
  selector?: LabelSelector;
}

export interface MetricSpec {
  containerResource?: ContainerResourceMetricSource;
  external?: ExternalMetricSource;
  object?: ObjectMetricSource;
  pods?: PodsMetricSource;
  resource?: ResourceMetricSource;
  /** Known values: Object, Pods, Resource, ContainerResource, External. */
  type: string;
}

export interface MetricStatus {
  containerResource?: ContainerResourceMetricStatus;
  external?: ExternalMetricStatus;
  object?: ObjectMetricStatus;
  pods?: PodsMetricStatus;
  resource?: ResourceMetricStatus;
  /** Known values: Object, Pods, Resource, ContainerResource, External. */
  type: string;
}

export interface MetricTarget {
  averageUtilization?: number;
  /** A quantity such as "100m" or "1Gi". */
  averageValue?: string;
  /** Known values: Utilization, Value, AverageValue. */
  type: string;
  /** A quantity such as "100m" or "1Gi". */
  value?: string;
}

export interface MetricValueStatus {
  averageUtilization?: number;
  /** A quantity such as "100m" or "1Gi". */
  averageValue?: string;
  /** A quantity such as "100m" or "1Gi". */
  value?: string;
}

export interface ObjectMetricSource {
  describedObject: CrossVersionObjectReference;
  metric: MetricIdentifier;
  target: MetricTarget;
}

export interface ObjectMetricStatus {
  current: MetricValueStatus;
  describedObject: CrossVersionObjectReference;
  metric: MetricIdentifier;
}

export interface PodsMetricSource {
  metric: MetricIdentifier;
  target: MetricTarget;
}

export interface PodsMetricStatus {
  current: MetricValueStatus;
  metric: MetricIdentifier;
}

export interface ResourceMetricSource {
  name: string;
  target: MetricTarget;
}

export interface ResourceMetricStatus {
  current: MetricValueStatus;
  name: string;
}
