// Generated from the schema table of batch/v1 by scripts/generate-types.ts; do not edit.
import type { ObjectReference, PodTemplateSpec } from "../core/v1.ts";
import type { LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of cronjobs in batch/v1. */
export const cronJobs: Resource<CronJob> = defineResource("batch", "v1", "cronjobs", "CronJob", true);

/** Handle of jobs in batch/v1. */
export const jobs: Resource<Job> = defineResource("batch", "v1", "jobs", "Job", true);

export interface CronJob {
  apiVersion: "batch/v1";
  kind: "CronJob";
  metadata: ObjectMeta;
  spec: CronJobSpec;
  status?: CronJobStatus;
}

export interface CronJobList {
  apiVersion: "batch/v1";
  kind: "CronJobList";
  items: CronJob[];
  metadata: ListMeta;
}

export interface CronJobSpec {
  /** Known values: Allow, Forbid, Replace. */
  concurrencyPolicy?: string;
  failedJobsHistoryLimit?: number;
  jobTemplate: JobTemplateSpec;
  schedule: string;
  startingDeadlineSeconds?: number;
  successfulJobsHistoryLimit?: number;
  suspend?: boolean;
  timeZone?: string;
}

export interface CronJobStatus {
  active?: ObjectReference[];
  /** RFC 3339, whole seconds. */
  lastScheduleTime?: string;
  /** RFC 3339, whole seconds. */
  lastSuccessfulTime?: string;
}

export interface Job {
  apiVersion: "batch/v1";
  kind: "Job";
  metadata: ObjectMeta;
  spec?: JobSpec;
  status?: JobStatus;
}

export interface JobCondition {
  /** RFC 3339, whole seconds. */
  lastProbeTime?: string;
  /** RFC 3339, whole seconds. */
  lastTransitionTime?: string;
  message?: string;
  reason?: string;
  status: string;
  /** Known values: Suspended, Complete, Failed, FailureTarget, SuccessCriteriaMet. */
  type: string;
}

export interface JobList {
  apiVersion: "batch/v1";
  kind: "JobList";
  items: Job[];
  metadata: ListMeta;
}

export interface JobSpec {
  activeDeadlineSeconds?: number;
  backoffLimit?: number;
  backoffLimitPerIndex?: number;
  /** Known values: NonIndexed, Indexed. */
  completionMode?: string;
  completions?: number;
  managedBy?: string;
  manualSelector?: boolean;
  maxFailedIndexes?: number;
  parallelism?: number;
  podFailurePolicy?: PodFailurePolicy;
  /** Known values: TerminatingOrFailed, Failed. */
  podReplacementPolicy?: string;
  selector?: LabelSelector;
  successPolicy?: SuccessPolicy;
  suspend?: boolean;
  template: PodTemplateSpec;
  ttlSecondsAfterFinished?: number;
}

export interface JobStatus {
  active?: number;
  completedIndexes?: string;
  /** RFC 3339, whole seconds. */
  completionTime?: string;
  conditions?: JobCondition[];
  failed?: number;
  failedIndexes?: string;
  ready?: number;
  /** RFC 3339, whole seconds. */
  startTime?: string;
  succeeded?: number;
  terminating?: number;
  uncountedTerminatedPods?: UncountedTerminatedPods;
}

export interface JobTemplateSpec {
  metadata?: ObjectMeta;
  spec?: JobSpec;
}

export interface PodFailurePolicy {
  rules: PodFailurePolicyRule[];
}

export interface PodFailurePolicyOnExitCodesRequirement {
  containerName?: string;
  /** Known values: In, NotIn. */
  operator: string;
  values: number[];
}

export interface PodFailurePolicyOnPodConditionsPattern {
  status?: string;
  type: string;
}

export interface PodFailurePolicyRule {
  /** Known values: FailJob, FailIndex, Ignore, Count. */
  action: string;
  onExitCodes?: PodFailurePolicyOnExitCodesRequirement;
  onPodConditions?: PodFailurePolicyOnPodConditionsPattern[];
}

export interface SuccessPolicy {
  rules: SuccessPolicyRule[];
}

export interface SuccessPolicyRule {
  succeededCount?: number;
  succeededIndexes?: string;
}

export interface UncountedTerminatedPods {
  failed?: string[];
  succeeded?: string[];
}
