/** API schema table of autoscaling/v2; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const autoscalingV2 = `
group autoscaling v2 proto=k8s.io.api.autoscaling.v2
resource horizontalpodautoscalers HorizontalPodAutoscaler Namespaced short=hpa categories=all verbs=all
 status HorizontalPodAutoscaler verbs=get,patch,update

type ContainerResourceMetricSource
 container! string #3
 name! string #1
 target! MetricTarget #2
type ContainerResourceMetricStatus
 container! string #3
 current! MetricValueStatus #2
 name! string #1
type CrossVersionObjectReference
 apiVersion string #3
 kind! string #1
 name! string #2
type ExternalMetricSource
 metric! MetricIdentifier #1
 target! MetricTarget #2
type ExternalMetricStatus
 current! MetricValueStatus #2
 metric! MetricIdentifier #1
type HPAScalingPolicy
 periodSeconds! int32 #3
 type! string #1 enum=Pods|Percent
 value! int32 #2
type HPAScalingRules
 policies []HPAScalingPolicy #2 list=atomic
 selectPolicy *string #1 enum=Max|Min|Disabled
 stabilizationWindowSeconds *int32 #3
 tolerance *Quantity #4
kind HorizontalPodAutoscaler
 metadata meta.v1.ObjectMeta #1
 spec! HorizontalPodAutoscalerSpec #2
 status HorizontalPodAutoscalerStatus #3
type HorizontalPodAutoscalerBehavior
 scaleDown *HPAScalingRules #2
 scaleUp *HPAScalingRules #1
type HorizontalPodAutoscalerCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status! string #2
 type! string #1 enum=ScalingActive|AbleToScale|ScalingLimited|ScaledToZero
kind HorizontalPodAutoscalerList
 items! []HorizontalPodAutoscaler #2
 metadata meta.v1.ListMeta #1
type HorizontalPodAutoscalerSpec
 behavior *HorizontalPodAutoscalerBehavior #5
 maxReplicas! int32 #3
 metrics []MetricSpec #4 list=atomic
 minReplicas *int32 #2 default=1
 scaleTargetRef! CrossVersionObjectReference #1
type HorizontalPodAutoscalerStatus
 conditions []HorizontalPodAutoscalerCondition #6 list=map(type) patch=merge key=type
 currentMetrics []MetricStatus #5 list=atomic
 currentReplicas int32 #3
 desiredReplicas! int32 #4
 lastScaleTime *Time #2
 observedGeneration *int64 #1
type MetricIdentifier
 name! string #1
 selector *meta.v1.LabelSelector #2
type MetricSpec
 containerResource *ContainerResourceMetricSource #7
 external *ExternalMetricSource #5
 object *ObjectMetricSource #2
 pods *PodsMetricSource #3
 resource *ResourceMetricSource #4
 type! string #1 enum=Object|Pods|Resource|ContainerResource|External
type MetricStatus
 containerResource *ContainerResourceMetricStatus #7
 external *ExternalMetricStatus #5
 object *ObjectMetricStatus #2
 pods *PodsMetricStatus #3
 resource *ResourceMetricStatus #4
 type! string #1 enum=Object|Pods|Resource|ContainerResource|External
type MetricTarget
 averageUtilization *int32 #4
 averageValue *Quantity #3
 type! string #1 enum=Utilization|Value|AverageValue
 value *Quantity #2
type MetricValueStatus
 averageUtilization *int32 #3
 averageValue *Quantity #2
 value *Quantity #1
type ObjectMetricSource
 describedObject! CrossVersionObjectReference #1
 metric! MetricIdentifier #3
 target! MetricTarget #2
type ObjectMetricStatus
 current! MetricValueStatus #2
 describedObject! CrossVersionObjectReference #3
 metric! MetricIdentifier #1
type PodsMetricSource
 metric! MetricIdentifier #1
 target! MetricTarget #2
type PodsMetricStatus
 current! MetricValueStatus #2
 metric! MetricIdentifier #1
type ResourceMetricSource
 name! string #1
 target! MetricTarget #2
type ResourceMetricStatus
 current! MetricValueStatus #2
 name! string #1
`;
