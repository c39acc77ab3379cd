/** API schema table of autoscaling/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const autoscalingV1 = `
group autoscaling v1 proto=k8s.io.api.autoscaling.v1
resource horizontalpodautoscalers HorizontalPodAutoscaler Namespaced short=hpa categories=all verbs=all
 status HorizontalPodAutoscaler verbs=get,patch,update

type CrossVersionObjectReference map=atomic
 apiVersion string #3
 kind! string #1
 name! string #2
kind HorizontalPodAutoscaler
 metadata meta.v1.ObjectMeta #1
 spec! HorizontalPodAutoscalerSpec #2
 status HorizontalPodAutoscalerStatus #3
kind HorizontalPodAutoscalerList
 items! []HorizontalPodAutoscaler #2
 metadata meta.v1.ListMeta #1
type HorizontalPodAutoscalerSpec
 maxReplicas! int32 #3
 minReplicas *int32 #2 default=1
 scaleTargetRef! CrossVersionObjectReference #1
 targetCPUUtilizationPercentage *int32 #4
type HorizontalPodAutoscalerStatus
 currentCPUUtilizationPercentage *int32 #5
 currentReplicas! int32 #3
 desiredReplicas! int32 #4
 lastScaleTime *Time #2
 observedGeneration *int64 #1
kind Scale
 metadata meta.v1.ObjectMeta #1
 spec ScaleSpec #2
 status ScaleStatus #3
type ScaleSpec
 replicas int32 #1
type ScaleStatus
 replicas! int32 #1
 selector string #2
`;
