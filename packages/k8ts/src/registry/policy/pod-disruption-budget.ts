/** PodDisruptionBudgets: what the store must know of them. */
import { fieldInvalid, fieldNotSupported, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { PodDisruptionBudget } from "@k8ts/api/policy/v1";
import { checkCounters } from "../apps/replica-status.ts";
import { checkAtMostHundredPercent, checkIntOrPercent } from "../meta/field-checks.ts";
import { checkLabelSelector } from "../meta/labels.ts";
import { ageColumn, integer, nameColumn, text } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";

function validate({ spec }: DeepReadonly<PodDisruptionBudget>): FieldError[] {
  const faults: FieldError[] = [];
  if (spec?.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    faults.push(fieldInvalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"));
  }
  for (const field of ["minAvailable", "maxUnavailable"] as const) {
    checkIntOrPercent(spec?.[field], `spec.${field}`, faults);
    checkAtMostHundredPercent(spec?.[field], `spec.${field}`, faults);
  }
  checkLabelSelector(spec?.selector, "spec.selector", faults);
  const policies = ["AlwaysAllow", "IfHealthyBudget"];
  const policy = spec?.unhealthyPodEvictionPolicy;
  if (policy !== undefined && !policies.includes(policy)) {
    faults.push(fieldNotSupported("spec.unhealthyPodEvictionPolicy", policy, policies));
  }
  return faults;
}

/** PodDisruptionBudgets. Two evictions at once must not overwrite each other's counts. */
export const podDisruptionBudget: Strategy<PodDisruptionBudget> = {
  group: "policy",
  resource: "poddisruptionbudgets",
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  generation: true,
  allowUnconditionalUpdate: false,
  validate,
  columns: [
    nameColumn,
    text("Min Available", "Pods that must stay.", ({ spec }) => String(spec?.minAvailable ?? "N/A")),
    text("Max Unavailable", "Pods that may be missing.", ({ spec }) => String(spec?.maxUnavailable ?? "N/A")),
    integer("Allowed Disruptions", "Pods that may go now.", ({ status }) => status?.disruptionsAllowed),
    ageColumn,
  ],
  status: statusSubresource<PodDisruptionBudget>(({ status }) => {
    const faults: FieldError[] = [];
    checkCounters(status, ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"], faults);
    return faults;
  }),
};
