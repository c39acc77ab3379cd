/** What may change of a Job that exists: next to nothing, more while it is suspended and has not started (KEP-2926). */
import { cloneJson, deepEqual, fieldInvalid, isConditionTrue, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { Job, JobSpec } from "@k8ts/api/batch/v1";
import type { PodSpec, PodTemplateSpec } from "@k8ts/api/core/v1";
import { checkImmutable } from "../meta/field-checks.ts";

type In<T> = DeepReadonly<T>;

const fixed = [
  "selector",
  "completionMode",
  "podFailurePolicy",
  "backoffLimitPerIndex",
  "managedBy",
  "successPolicy",
] as const;

/** An update of a Job itself, beside what holds for any Job. */
export function checkJobUpdate({ spec }: In<Job>, old: In<Job>, faults: FieldError[]): void {
  checkCompletions(spec, old.spec, faults);
  checkTemplate(spec?.template, old, faults);
  for (const field of fixed) checkImmutable(spec?.[field], old.spec?.[field], `spec.${field}`, faults);
}

/** Indexed jobs scale by changing completions together with parallelism (KEP-3715). */
function checkCompletions(spec: In<JobSpec> | undefined, old: In<JobSpec> | undefined, faults: FieldError[]): void {
  const path = "spec.completions";
  if (spec?.completionMode !== "Indexed") {
    checkImmutable(spec?.completions, old?.completions, path, faults);
    return;
  }
  if (spec.completions === old?.completions || spec.completions === undefined) return;
  if (spec.completions !== spec.parallelism) {
    const detail = "can only be modified in tandem with spec.parallelism";
    faults.push(fieldInvalid(path, spec.completions, detail));
  }
}

function checkTemplate(template: In<PodTemplateSpec> | undefined, old: In<Job>, faults: FieldError[]): void {
  const suspended = old.spec?.suspend === true;
  const paused = old.status?.startTime === undefined || isConditionTrue(old.status.conditions, "Suspended");
  const mutable = suspended && paused && (old.status?.active ?? 0) === 0;
  const before = mutable ? mask(template, old.spec?.template) : old.spec?.template;
  if (!deepEqual(template, before)) checkImmutable(template, before, "spec.template", faults);
}

/** The old template with what may change taken from the new one. */
function mask(template: In<PodTemplateSpec> | undefined, old: In<PodTemplateSpec> | undefined): PodTemplateSpec {
  const masked: PodTemplateSpec = cloneJson(old ?? {});
  const now: PodTemplateSpec = cloneJson(template ?? {});
  masked.metadata = { ...masked.metadata, labels: now.metadata?.labels, annotations: now.metadata?.annotations };
  const spec: PodSpec | undefined = masked.spec;
  if (!spec) return masked;
  spec.nodeSelector = now.spec?.nodeSelector;
  spec.tolerations = now.spec?.tolerations;
  spec.schedulingGates = now.spec?.schedulingGates;
  const affinity = { ...spec.affinity, nodeAffinity: now.spec?.affinity?.nodeAffinity };
  spec.affinity = Object.values(affinity).some(Boolean) || now.spec?.affinity ? affinity : undefined;
  for (const list of ["containers", "initContainers"] as const) {
    spec[list]?.forEach((container, index) => {
      const other = now.spec?.[list]?.[index];
      if (other?.name === container.name) container.resources = other.resources;
    });
  }
  return masked;
}
