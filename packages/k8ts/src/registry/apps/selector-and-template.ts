/** The rules that tie a controller's selector to its template. */
import { fieldInvalid, fieldRequired, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { PodTemplateSpec } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import {
  checkAlwaysRunning,
  checkPodTemplate,
  checkSelectorMatchesTemplate,
  selectorMatcher,
} from "../core/pod-template.ts";
import type { PodRules } from "../core/pod-rules.ts";
import { checkLabelSelector, isEmptySelector } from "../meta/labels.ts";

type In<T> = DeepReadonly<T>;

/** A selector that is given, well formed and not empty; `kind` is the word for the owner in the message. */
export function checkRequiredSelector(
  selector: In<LabelSelector> | undefined,
  kind: string,
  faults: FieldError[],
): void {
  if (!selector) {
    faults.push(fieldRequired("spec.selector"));
    return;
  }
  checkLabelSelector(selector, "spec.selector", faults);
  if (isEmptySelector(selector))
    faults.push(fieldInvalid("spec.selector", selector, `empty selector is invalid for ${kind}`));
}

interface SelectorAndTemplate {
  readonly selector?: In<LabelSelector>;
  readonly template?: In<PodTemplateSpec>;
}

/** Selector and template of a Deployment or ReplicaSet. */
export function checkSelectorAndTemplate(
  spec: SelectorAndTemplate | undefined,
  kind: string,
  rules: PodRules,
  faults: FieldError[],
): void {
  checkRequiredSelector(spec?.selector, kind, faults);
  const matcher = selectorMatcher(spec?.selector);
  if (!matcher) {
    faults.push(fieldInvalid("spec.selector", spec?.selector ?? null, "invalid label selector"));
    return;
  }
  checkSelectorMatchesTemplate(matcher, spec?.template, "spec.template", faults);
  checkPodTemplate(spec?.template, "spec.template", rules, faults);
  checkAlwaysRunning(spec?.template, "ReplicaSet", "spec.template", faults);
}
