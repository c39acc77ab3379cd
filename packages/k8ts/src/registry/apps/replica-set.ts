/** ReplicaSets: what the store must know of them. */
import type { DeepReadonly, FieldError } from "@k8ts/api";
import type { ReplicaSet, ReplicaSetSpec } from "@k8ts/api/apps/v1";
import { defaultPodTemplate } from "../core/pod-defaults.ts";
import { templateRules } from "../core/pod-template.ts";
import { ownerWarnings } from "../core/pod-warnings.ts";
import { checkImmutable, checkNonnegative } from "../meta/field-checks.ts";
import { ageColumn, containerColumns, integer, nameColumn, selectorColumn } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkAtMost, checkCounters } from "./replica-status.ts";
import { replicaScale } from "./scale.ts";
import { checkSelectorAndTemplate } from "./selector-and-template.ts";

type In<T> = DeepReadonly<T>;

function checkSpec(
  spec: In<ReplicaSetSpec> | undefined,
  old: In<ReplicaSetSpec> | undefined,
  faults: FieldError[],
): void {
  checkNonnegative(spec?.replicas, "spec.replicas", faults);
  checkNonnegative(spec?.minReadySeconds, "spec.minReadySeconds", faults);
  checkSelectorAndTemplate(spec, "deployment", templateRules(old?.template), faults);
}

const counters = [
  "replicas",
  "fullyLabeledReplicas",
  "readyReplicas",
  "availableReplicas",
  "observedGeneration",
  "terminatingReplicas",
];

/** What the status of ReplicaSets and ReplicationControllers must satisfy. */
export function validateReplicaStatus({ status }: { readonly status?: object }): FieldError[] {
  const faults: FieldError[] = [];
  checkCounters(status, counters, faults);
  const counted = ["fullyLabeledReplicas", "readyReplicas", "availableReplicas"];
  checkAtMost(status, counted, "replicas", "cannot be greater than status.replicas", faults);
  checkAtMost(status, ["availableReplicas"], "readyReplicas", "cannot be greater than readyReplicas", faults);
  return faults;
}

/** ReplicaSets. */
export const replicaSet: Strategy<ReplicaSet> = {
  group: "apps",
  resource: "replicasets",
  default: ({ spec }) => defaultPodTemplate(spec?.template),
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  generation: true,
  validate(object) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, undefined, faults);
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, old.spec, faults);
    checkImmutable(object.spec?.selector, old.spec?.selector, "spec.selector", faults);
    return faults;
  },
  warnings: (object, old) => ownerWarnings(object, old, object.spec?.template, "spec.template"),
  fields: ({ status }) => ({ "status.replicas": String(status?.replicas ?? 0) }),
  fieldNames: ["status.replicas"],
  columns: [
    nameColumn,
    integer("Desired", "Pods wanted.", ({ spec }) => spec?.replicas),
    integer("Current", "Pods there are.", ({ status }) => status?.replicas),
    integer("Ready", "Pods that are ready.", ({ status }) => status?.readyReplicas),
    ageColumn,
    ...containerColumns<ReplicaSet>(({ spec }) => spec?.template),
    selectorColumn<ReplicaSet>(({ spec }) => spec?.selector),
  ],
  status: statusSubresource<ReplicaSet>(validateReplicaStatus),
  scale: replicaScale,
};
