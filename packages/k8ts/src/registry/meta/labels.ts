/** Rules of labels, annotations and label selectors. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  fieldTooLong,
  isLabelValue,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { LabelSelector, LabelSelectorRequirement } from "@k8ts/api/meta/v1";
import { checkFormat } from "./field-checks.ts";

/** Most bytes that an object's annotations may have together. */
const maxAnnotationBytes = 256 * 1024;

/** A map's keys must be label keys and its values label values. */
export function checkLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
  faults: FieldError[],
): void {
  for (const key in labels) {
    checkFormat(key, isQualifiedName, path, faults);
    checkFormat(labels[key]!, isLabelValue, path, faults);
  }
}

/** Annotation keys must be qualified names (in any case), and all of them together at most 256 KiB. */
export function checkAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  faults: FieldError[],
): void {
  let size = 0;
  for (const key in annotations) {
    for (const detail of isQualifiedName(key.toLowerCase())) faults.push(fieldInvalid(path, key, detail));
    size += Buffer.byteLength(key) + Buffer.byteLength(annotations[key]!);
  }
  if (size > maxAnnotationBytes) faults.push(fieldTooLong(path, maxAnnotationBytes));
}

/** How strict a selector is checked: old objects keep label values that were once accepted. */
export interface SelectorRules {
  readonly allowInvalidValues?: boolean;
}

/** A label selector's parts must be well formed; undefined is fine. */
export function checkLabelSelector(
  selector: DeepReadonly<LabelSelector> | undefined,
  path: string,
  faults: FieldError[],
  rules: SelectorRules = {},
): void {
  if (!selector) return;
  checkLabels(selector.matchLabels, `${path}.matchLabels`, faults);
  selector.matchExpressions?.forEach((term, index) =>
    checkRequirement(term, `${path}.matchExpressions[${index}]`, faults, rules),
  );
}

function checkRequirement(
  term: DeepReadonly<LabelSelectorRequirement>,
  path: string,
  faults: FieldError[],
  rules: SelectorRules,
): void {
  const values = term.values ?? [];
  if (term.operator === "In" || term.operator === "NotIn") {
    if (values.length === 0) {
      faults.push(fieldRequired(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (term.operator === "Exists" || term.operator === "DoesNotExist") {
    if (values.length > 0) {
      faults.push(
        fieldForbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
    }
  } else faults.push(fieldInvalid(`${path}.operator`, term.operator, "not a valid selector operator"));
  checkFormat(term.key, isQualifiedName, `${path}.key`, faults);
  if (rules.allowInvalidValues) return;
  values.forEach((value, index) => checkFormat(value, isLabelValue, `${path}.values[${index}]`, faults));
}

/** True where a selector selects everything. */
export function isEmptySelector(selector: DeepReadonly<LabelSelector> | undefined): boolean {
  if (!selector) return true;
  return Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions?.length ?? 0) === 0;
}

/** True where an expression of the selector holds a value that would be refused today. */
export function hasInvalidSelectorValue(selector: DeepReadonly<LabelSelector> | undefined): boolean {
  return (selector?.matchExpressions ?? []).some((term) =>
    (term.values ?? []).some((value) => isLabelValue(value).length > 0),
  );
}
