/** Rules of a job's status, which tell a controller that contradicts itself (KEP-4368). */
import {
  fieldDuplicate,
  fieldInvalid,
  fieldRequired,
  isConditionTrue,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Job, JobSpec, JobStatus } from "@k8ts/api/batch/v1";
import { checkNonnegative } from "../meta/field-checks.ts";
import { countIndexes, sharedIndex } from "./indexes.ts";

type In<T> = DeepReadonly<T>;

/** The conditions that decide, as one write leaves them. */
interface Verdicts {
  readonly complete: boolean;
  readonly failed: boolean;
  readonly failureTarget: boolean;
  readonly successCriteriaMet: boolean;
}

const verdictsOf = (status: In<JobStatus> | undefined): Verdicts => ({
  complete: isConditionTrue(status?.conditions, "Complete"),
  failed: isConditionTrue(status?.conditions, "Failed"),
  failureTarget: isConditionTrue(status?.conditions, "FailureTarget"),
  successCriteriaMet: isConditionTrue(status?.conditions, "SuccessCriteriaMet"),
});

/** A fault of all conditions together: the value itself is not shown. */
const conditionFault = (detail: string): FieldError => ({
  type: "FieldValueInvalid",
  field: "status.conditions",
  detail: `Invalid value: ${detail}`,
});

/** A write of a job's status. */
export function validateJobStatus(job: In<Job>, old: In<Job>): FieldError[] {
  const faults: FieldError[] = [];
  const status: In<JobStatus> = job.status ?? {};
  const spec: In<JobSpec> = job.spec ?? ({} as In<JobSpec>);
  const verdicts = verdictsOf(status);
  for (const field of ["active", "succeeded", "failed", "ready", "terminating"] as const) {
    checkNonnegative(status[field], `status.${field}`, faults);
  }
  checkUncounted(status, faults);
  checkConditions(verdicts, spec, faults);
  checkTimes(status, verdicts, faults);
  checkFinished(status, verdicts, spec, faults);
  checkIndexes(status, spec, faults);
  if ((status.ready ?? 0) > (status.active ?? 0)) {
    faults.push(fieldInvalid("status.ready", status.ready, "cannot set more ready pods than active"));
  }
  checkChange(status, verdicts, old, spec, faults);
  return faults;
}

function checkUncounted(status: In<JobStatus>, faults: FieldError[]): void {
  const seen = new Set<string>();
  for (const list of ["succeeded", "failed"] as const) {
    status.uncountedTerminatedPods?.[list]?.forEach((uid, index) => {
      const path = `status.uncountedTerminatedPods.${list}[${index}]`;
      if (uid === "") faults.push(fieldInvalid(path, uid, "must not be empty"));
      else if (seen.has(uid)) faults.push(fieldDuplicate(path, uid));
      seen.add(uid);
    });
  }
}

function checkConditions(now: Verdicts, spec: In<JobSpec>, faults: FieldError[]): void {
  const contradictions: [boolean, string][] = [
    [now.complete && now.failed, "cannot set Complete=True and Failed=true conditions"],
    [now.complete && now.failureTarget, "cannot set Complete=True and FailureTarget=true conditions"],
    [now.failed && !now.failureTarget, "cannot set Failed=True condition without the FailureTarget=true condition"],
    [
      now.complete && !now.successCriteriaMet,
      "cannot set Complete=True condition without the SuccessCriteriaMet=true condition",
    ],
    [now.successCriteriaMet && now.failed, "cannot set SuccessCriteriaMet=True and Failed=true conditions"],
    [
      now.successCriteriaMet && now.failureTarget,
      "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions",
    ],
    [
      spec.successPolicy !== undefined && now.complete && !now.successCriteriaMet,
      "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True",
    ],
  ];
  for (const [wrong, detail] of contradictions) if (wrong) faults.push(conditionFault(detail));
}

function checkTimes(status: In<JobStatus>, now: Verdicts, faults: FieldError[]): void {
  const { startTime, completionTime } = status;
  const path = "status.completionTime";
  if (completionTime && !now.complete) {
    faults.push(
      fieldInvalid(path, completionTime, "cannot set completionTime when there is no Complete=True condition"),
    );
  }
  if (!completionTime && now.complete) faults.push(fieldRequired(path, "completionTime is required for Complete jobs"));
  if (startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime)) {
    faults.push(fieldInvalid(path, completionTime, "must be equal to or after `startTime`"));
  }
}

