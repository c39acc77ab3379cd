/** Rules and defaults of pod templates, for everything that makes pods. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  labelSelectorMatcher,
  type DeepReadonly,
  type FieldError,
  type LabelMatcher,
} from "@k8ts/api";
import type { PodSpec, PodTemplateSpec } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import { checkAnnotations, checkLabels } from "../meta/labels.ts";
import { checkPodAnnotations } from "./pod-annotations.ts";
import { newTemplateRules, rulesForUpdate, type PodRules } from "./pod-rules.ts";
import { checkProfileAnnotations } from "./pod-security-context.ts";
import { checkPodSpec } from "./pod-spec.ts";

type In<T> = DeepReadonly<T>;

const noSpec: In<PodSpec> = { containers: [] };

/** The rules for a template, given the one it replaces. */
export const templateRules = (old?: In<PodTemplateSpec>): PodRules =>
  old ? rulesForUpdate(old.spec, false) : newTemplateRules;

/** A pod template. */
export function checkPodTemplate(
  template: In<PodTemplateSpec> | undefined,
  path: string,
  rules: PodRules,
  faults: FieldError[],
): void {
  const metadata = template?.metadata;
  const spec = template?.spec ?? noSpec;
  checkLabels(metadata?.labels, `${path}.labels`, faults);
  checkAnnotations(metadata?.annotations, `${path}.annotations`, faults);
  checkPodAnnotations(metadata?.annotations, spec, `${path}.annotations`, faults);
  checkPodSpec(spec, undefined, `${path}.spec`, rules, faults);
  checkProfileAnnotations(metadata?.annotations, spec, `${path}.spec`, faults);
  if (spec.ephemeralContainers?.length) {
    faults.push(fieldForbidden(`${path}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"));
  }
}

/** The selector as a matcher; undefined where it is malformed. */
export function selectorMatcher(selector: In<LabelSelector> | undefined): LabelMatcher | undefined {
  try {
    return labelSelectorMatcher(selector);
  } catch {
    return undefined;
  }
}

/** A controller's selector must choose the pods that its own template makes. */
export function checkSelectorMatchesTemplate(
  matcher: LabelMatcher,
  template: In<PodTemplateSpec> | undefined,
  path: string,
  faults: FieldError[],
): void {
  const labels = template?.metadata?.labels;
  if (matcher.empty || matcher.matches(labels)) return;
  faults.push(fieldInvalid(`${path}.metadata.labels`, labels ?? null, "`selector` does not match template `labels`"));
}

/** Controllers that keep pods running take neither another restart policy nor a deadline. */
export function checkAlwaysRunning(
  template: In<PodTemplateSpec> | undefined,
  owner: string,
  path: string,
  faults: FieldError[],
): void {
  const spec = template?.spec;
  if (spec?.restartPolicy !== "Always") {
    faults.push(fieldNotSupported(`${path}.spec.restartPolicy`, spec?.restartPolicy ?? "", ["Always"]));
  }
  if (spec?.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${owner} is not Supported`;
    faults.push(fieldForbidden(`${path}.spec.activeDeadlineSeconds`, detail));
  }
}
