/** Deployments: what the store must know of them. */
import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  selectorText,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Deployment, DeploymentSpec, DeploymentStrategy } from "@k8ts/api/apps/v1";
import { defaultPodTemplate } from "../core/pod-defaults.ts";
import { templateRules } from "../core/pod-template.ts";
import { ownerWarnings } from "../core/pod-warnings.ts";
import {
  checkAtMostHundredPercent,
  checkImmutable,
  checkIntOrPercent,
  checkNonnegative,
  checkNotDecremented,
  numberOfIntOrPercent,
} from "../meta/field-checks.ts";
import { ageColumn, containerColumns, nameColumn, text, textOf, wide } from "../printing/columns.ts";
import { clearStatus, keepAllButStatus, keepStatus, lent } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkAtMost, checkCounters } from "./replica-status.ts";
import { replicaScale } from "./scale.ts";
import { checkSelectorAndTemplate } from "./selector-and-template.ts";

type In<T> = DeepReadonly<T>;

function defaults({ spec }: Deployment): void {
  if (!spec) return;
  defaultPodTemplate(spec.template);
  const { strategy } = spec;
  if (strategy?.type !== "RollingUpdate") return;
  strategy.rollingUpdate ??= {};
  strategy.rollingUpdate.maxUnavailable ??= "25%";
  strategy.rollingUpdate.maxSurge ??= "25%";
}

function checkSpec(
  spec: In<DeploymentSpec> | undefined,
  old: In<DeploymentSpec> | undefined,
  faults: FieldError[],
): void {
  checkNonnegative(spec?.replicas, "spec.replicas", faults);
  checkSelectorAndTemplate(spec, "deployment", templateRules(old?.template), faults);
  checkStrategy(spec?.strategy, "spec.strategy", faults);
  checkNonnegative(spec?.minReadySeconds, "spec.minReadySeconds", faults);
  checkNonnegative(spec?.revisionHistoryLimit, "spec.revisionHistoryLimit", faults);
  const deadline = spec?.progressDeadlineSeconds;
  if (deadline === undefined) return;
  checkNonnegative(deadline, "spec.progressDeadlineSeconds", faults);
  if (deadline > (spec?.minReadySeconds ?? 0)) return;
  faults.push(fieldInvalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
}

function checkStrategy(strategy: In<DeploymentStrategy> | undefined, path: string, faults: FieldError[]): void {
  const at = `${path}.rollingUpdate`;
  const rolling = strategy?.rollingUpdate;
  if (strategy?.type === "Recreate") {
    if (rolling) faults.push(fieldForbidden(at, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (strategy?.type !== "RollingUpdate") {
    faults.push(fieldNotSupported(path, strategy ?? {}, ["Recreate", "RollingUpdate"]));
  } else if (!rolling) faults.push(fieldRequired(at, "this should be defaulted and never be nil"));
  else {
    checkIntOrPercent(rolling.maxUnavailable, `${at}.maxUnavailable`, faults);
    checkIntOrPercent(rolling.maxSurge, `${at}.maxSurge`, faults);
    if (numberOfIntOrPercent(rolling.maxUnavailable) === 0 && numberOfIntOrPercent(rolling.maxSurge) === 0) {
      const detail = "may not be 0 when `maxSurge` is 0";
      faults.push(fieldInvalid(`${at}.maxUnavailable`, rolling.maxUnavailable ?? 0, detail));
    }
    checkAtMostHundredPercent(rolling.maxUnavailable, `${at}.maxUnavailable`, faults);
  }
}

function validateStatus({ status }: In<Deployment>, old: In<Deployment>): FieldError[] {
  const faults: FieldError[] = [];
  checkCounters(
    status,
    [
      "observedGeneration",
      "replicas",
      "updatedReplicas",
      "readyReplicas",
      "availableReplicas",
      "unavailableReplicas",
      "terminatingReplicas",
      "collisionCount",
    ],
    faults,
  );
  const counted = ["updatedReplicas", "readyReplicas", "availableReplicas"];
  checkAtMost(status, counted, "replicas", "cannot be greater than status.replicas", faults);
  checkAtMost(status, ["availableReplicas"], "readyReplicas", "cannot be greater than readyReplicas", faults);
  checkNotDecremented(status?.collisionCount, old.status?.collisionCount, "status.collisionCount", faults);
  return faults;
}

/** Deployments. */
export const deployment: Strategy<Deployment> = {
  group: "apps",
  resource: "deployments",
  default: defaults,
  prepareForCreate: clearStatus,
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    // The controller copies annotations to ReplicaSets, so it must hear of them.
    if (!deepEqual(object.metadata.annotations ?? {}, old.metadata.annotations ?? {})) {
      object.metadata.generation = (old.metadata.generation ?? 0) + 1;
    }
  },
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
  columns: [
    nameColumn,
    text(
      "Ready",
      "Pods that are ready, of those wanted.",
      ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`,
    ),
    textOf("Up-to-date", "Pods made from the current template.", ({ status }) => status?.updatedReplicas ?? 0),
    textOf("Available", "Pods that have been ready long enough.", ({ status }) => status?.availableReplicas ?? 0),
    ageColumn,
    ...containerColumns<Deployment>(({ spec }) => spec?.template),
    wide(text("Selector", "Pods that belong to the deployment.", ({ spec }) => selectorText(spec?.selector))),
  ],
  status: {
    prepareForUpdate(object, old) {
      keepAllButStatus(object, old);
      object.metadata.labels = lent(old.metadata.labels);
    },
    validateUpdate: validateStatus,
  },
  scale: replicaScale,
};
