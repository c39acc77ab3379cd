/** Rules of HorizontalPodAutoscalers. */
import {
  compareQuantities,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from "@k8ts/api/autoscaling/v2";
import { checkNonnegative, checkPositive, negativeDetail } from "../meta/field-checks.ts";
import { checkMetric, checkReference, objectRules, type ReferenceRules } from "./horizontal-pod-autoscaler-metrics.ts";

type In<T> = DeepReadonly<T>;

/** In seconds. */
const longest = { period: 1800, stabilization: 3600 } as const;

/** A target that an update leaves alone is not looked at again; only ReplicationControllers have no group. */
function targetRules(
  spec: In<HorizontalPodAutoscalerSpec>,
  old: In<HorizontalPodAutoscalerSpec> | undefined,
): ReferenceRules {
  const [now, before] = [spec.scaleTargetRef, old?.scaleTargetRef];
  const same = old !== undefined && now?.apiVersion === before?.apiVersion && now?.kind === before?.kind;
  return { anyVersion: same, emptyGroup: now?.kind === "ReplicationController" };
}

/** All that is wrong with an autoscaler, `old` being what an update replaces. */
export function validateAutoscaler(
  { spec }: In<HorizontalPodAutoscaler>,
  old?: In<HorizontalPodAutoscaler>,
): FieldError[] {
  if (!spec) return [fieldRequired("spec")];
  const faults: FieldError[] = [];
  checkReplicas(spec, old?.spec?.minReplicas === 0 ? 0 : 1, faults);
  checkReference(spec.scaleTargetRef, targetRules(spec, old?.spec), "spec.scaleTargetRef", faults);
  const rules = objectRules(old?.spec);
  spec.metrics?.forEach((metric, index) => checkMetric(metric, rules, `spec.metrics[${index}]`, faults));
  const wakes = spec.metrics?.some(({ type }) => type === "Object" || type === "External");
  if (spec.minReplicas === 0 && !wakes) {
    const detail = "must specify at least one Object or External metric to support scaling to zero replicas";
    faults.push(fieldForbidden("spec.metrics", detail));
  }
  if (spec.behavior?.scaleUp) checkRules(spec.behavior.scaleUp, "spec.behavior.scaleUp", faults);
  if (spec.behavior?.scaleDown) checkRules(spec.behavior.scaleDown, "spec.behavior.scaleDown", faults);
  return faults;
}

function checkReplicas(
  { minReplicas, maxReplicas }: In<HorizontalPodAutoscalerSpec>,
  lowest: number,
  faults: FieldError[],
): void {
  const path = "spec.maxReplicas";
  if (minReplicas !== undefined && minReplicas < lowest) {
    faults.push(fieldInvalid("spec.minReplicas", minReplicas, `must be greater than or equal to ${lowest}`));
  }
  if (!maxReplicas) faults.push(fieldRequired(path, "must be set and greater than 0"));
  else if (maxReplicas < 0) faults.push(fieldInvalid(path, maxReplicas, "must be greater than or equal to 1"));
  if (minReplicas !== undefined && (maxReplicas ?? 0) < minReplicas) {
    faults.push(fieldInvalid(path, maxReplicas ?? 0, "must be greater than or equal to `minReplicas`"));
  }
}

function checkRules(rules: In<HPAScalingRules>, path: string, faults: FieldError[]): void {
  const window = rules.stabilizationWindowSeconds;
  const at = `${path}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) {
    faults.push(fieldInvalid(at, window, "must be greater than or equal to zero"));
  }
  if (window !== undefined && window > longest.stabilization) {
    faults.push(fieldInvalid(at, window, `must be less than or equal to ${longest.stabilization}`));
  }
  const select = rules.selectPolicy;
  const selects = ["Disabled", "Max", "Min"];
  if (select !== undefined && !selects.includes(select)) {
    faults.push(fieldNotSupported(`${path}.selectPolicy`, select, selects));
  }
  if (!rules.policies?.length) faults.push(fieldRequired(`${path}.policies`, "must specify at least one Policy"));
  rules.policies?.forEach((policy, index) => checkPolicy(policy, `${path}.policies[${index}]`, faults));
  if (rules.tolerance !== undefined && compareQuantities(rules.tolerance, "0") < 0) {
    faults.push(fieldInvalid(`${path}.tolerance`, rules.tolerance, negativeDetail));
  }
}

function checkPolicy({ type, value, periodSeconds }: In<HPAScalingPolicy>, path: string, faults: FieldError[]): void {
  const types = ["Percent", "Pods"];
  if (!types.includes(type ?? "")) faults.push(fieldNotSupported(`${path}.type`, type ?? "", types));
  checkPositive(value ?? 0, `${path}.value`, faults);
  checkPositive(periodSeconds ?? 0, `${path}.periodSeconds`, faults);
  if ((periodSeconds ?? 0) > longest.period) {
    const detail = `must be less than or equal to ${longest.period}`;
    faults.push(fieldInvalid(`${path}.periodSeconds`, periodSeconds, detail));
  }
}

/** What a controller may say of an autoscaler. */
export function validateAutoscalerStatus({ status }: In<HorizontalPodAutoscaler>): FieldError[] {
  const faults: FieldError[] = [];
  checkNonnegative(status?.currentReplicas, "status.currentReplicas", faults);
  checkNonnegative(status?.desiredReplicas, "status.desiredReplicas", faults);
  return faults;
}
