/** Rules of the metrics that a HorizontalPodAutoscaler follows. */
import {
  compareQuantities,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  isPathSegmentName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerSpec,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from "@k8ts/api/autoscaling/v2";
import { checkFormat, checkRequiredFormat } from "../meta/field-checks.ts";
import { checkContainerResourceName } from "../meta/resource-names.ts";

type In<T> = DeepReadonly<T>;

/** Where a metric of each type keeps its settings. */
export const metricFields: Readonly<Record<string, "object" | "external" | "pods" | "resource" | "containerResource">> =
  {
    Object: "object",
    External: "external",
    Pods: "pods",
    Resource: "resource",
    ContainerResource: "containerResource",
  };

/** How strictly the apiVersion of a reference is read: leniently where an older version let it in. */
export interface ReferenceRules {
  readonly anyVersion: boolean;
  readonly emptyGroup: boolean;
}

/** Why an apiVersion names no group, or nothing at all. */
function versionFault(apiVersion: string, { anyVersion, emptyGroup }: ReferenceRules): string | undefined {
  if (anyVersion) return undefined;
  const parts = apiVersion.split("/");
  if (parts.length > 2) return `unexpected GroupVersion string: ${apiVersion}`;
  return emptyGroup || (parts.length === 2 && parts[0]) ? undefined : "apiVersion must specify API group";
}

/** Which object: a kind, a name and a version that can be scaled or measured. */
export function checkReference(
  reference: In<CrossVersionObjectReference> | undefined,
  rules: ReferenceRules,
  path: string,
  faults: FieldError[],
): void {
  checkRequiredFormat(reference?.kind, isPathSegmentName, `${path}.kind`, faults);
  checkRequiredFormat(reference?.name, isPathSegmentName, `${path}.name`, faults);
  const fault = versionFault(reference?.apiVersion ?? "", rules);
  if (fault) faults.push(fieldInvalid(`${path}.apiVersion`, reference?.apiVersion ?? "", fault));
}

/** How strictly the objects that an update's metrics are about are read. */
export function objectRules(old: In<HorizontalPodAutoscalerSpec> | undefined): ReferenceRules {
  const strict: ReferenceRules = { anyVersion: false, emptyGroup: true };
  const faulty = old?.metrics?.some(
    ({ type, object }) => type === "Object" && object && versionFault(object.describedObject?.apiVersion ?? "", strict),
  );
  return { ...strict, anyVersion: faulty === true };
}

/** One metric: a known type, and the settings of that type alone. */
export function checkMetric(metric: In<MetricSpec>, rules: ReferenceRules, path: string, faults: FieldError[]): void {
  const types = Object.keys(metricFields).sort();
  const expected = metricFields[metric.type];
  if (!metric.type) faults.push(fieldRequired(`${path}.type`, "must specify a metric source type"));
  if (!expected) faults.push(fieldNotSupported(`${path}.type`, metric.type ?? "", types));
  const present = Object.values(metricFields).filter((field) => metric[field]);
  if (present[0]) checkSource(metric, present[0], rules, `${path}.${present[0]}`, faults);
  if (expected && !metric[expected]) {
    faults.push(fieldRequired(`${path}.${expected}`, "must populate information for the given metric source"));
  }
  if (present.length === 1) return;
  for (const field of present) {
    if (field !== expected)
      faults.push(fieldForbidden(`${path}.${field}`, "must populate the given metric source only"));
  }
}

function checkSource(
  metric: In<MetricSpec>,
  field: (typeof metricFields)[string],
  rules: ReferenceRules,
  path: string,
  faults: FieldError[],
): void {
  const target = metric[field]?.target;
  switch (field) {
    case "object":
      checkReference(metric.object?.describedObject, rules, `${path}.describedObject`, faults);
      checkNamed(metric.object?.metric, target, path, faults);
      if (target?.value === undefined && target?.averageValue === undefined) {
        faults.push(fieldRequired(`${path}.target.averageValue`, "must set either a target value or averageValue"));
      }
      return;
    case "external":
      checkNamed(metric.external?.metric, target, path, faults);
      checkExternalTarget(target, `${path}.target`, faults);
      return;
    case "pods":
      checkNamed(metric.pods?.metric, target, path, faults);
      if (target?.averageValue === undefined) {
        faults.push(fieldRequired(`${path}.target.averageValue`, "must specify a positive target averageValue"));
      }
      return;
    case "resource":
      if (!metric.resource?.name) faults.push(fieldRequired(`${path}.name`, "must specify a resource name"));
      checkUsageTarget(target, `${path}.target`, faults);
      return;
    default:
      checkContainer(metric.containerResource, path, faults);
      checkUsageTarget(target, `${path}.target`, faults);
  }
}

function checkContainer(
  source: { readonly name?: string; readonly container?: string } | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (!source?.name) faults.push(fieldRequired(`${path}.name`, "must specify a resource name"));
  else checkContainerResourceName(source.name, `${path}.name`, faults);
  if (!source?.container) faults.push(fieldRequired(`${path}.container`, "must specify a container"));
  else checkFormat(source.container, isDnsLabel, `${path}.container`, faults);
}

/** A metric known by name, and its target. */
function checkNamed(
  metric: In<MetricIdentifier> | undefined,
  target: In<MetricTarget> | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (!metric?.name) faults.push(fieldRequired(`${path}.metric.name`, "must specify a metric name"));
  else checkFormat(metric.name, isPathSegmentName, `${path}.metric.name`, faults);
  checkTarget(target, `${path}.target`, faults);
}

function checkExternalTarget(target: In<MetricTarget> | undefined, path: string, faults: FieldError[]): void {
  const { value, averageValue } = target ?? {};
  if (value === undefined && averageValue === undefined) {
    const detail = "must set either a target value for metric or a per-pod target";
    faults.push(fieldRequired(`${path}.averageValue`, detail));
  }
  if (value !== undefined && averageValue !== undefined) {
    const detail = "may not set both a target value for metric and a per-pod target";
    faults.push(fieldForbidden(`${path}.value`, detail));
  }
}

/** The target of what pods use of a resource: an amount or a share of what they ask for. */
function checkUsageTarget(target: In<MetricTarget> | undefined, path: string, faults: FieldError[]): void {
  checkTarget(target, path, faults);
  const { averageUtilization, averageValue } = target ?? {};
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = "must set either a target raw value or a target utilization";
    faults.push(fieldRequired(`${path}.averageUtilization`, detail));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = "may not set both a target raw value and a target utilization";
    faults.push(fieldForbidden(`${path}.averageValue`, detail));
  }
}

function checkTarget(target: In<MetricTarget> | undefined, path: string, faults: FieldError[]): void {
  const type = target?.type ?? "";
  if (!type) faults.push(fieldRequired(`${path}.type`, "must specify a metric target type"));
  if (!["Utilization", "Value", "AverageValue"].includes(type)) {
    faults.push(fieldInvalid(`${path}.type`, type, "must be either Utilization, Value, or AverageValue"));
  }
  for (const field of ["value", "averageValue"] as const) {
    const amount = target?.[field];
    if (amount !== undefined && compareQuantities(amount, "0") <= 0) {
      faults.push(fieldInvalid(`${path}.${field}`, amount, "must be positive"));
    }
  }
  const share = target?.averageUtilization;
  if (share !== undefined && share < 1) {
    faults.push(fieldInvalid(`${path}.averageUtilization`, share, "must be greater than 0"));
  }
}
