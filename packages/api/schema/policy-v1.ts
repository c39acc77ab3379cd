/** API schema table of policy/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const policyV1 = `
group policy v1 proto=k8s.io.api.policy.v1
resource poddisruptionbudgets PodDisruptionBudget Namespaced short=pdb verbs=all
 status PodDisruptionBudget verbs=get,patch,update

kind Eviction
 deleteOptions *meta.v1.DeleteOptions #2
 metadata meta.v1.ObjectMeta #1
kind PodDisruptionBudget
 metadata meta.v1.ObjectMeta #1
 spec PodDisruptionBudgetSpec #2
 status PodDisruptionBudgetStatus #3
kind PodDisruptionBudgetList
 items! []PodDisruptionBudget #2
 metadata meta.v1.ListMeta #1
type PodDisruptionBudgetSpec
 maxUnavailable *IntOrString #3
 minAvailable *IntOrString #1
 selector *meta.v1.LabelSelector #2 patch=replace
 unhealthyPodEvictionPolicy *string #4 enum=IfHealthyBudget|AlwaysAllow
type PodDisruptionBudgetStatus
 conditions []meta.v1.Condition #7 list=map(type) patch=merge key=type
 currentHealthy int32 #4
 desiredHealthy int32 #5
 disruptedPods {}Time #2
 disruptionsAllowed int32 #3
 expectedPods int32 #6
 observedGeneration int64 #1
`;
