/** Rules of a job's spec, in Jobs and in CronJobs' templates. */
import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  fieldTooMany,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from "@k8ts/api/batch/v1";
import type { PodRules } from "../core/pod-rules.ts";
import { checkPodTemplate } from "../core/pod-template.ts";
import { checkFormat, checkNonnegative } from "../meta/field-checks.ts";
import { checkDomainPrefixedPath } from "../meta/domain-path.ts";
import { countIndexes } from "./indexes.ts";

type In<T> = DeepReadonly<T>;

/** Bounds of indexed jobs; above `many` completions they become tighter (KEP-3850). */
const bounds = { parallelism: 100_000, failedIndexes: 100_000, many: 100_000, ofMany: 10_000 } as const;

const numbers = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
  "maxFailedIndexes",
] as const;

const quotedList = (values: readonly string[]): string => `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;

/** All but the selector, which only Jobs have. */
export function checkJobSpec(spec: In<JobSpec> | undefined, path: string, rules: PodRules, faults: FieldError[]): void {
  for (const field of numbers) checkNonnegative(spec?.[field], `${path}.${field}`, faults);
  if (spec?.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    faults.push(fieldRequired(`${path}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
  }
  if (spec?.managedBy !== undefined) {
    checkDomainPrefixedPath(spec.managedBy, `${path}.managedBy`, faults);
    if (spec.managedBy.length > 63) faults.push(fieldTooLong(`${path}.managedBy`, 63));
  }
  if (spec) checkCompletionMode(spec, path, faults);
  if (spec?.podFailurePolicy) checkFailurePolicy(spec, `${path}.podFailurePolicy.rules`, faults);
  if (spec?.successPolicy) checkSuccessPolicy(spec, `${path}.successPolicy`, faults);
  if (spec) checkReplacementPolicy(spec, `${path}.podReplacementPolicy`, faults);
  checkPodTemplate(spec?.template, `${path}.template`, rules, faults);
  checkRestartPolicy(spec, `${path}.template.spec.restartPolicy`, faults);
}

function checkCompletionMode(spec: In<JobSpec>, path: string, faults: FieldError[]): void {
  const mode = spec.completionMode ?? "NonIndexed";
  if (mode !== "NonIndexed" && mode !== "Indexed") {
    faults.push(fieldNotSupported(`${path}.completionMode`, mode, ["NonIndexed", "Indexed"]));
  }
  if (mode === "Indexed") checkIndexed(spec, path, faults);
  if (mode !== "NonIndexed") return;
  for (const field of ["backoffLimitPerIndex", "maxFailedIndexes"] as const) {
    const value = spec[field];
    if (value !== undefined) faults.push(fieldInvalid(`${path}.${field}`, value, "requires indexed completion mode"));
  }
}

