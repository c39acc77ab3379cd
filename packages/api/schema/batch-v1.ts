/** API schema table of batch/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const batchV1 = `
group batch v1 proto=k8s.io.api.batch.v1
resource cronjobs CronJob Namespaced short=cj categories=all verbs=all
 status CronJob verbs=get,patch,update
resource jobs Job Namespaced categories=all verbs=all
 status Job verbs=get,patch,update

kind CronJob
 metadata meta.v1.ObjectMeta #1
 spec! CronJobSpec #2
 status CronJobStatus #3
kind CronJobList
 items! []CronJob #2
 metadata meta.v1.ListMeta #1
type CronJobSpec
 concurrencyPolicy string #3 default="Allow" enum=Allow|Forbid|Replace
 failedJobsHistoryLimit *int32 #7 default=1
 jobTemplate! JobTemplateSpec #5
 schedule! string #1
 startingDeadlineSeconds *int64 #2
 successfulJobsHistoryLimit *int32 #6 default=3
 suspend *boolean #4 default=false
 timeZone *string #8
type CronJobStatus
 active []core.v1.ObjectReference #1 list=atomic
 lastScheduleTime *Time #4
 lastSuccessfulTime *Time #5
kind Job
 metadata meta.v1.ObjectMeta #1
 spec JobSpec #2
 status JobStatus #3
type JobCondition
 lastProbeTime Time #3
 lastTransitionTime Time #4
 message string #6
 reason string #5
 status! string #2
 type! string #1 enum=Suspended|Complete|Failed|FailureTarget|SuccessCriteriaMet
kind JobList
 items! []Job #2
 metadata meta.v1.ListMeta #1
type JobSpec
 activeDeadlineSeconds *int64 #3
 backoffLimit *int32 #7
 backoffLimitPerIndex *int32 #12
 completionMode *string #9 enum=NonIndexed|Indexed
 completions *int32 #2
 managedBy *string #15
 manualSelector *boolean #5
 maxFailedIndexes *int32 #13
 parallelism *int32 #1
 podFailurePolicy *PodFailurePolicy #11
 podReplacementPolicy *string #14 enum=TerminatingOrFailed|Failed
 selector *meta.v1.LabelSelector #4
 successPolicy *SuccessPolicy #16
 suspend *boolean #10
 template! core.v1.PodTemplateSpec #6
 ttlSecondsAfterFinished *int32 #8
type JobStatus
 active int32 #4
 completedIndexes string #7
 completionTime *Time #3
 conditions []JobCondition #1 list=atomic patch=merge key=type
 failed int32 #6
 failedIndexes *string #10
 ready *int32 #9
 startTime *Time #2
 succeeded int32 #5
 terminating *int32 #11
 uncountedTerminatedPods *UncountedTerminatedPods #8
type JobTemplateSpec
 metadata meta.v1.ObjectMeta #1
 spec JobSpec #2
type PodFailurePolicy
 rules! []PodFailurePolicyRule #1 list=atomic
type PodFailurePolicyOnExitCodesRequirement
 containerName *string #1
 operator! string #2 enum=In|NotIn
 values! []int32 #3 list=set
type PodFailurePolicyOnPodConditionsPattern
 status string #2 default="True"
 type! string #1
type PodFailurePolicyRule
 action! string #1 enum=FailJob|FailIndex|Ignore|Count
 onExitCodes *PodFailurePolicyOnExitCodesRequirement #2
 onPodConditions []PodFailurePolicyOnPodConditionsPattern #3 list=atomic
type SuccessPolicy
 rules! []SuccessPolicyRule #1 list=atomic
type SuccessPolicyRule
 succeededCount *int32 #2
 succeededIndexes *string #1
type UncountedTerminatedPods
 failed []string #2 list=set
 succeeded []string #1 list=set
`;
