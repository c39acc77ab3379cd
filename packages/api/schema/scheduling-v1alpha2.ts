/** API schema table of scheduling.k8s.io/v1alpha2; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const schedulingV1alpha2 = `
group scheduling.k8s.io v1alpha2 proto=k8s.io.api.scheduling.v1alpha2
resource podgroups PodGroup Namespaced verbs=all
 status PodGroup verbs=get,patch,update
resource workloads Workload Namespaced verbs=all

type BasicSchedulingPolicy
type GangSchedulingPolicy
 minCount! int32 #1
kind PodGroup
 metadata meta.v1.ObjectMeta #1
 spec! PodGroupSpec #2
 status PodGroupStatus #3
kind PodGroupList
 items! []PodGroup #2
 metadata meta.v1.ListMeta #1
type PodGroupResourceClaim
 name! string #1
 resourceClaimName *string #2
 resourceClaimTemplateName *string #3
type PodGroupResourceClaimStatus
 name! string #1
 resourceClaimName *string #2
type PodGroupSchedulingConstraints
 topology []TopologyConstraint #1 list=atomic
type PodGroupSchedulingPolicy
 basic *BasicSchedulingPolicy #1
 gang *GangSchedulingPolicy #2
type PodGroupSpec
 disruptionMode *string #5 default="Pod" enum=Pod|PodGroup
 podGroupTemplateRef *PodGroupTemplateReference #1
 priority *int32 #7
 priorityClassName string #6
 resourceClaims []PodGroupResourceClaim #4 list=map(name) patch=merge,retainKeys key=name
 schedulingConstraints *PodGroupSchedulingConstraints #3
 schedulingPolicy! PodGroupSchedulingPolicy #2
type PodGroupStatus
 conditions []meta.v1.Condition #1 list=map(type) patch=merge key=type
 resourceClaimStatuses []PodGroupResourceClaimStatus #2 list=map(name) patch=merge,retainKeys key=name
type PodGroupTemplate
 disruptionMode *string #5 enum=Pod|PodGroup
 name! string #1
 priority *int32 #7
 priorityClassName string #6
 resourceClaims []PodGroupResourceClaim #4 list=map(name) patch=merge,retainKeys key=name
 schedulingConstraints *PodGroupSchedulingConstraints #3
 schedulingPolicy! PodGroupSchedulingPolicy #2
type PodGroupTemplateReference
 workload *WorkloadPodGroupTemplateReference #1
type TopologyConstraint
 key! string #1
type TypedLocalObjectReference
 apiGroup string #1
 kind! string #2
 name! string #3
kind Workload
 metadata meta.v1.ObjectMeta #1
 spec! WorkloadSpec #2
kind WorkloadList
 items! []Workload #2
 metadata meta.v1.ListMeta #1
type WorkloadPodGroupTemplateReference
 podGroupTemplateName! string #2
 workloadName! string #1
type WorkloadSpec
 controllerRef *TypedLocalObjectReference #1
 podGroupTemplates! []PodGroupTemplate #2 list=map(name)
`;