function checkIndexed(spec: In<JobSpec>, path: string, faults: FieldError[]): void {
  const { completions, parallelism = 0, maxFailedIndexes } = spec;
  const atMost = "must be less than or equal to";
  if (completions === undefined) faults.push(fieldRequired(`${path}.completions`, "when completion mode is Indexed"));
  if (parallelism > bounds.parallelism) {
    const detail = `${atMost} ${bounds.parallelism} when completion mode is Indexed`;
    faults.push(fieldInvalid(`${path}.parallelism`, parallelism, detail));
  }
  if (maxFailedIndexes !== undefined) {
    const at = `${path}.maxFailedIndexes`;
    if (completions !== undefined && maxFailedIndexes > completions) {
      faults.push(fieldInvalid(at, maxFailedIndexes, `${atMost} completions`));
    }
    if (maxFailedIndexes > bounds.failedIndexes) {
      faults.push(fieldInvalid(at, maxFailedIndexes, `${atMost} ${bounds.failedIndexes}`));
    }
  }
  if ((completions ?? 0) <= bounds.many || spec.backoffLimitPerIndex === undefined) return;
  const when = `when completions are above ${bounds.many} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined) {
    faults.push(
      fieldRequired(`${path}.maxFailedIndexes`, `must be specified when completions is above ${bounds.many}`),
    );
  }
  if (parallelism > bounds.ofMany) {
    faults.push(fieldInvalid(`${path}.parallelism`, parallelism, `${atMost} ${bounds.ofMany} ${when}`));
  }
  if ((maxFailedIndexes ?? 0) > bounds.ofMany) {
    faults.push(fieldInvalid(`${path}.maxFailedIndexes`, maxFailedIndexes, `${atMost} ${bounds.ofMany} ${when}`));
  }
}

function checkFailurePolicy(spec: In<JobSpec>, path: string, faults: FieldError[]): void {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > 20) faults.push(fieldTooMany(path, rules.length, 20));
  rules.forEach((rule, index) => checkFailureRule(spec, rule, `${path}[${index}]`, faults));
}

const actions = ["Count", "FailIndex", "FailJob", "Ignore"];

function checkFailureRule(spec: In<JobSpec>, rule: In<PodFailurePolicyRule>, path: string, faults: FieldError[]): void {
  if (!rule.action) faults.push(fieldRequired(`${path}.action`, `valid values: ${quotedList(actions)}`));
  else if (rule.action === "FailIndex") {
    if (spec.backoffLimitPerIndex === undefined) {
      faults.push(fieldInvalid(`${path}.action`, rule.action, "requires the backoffLimitPerIndex to be set"));
    }
  } else if (!actions.includes(rule.action)) faults.push(fieldNotSupported(`${path}.action`, rule.action, actions));
  const conditions = rule.onPodConditions ?? [];
  if (rule.onExitCodes) checkExitCodes(spec, rule.onExitCodes, `${path}.onExitCodes`, faults);
  if (conditions.length > 20) faults.push(fieldTooMany(`${path}.onPodConditions`, conditions.length, 20));
  const statuses = ["False", "True", "Unknown"];
  conditions.forEach(({ type, status }, index) => {
    const at = `${path}.onPodConditions[${index}]`;
    checkFormat(type ?? "", isQualifiedName, `${at}.type`, faults);
    if (!status) faults.push(fieldRequired(`${at}.status`, `valid values: ${quotedList(statuses)}`));
    else if (!statuses.includes(status)) faults.push(fieldNotSupported(`${at}.status`, status, statuses));
  });
  const both = "specifying both OnExitCodes and OnPodConditions is not supported";
  const neither = "specifying one of OnExitCodes and OnPodConditions is required";
  const omitted = (detail: string): FieldError => ({
    type: "FieldValueInvalid",
    field: path,
    detail: `Invalid value: ${detail}`,
  });
  if (rule.onExitCodes && conditions.length > 0) faults.push(omitted(both));
  if (!rule.onExitCodes && conditions.length === 0) faults.push(omitted(neither));
}

function checkExitCodes(
  spec: In<JobSpec>,
  codes: In<PodFailurePolicyOnExitCodesRequirement>,
  path: string,
  faults: FieldError[],
): void {
  const operators = ["In", "NotIn"];
  if (!codes.operator) faults.push(fieldRequired(`${path}.operator`, `valid values: ${quotedList(operators)}`));
  else if (!operators.includes(codes.operator)) {
    faults.push(fieldNotSupported(`${path}.operator`, codes.operator, operators));
  }
  const pod = spec.template?.spec;
  const names = [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].map(({ name }) => name);
  if (codes.containerName !== undefined && !names.includes(codes.containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    faults.push(fieldInvalid(`${path}.containerName`, codes.containerName, detail));
  }
  const values = codes.values ?? [];
  const at = `${path}.values`;
  if (values.length === 0) faults.push(fieldInvalid(at, values, "at least one value is required"));
  else if (values.length > 255) faults.push(fieldTooMany(at, values.length, 255));
  const seen = new Set<number>();
  values.forEach((value, index) => {
    if (codes.operator === "In" && value === 0) {
      faults.push(fieldInvalid(`${at}[${index}]`, value, "must not be 0 for the In operator"));
    }
    if (seen.has(value)) faults.push(fieldDuplicate(`${at}[${index}]`, value));
    seen.add(value);
  });
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) {
    faults.push(fieldInvalid(at, values, "must be ordered"));
  }
}

function checkSuccessPolicy(spec: In<JobSpec>, path: string, faults: FieldError[]): void {
  if (spec.completionMode !== "Indexed") {
    faults.push(fieldInvalid(path, spec.successPolicy, "requires indexed completion mode"));
    return;
  }
  const rules = spec.successPolicy?.rules ?? [];
  const at = `${path}.rules`;
  if (rules.length === 0) {
    faults.push(fieldRequired(at, "at least one rules must be specified when the successPolicy is specified"));
  }
  if (rules.length > 20) faults.push(fieldTooMany(at, rules.length, 20));
  rules.forEach((rule, index) => checkSuccessRule(rule, spec.completions ?? 0, `${at}[${index}]`, faults));
}

function checkSuccessRule(rule: In<SuccessPolicyRule>, completions: number, path: string, faults: FieldError[]): void {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  if (count === undefined && indexes === undefined) {
    faults.push(fieldRequired(path, "at least one of succeededCount or succeededIndexes must be specified"));
  }
  let total = 0;
  if (indexes !== undefined) {
    const at = `${path}.succeededIndexes`;
    if (indexes.length > 64 * 1024) faults.push(fieldTooLong(at, 64 * 1024));
    const counted = countIndexes(indexes, completions);
    if (typeof counted === "number") total = counted;
    else faults.push(fieldInvalid(at, indexes, `error parsing succeededIndexes: ${counted.fault}`));
  }
  if (count === undefined) return;
  const at = `${path}.succeededCount`;
  checkNonnegative(count, at, faults);
  if (count > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    faults.push(fieldInvalid(at, count, detail));
  }
  if (indexes !== undefined && count > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    faults.push(fieldInvalid(at, count, detail));
  }
}

function checkReplacementPolicy(spec: In<JobSpec>, path: string, faults: FieldError[]): void {
  const policy = spec.podReplacementPolicy;
  if (policy === undefined) return;
  const supported = spec.podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"];
  if (!supported.includes(policy)) faults.push(fieldNotSupported(path, policy, supported));
}

function checkRestartPolicy(spec: In<JobSpec> | undefined, path: string, faults: FieldError[]): void {
  const policy = spec?.template?.spec?.restartPolicy ?? "";
  if (policy === "Always" || policy === "") faults.push(fieldRequired(path, 'valid values: "OnFailure", "Never"'));
  else if (policy !== "OnFailure" && policy !== "Never") {
    faults.push(fieldNotSupported(path, policy, ["OnFailure", "Never"]));
  } else if (spec?.podFailurePolicy && policy !== "Never") {
    faults.push(fieldInvalid(path, policy, 'only "Never" is supported when podFailurePolicy is specified'));
  }
}