function checkFinished(status: In<JobStatus>, now: Verdicts, spec: In<JobSpec>, faults: FieldError[]): void {
  if (!now.complete && !now.failed) return;
  const nothingToDo = spec.suspend === true && spec.completions === 0;
  const uncounted = status.uncountedTerminatedPods;
  if ((status.active ?? 0) > 0) {
    faults.push(fieldInvalid("status.active", status.active, "active>0 is invalid for finished job"));
  }
  if (!status.startTime && !nothingToDo) {
    faults.push(fieldRequired("status.startTime", "startTime is required for finished job"));
  }
  if ((uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0) > 0) {
    faults.push(fieldInvalid("status.uncountedTerminatedPods", uncounted, "must be empty for finished job"));
  }
  if ((status.terminating ?? 0) > 0) {
    faults.push(fieldInvalid("status.terminating", status.terminating, "terminating>0 is invalid for finished job"));
  }
}

function checkIndexes(status: In<JobStatus>, spec: In<JobSpec>, faults: FieldError[]): void {
  const { completedIndexes = "", failedIndexes } = status;
  const { completions } = spec;
  if (completedIndexes !== "" && spec.completionMode !== "Indexed") {
    const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
    faults.push(fieldInvalid("status.completedIndexes", completedIndexes, detail));
  }
  if (failedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    const detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
    faults.push(fieldInvalid("status.failedIndexes", failedIndexes, detail));
  }
  if (completions === undefined) return;
  for (const [field, value] of [
    ["completedIndexes", completedIndexes],
    ["failedIndexes", failedIndexes ?? ""],
  ] as const) {
    const counted = countIndexes(value, completions);
    if (typeof counted === "number") continue;
    faults.push(fieldInvalid(`status.${field}`, value, `error parsing ${field}: ${counted.fault}`));
  }
  const shared = sharedIndex(completedIndexes, failedIndexes ?? "", completions);
  if (shared === undefined) return;
  const detail = `failedIndexes and completedIndexes overlap at index: ${shared}`;
  faults.push(fieldInvalid("status.failedIndexes", failedIndexes, detail));
}

function checkChange(
  status: In<JobStatus>,
  now: Verdicts,
  old: In<Job>,
  spec: In<JobSpec>,
  faults: FieldError[],
): void {
  const was = verdictsOf(old.status);
  const before: In<JobStatus> = old.status ?? {};
  if (was.failed && !now.failed) faults.push(conditionFault("cannot disable the terminal Failed=True condition"));
  if (was.complete && !now.complete) faults.push(conditionFault("cannot disable the terminal Complete=True condition"));
  if (was.failureTarget && !now.failureTarget) {
    faults.push(conditionFault("cannot disable the terminal FailureTarget=True condition"));
  }
  if ((status.failed ?? 0) < (before.failed ?? 0)) {
    faults.push(fieldInvalid("status.failed", status.failed ?? 0, "cannot decrease the failed counter"));
  }
  // An indexed job that is scaled down forgets the indexes above.
  const elastic = spec.completionMode === "Indexed" && spec.completions === spec.parallelism;
  if (!elastic && (status.succeeded ?? 0) < (before.succeeded ?? 0)) {
    faults.push(fieldInvalid("status.succeeded", status.succeeded ?? 0, "cannot decrease the succeeded counter"));
  }
  if (status.completionTime && before.completionTime && status.completionTime !== before.completionTime) {
    faults.push(fieldInvalid("status.completionTime", status.completionTime, "field is immutable"));
  }
  const resuming = isConditionTrue(before.conditions, "Suspended");
  if (before.startTime && before.startTime !== status.startTime && !spec.suspend && !resuming) {
    const detail = "field is immutable for unsuspended job once set";
    faults.push(fieldInvalid("status.startTime", status.startTime ?? null, detail));
  }
  if (was.successCriteriaMet && !now.successCriteriaMet) {
    faults.push(conditionFault("cannot disable the SuccessCriteriaMet=True condition"));
  }
  if (was.complete && !was.successCriteriaMet && now.successCriteriaMet) {
    faults.push(conditionFault("cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions"));
  }
}
