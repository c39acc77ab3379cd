/** API schema table of apps/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const appsV1 = `
group apps v1 proto=k8s.io.api.apps.v1
resource controllerrevisions ControllerRevision Namespaced verbs=all
resource daemonsets DaemonSet Namespaced short=ds categories=all verbs=all
 status DaemonSet verbs=get,patch,update
resource deployments Deployment Namespaced short=deploy categories=all verbs=all
 scale autoscaling/v1 Scale verbs=get,patch,update
 status Deployment verbs=get,patch,update
resource replicasets ReplicaSet Namespaced short=rs categories=all verbs=all
 scale autoscaling/v1 Scale verbs=get,patch,update
 status ReplicaSet verbs=get,patch,update
resource statefulsets StatefulSet Namespaced short=sts categories=all verbs=all
 scale autoscaling/v1 Scale verbs=get,patch,update
 status StatefulSet verbs=get,patch,update

kind ControllerRevision
 data RawExtension #2
 metadata meta.v1.ObjectMeta #1
 revision! int64 #3
kind ControllerRevisionList
 items! []ControllerRevision #2
 metadata meta.v1.ListMeta #1
kind DaemonSet
 metadata meta.v1.ObjectMeta #1
 spec DaemonSetSpec #2
 status DaemonSetStatus #3
type DaemonSetCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status! string #2
 type! string #1
kind DaemonSetList
 items! []DaemonSet #2
 metadata meta.v1.ListMeta #1
type DaemonSetSpec
 minReadySeconds int32 #4
 revisionHistoryLimit *int32 #6 default=10
 selector! *meta.v1.LabelSelector #1
 template! core.v1.PodTemplateSpec #2
 updateStrategy DaemonSetUpdateStrategy #3
type DaemonSetStatus
 collisionCount *int32 #9
 conditions []DaemonSetCondition #10 list=map(type) patch=merge key=type
 currentNumberScheduled! int32 #1
 desiredNumberScheduled! int32 #3
 numberAvailable int32 #7
 numberMisscheduled! int32 #2
 numberReady! int32 #4
 numberUnavailable int32 #8
 observedGeneration int64 #5
 updatedNumberScheduled int32 #6
type DaemonSetUpdateStrategy
 rollingUpdate *RollingUpdateDaemonSet #2
 type string #1 default="RollingUpdate" enum=RollingUpdate|OnDelete
kind Deployment
 metadata meta.v1.ObjectMeta #1
 spec DeploymentSpec #2
 status DeploymentStatus #3
type DeploymentCondition
 lastTransitionTime Time #7
 lastUpdateTime Time #6
 message string #5
 reason string #4
 status! string #2
 type! string #1 enum=Available|Progressing|ReplicaFailure
kind DeploymentList
 items! []Deployment #2
 metadata meta.v1.ListMeta #1
type DeploymentSpec
 minReadySeconds int32 #5
 paused boolean #7
 progressDeadlineSeconds *int32 #9 default=600
 replicas *int32 #1 default=1
 revisionHistoryLimit *int32 #6 default=10
 selector! *meta.v1.LabelSelector #2
 strategy DeploymentStrategy #4 patch=retainKeys
 template! core.v1.PodTemplateSpec #3
type DeploymentStatus
 availableReplicas int32 #4
 collisionCount *int32 #8
 conditions []DeploymentCondition #6 list=map(type) patch=merge key=type
 observedGeneration int64 #1
 readyReplicas int32 #7
 replicas int32 #2
 terminatingReplicas *int32 #9
 unavailableReplicas int32 #5
 updatedReplicas int32 #3
type DeploymentStrategy
 rollingUpdate *RollingUpdateDeployment #2
 type string #1 default="RollingUpdate" enum=Recreate|RollingUpdate
kind ReplicaSet
 metadata meta.v1.ObjectMeta #1
 spec ReplicaSetSpec #2
 status ReplicaSetStatus #3
type ReplicaSetCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status! string #2
 type! string #1
kind ReplicaSetList
 items! []ReplicaSet #2
 metadata meta.v1.ListMeta #1
type ReplicaSetSpec
 minReadySeconds int32 #4
 replicas *int32 #1 default=1
 selector! *meta.v1.LabelSelector #2
 template core.v1.PodTemplateSpec #3
type ReplicaSetStatus
 availableReplicas int32 #5
 conditions []ReplicaSetCondition #6 list=map(type) patch=merge key=type
 fullyLabeledReplicas int32 #2
 observedGeneration int64 #3
 readyReplicas int32 #4
 replicas! int32 #1
 terminatingReplicas *int32 #7
type RollingUpdateDaemonSet
 maxSurge *IntOrString #2
 maxUnavailable *IntOrString #1
type RollingUpdateDeployment
 maxSurge *IntOrString #2
 maxUnavailable *IntOrString #1
type RollingUpdateStatefulSetStrategy
 maxUnavailable *IntOrString #2
 partition *int32 #1
kind StatefulSet
 metadata meta.v1.ObjectMeta #1
 spec StatefulSetSpec #2
 status StatefulSetStatus #3
type StatefulSetCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status! string #2
 type! string #1
kind StatefulSetList
 items! []StatefulSet #2
 metadata meta.v1.ListMeta #1
type StatefulSetOrdinals
 start int32 #1
type StatefulSetPersistentVolumeClaimRetentionPolicy
 whenDeleted string #1 default="Retain" enum=Retain|Delete
 whenScaled string #2 default="Retain" enum=Retain|Delete
type StatefulSetSpec
 minReadySeconds int32 #9
 ordinals *StatefulSetOrdinals #11
 persistentVolumeClaimRetentionPolicy *StatefulSetPersistentVolumeClaimRetentionPolicy #10 default={}
 podManagementPolicy string #6 default="OrderedReady" enum=OrderedReady|Parallel
 replicas *int32 #1 default=1
 revisionHistoryLimit *int32 #8 default=10
 selector! *meta.v1.LabelSelector #2
 serviceName string #5
 template! core.v1.PodTemplateSpec #3
 updateStrategy StatefulSetUpdateStrategy #7
 volumeClaimTemplates []core.v1.PersistentVolumeClaim #4 list=atomic
type StatefulSetStatus
 availableReplicas int32 #11
 collisionCount *int32 #9
 conditions []StatefulSetCondition #10 list=map(type) patch=merge key=type
 currentReplicas int32 #4
 currentRevision string #6
 observedGeneration int64 #1
 readyReplicas int32 #3
 replicas! int32 #2
 updateRevision string #7
 updatedReplicas int32 #5
type StatefulSetUpdateStrategy
 rollingUpdate *RollingUpdateStatefulSetStrategy #2
 type string #1 enum=RollingUpdate|OnDelete
`;
