/** Jobs: what the store must know of them. */
import {
  fieldInvalid,
  fieldRequired,
  isConditionTrue,
  isDnsLabel,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Job } from "@k8ts/api/batch/v1";
import { templateRules } from "../core/pod-template.ts";
import { defaultPodTemplate } from "../core/pod-defaults.ts";
import { ownerWarnings } from "../core/pod-warnings.ts";
import { selectorMatcher } from "../core/pod-template.ts";
import { checkLabelSelector } from "../meta/labels.ts";
import { ageColumn, containerColumns, nameColumn, selectorColumn, text } from "../printing/columns.ts";
import { humanDuration } from "../printing/human-duration.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkJobSpec } from "./job-spec.ts";
import { validateJobStatus } from "./job-status.ts";
import { checkJobUpdate } from "./job-update.ts";

type In<T> = DeepReadonly<T>;

const jobName = "batch.kubernetes.io/job-name";
const controllerUid = "batch.kubernetes.io/controller-uid";
/** The same labels before they had a domain. */
const legacy = { jobName: "job-name", controllerUid: "controller-uid" };

function defaults(job: Job): void {
  const { metadata, spec } = job;
  if (!spec) return;
  defaultPodTemplate(spec.template);
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647;
  const labels = spec.template?.metadata?.labels;
  if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  for (const rule of spec.podFailurePolicy?.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= "True";
  }
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  spec.manualSelector ??= false;
}

/** The job's pods are told from others by labels that nobody else sets. */
function generateSelector(job: Job): void {
  const { metadata, spec } = job;
  if (!spec || spec.manualSelector) return;
  const { name = "", uid = "" } = metadata;
  const own = { [legacy.jobName]: name, [jobName]: name, [legacy.controllerUid]: uid, [controllerUid]: uid };
  const template = (spec.template ??= {});
  template.metadata = { ...template.metadata, labels: { ...own, ...template.metadata?.labels } };
  const matchLabels = { [controllerUid]: uid, ...spec.selector?.matchLabels };
  spec.selector = { ...spec.selector, matchLabels };
}

function checkGenerated({ metadata, spec }: In<Job>, prefixed: boolean, faults: FieldError[]): void {
  if (!spec || spec.manualSelector || !spec.selector) return;
  if (!metadata.uid) faults.push(fieldRequired("metadata.uid"));
  const { name = "", uid = "" } = metadata;
  const labels = spec.template?.metadata?.labels ?? {};
  const expected: Record<string, string> = { [legacy.controllerUid]: uid, [legacy.jobName]: name };
  if (prefixed) Object.assign(expected, { [controllerUid]: uid, [jobName]: name });
  for (const key in expected) {
    const path = `spec.template.metadata.labels[${key}]`;
    const detail = `must be '${expected[key]}'`;
    if (labels[key] === undefined) faults.push(fieldRequired(path, detail));
    else if (labels[key] !== expected[key]) faults.push(fieldInvalid(path, labels, detail));
  }
  const matcher = selectorMatcher(spec.selector);
  if (matcher && !matcher.matches(expected)) {
    faults.push(fieldInvalid("spec.selector", spec.selector, "`selector` not auto-generated"));
  }
}

function checkJob(job: In<Job>, old: In<Job> | undefined, faults: FieldError[]): void {
  const before = old?.spec?.template?.metadata?.labels;
  const prefixed = !old || (before?.[jobName] !== undefined && before[controllerUid] !== undefined);
  checkGenerated(job, prefixed, faults);
  const { spec, metadata } = job;
  checkJobSpec(spec, "spec", templateRules(old?.spec?.template), faults);
  if (!spec?.selector) faults.push(fieldRequired("spec.selector"));
  else checkLabelSelector(spec.selector, "spec.selector", faults);
  const matcher = selectorMatcher(spec?.selector);
  const labels = spec?.template?.metadata?.labels;
  if (matcher && !matcher.matches(labels)) {
    const detail = "`selector` does not match template `labels`";
    faults.push(fieldInvalid("spec.template.metadata.labels", labels ?? null, detail));
  }
  if (spec?.completionMode !== "Indexed" || !spec.completions) return;
  const hostname = `${metadata.name}-${spec.completions - 1}`;
  if (isDnsLabel(hostname).length > 0) {
    const detail = `will not able to create pod with invalid DNS label: ${hostname}`;
    faults.push(fieldInvalid("metadata.name", metadata.name ?? "", detail));
  }
}

const shownConditions = ["Suspended", "FailureTarget", "SuccessCriteriaMet"];

function statusText({ metadata, status }: In<Job>): string {
  const conditions = status?.conditions;
  if (isConditionTrue(conditions, "Complete")) return "Complete";
  if (isConditionTrue(conditions, "Failed")) return "Failed";
  if (metadata.deletionTimestamp) return "Terminating";
  return shownConditions.find((type) => isConditionTrue(conditions, type)) ?? "Running";
}

function completionsText({ spec, status }: In<Job>): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationText({ status }: In<Job>, now: number): string {
  if (!status?.startTime) return "";
  const end = status.completionTime ? Date.parse(status.completionTime) : now;
  return humanDuration(end - Date.parse(status.startTime));
}

/** Jobs. Their pods stay when clients of batch/v1 delete them without saying otherwise. */
export const job: Strategy<Job> = {
  group: "batch",
  resource: "jobs",
  default: defaults,
  prepareForCreate(object) {
    generateSelector(object);
    clearStatus(object);
  },
  prepareForUpdate: keepStatus,
  generation: true,
  validate(object) {
    const faults: FieldError[] = [];
    checkJob(object, undefined, faults);
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkJob(object, old, faults);
    checkJobUpdate(object, old, faults);
    return faults;
  },
  warnings: (object, old) => ownerWarnings(object, old, object.spec?.template, "spec.template"),
  fields: ({ status }) => ({ "status.successful": String(status?.succeeded ?? 0) }),
  fieldNames: ["status.successful"],
  defaultGarbagePolicy: "Orphan",
  columns: [
    nameColumn,
    text("Status", "What the job is doing.", statusText),
    text("Completions", "Pods that succeeded, of those needed.", completionsText),
    text("Duration", "How long the job took, or has taken.", durationText),
    ageColumn,
    ...containerColumns<Job>(({ spec }) => spec?.template),
    selectorColumn<Job>(({ spec }) => spec?.selector),
  ],
  status: statusSubresource<Job>(validateJobStatus),
};
