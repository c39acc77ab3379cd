/** ReplicationControllers: what the store must know of them. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  matchLabelsMatcher,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { ReplicationController, ReplicationControllerSpec } from "@k8ts/api/core/v1";
import { validateReplicaStatus } from "../apps/replica-set.ts";
import { checkNonnegative } from "../meta/field-checks.ts";
import { ageColumn, containerColumns, integer, mapSelectorColumn, nameColumn } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { defaultPodTemplate } from "./pod-defaults.ts";
import { checkPodTemplate, templateRules } from "./pod-template.ts";

type In<T> = DeepReadonly<T>;

function defaults({ metadata, spec }: ReplicationController): void {
  defaultPodTemplate(spec?.template);
  const labels = spec?.template?.metadata?.labels;
  if (!spec || !labels) return;
  if (Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
  if (Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

function checkSpec(
  spec: In<ReplicationControllerSpec> | undefined,
  old: In<ReplicationControllerSpec> | undefined,
): FieldError[] {
  const faults: FieldError[] = [];
  checkNonnegative(spec?.minReadySeconds, "spec.minReadySeconds", faults);
  const selector = matchLabelsMatcher(spec?.selector ?? {});
  if (selector.empty) faults.push(fieldRequired("spec.selector"));
  if (spec?.replicas === undefined) faults.push(fieldRequired("spec.replicas"));
  else checkNonnegative(spec.replicas, "spec.replicas", faults);
  const template = spec?.template;
  if (!template) {
    faults.push(fieldRequired("spec.template"));
    return faults;
  }
  const labels = template.metadata?.labels;
  if (!selector.empty && !selector.matches(labels)) {
    const detail = "`selector` does not match template `labels`";
    faults.push(fieldInvalid("spec.template.metadata.labels", labels ?? null, detail));
  }
  checkPodTemplate(template, "spec.template", templateRules(old?.template), faults);
  const { restartPolicy = "", activeDeadlineSeconds } = template.spec ?? {};
  if (restartPolicy !== "Always") {
    faults.push(fieldNotSupported("spec.template.spec.restartPolicy", restartPolicy, ["Always"]));
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = "activeDeadlineSeconds in ReplicationController is not Supported";
    faults.push(fieldForbidden("spec.template.spec.activeDeadlineSeconds", detail));
  }
  return faults;
}

/** ReplicationControllers. Their pods stay when clients of the first API delete them. */
export const replicationController: Strategy<ReplicationController> = {
  group: "",
  resource: "replicationcontrollers",
  default: defaults,
  prepareForCreate: clearStatus,
  prepareForUpdate: keepStatus,
  generation: true,
  validate: ({ spec }) => checkSpec(spec, undefined),
  validateUpdate: ({ spec }, old) => checkSpec(spec, old.spec),
  fields: ({ status }) => ({ "status.replicas": String(status?.replicas ?? 0) }),
  fieldNames: ["status.replicas"],
  defaultGarbagePolicy: "Orphan",
  columns: [
    nameColumn,
    integer("Desired", "Pods wanted.", ({ spec }) => spec?.replicas),
    integer("Current", "Pods there are.", ({ status }) => status?.replicas),
    integer("Ready", "Pods that are ready.", ({ status }) => status?.readyReplicas),
    ageColumn,
    ...containerColumns<ReplicationController>(({ spec }) => spec?.template),
    mapSelectorColumn<ReplicationController>(({ spec }) => spec?.selector),
  ],
  status: statusSubresource<ReplicationController>(validateReplicaStatus),
  scale: {
    replicas: ({ spec }) => spec?.replicas ?? 0,
    setReplicas(object, replicas) {
      object.spec = { ...object.spec, replicas };
    },
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => matchLabelsMatcher(spec?.selector ?? {}).toString(),
  },
};
