/** DaemonSets: what the store must know of them. */
import {
  deepEqual,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { DaemonSet, DaemonSetSpec, DaemonSetUpdateStrategy } from "@k8ts/api/apps/v1";
import { defaultPodTemplate } from "../core/pod-defaults.ts";
import {
  checkAlwaysRunning,
  checkPodTemplate,
  checkSelectorMatchesTemplate,
  selectorMatcher,
  templateRules,
} from "../core/pod-template.ts";
import { ownerWarnings } from "../core/pod-warnings.ts";
import {
  checkAtMostHundredPercent,
  checkImmutable,
  checkIntOrPercent,
  checkNonnegative,
  checkNotDecremented,
  numberOfIntOrPercent,
} from "../meta/field-checks.ts";
import { ageColumn, containerColumns, integer, nameColumn, selectorColumn, text } from "../printing/columns.ts";
import { formatLabels } from "../printing/label-text.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkCounters } from "./replica-status.ts";
import { checkRequiredSelector } from "./selector-and-template.ts";

type In<T> = DeepReadonly<T>;

/** Where apps/v1 keeps what was once spec.templateGeneration. */
const templateGeneration = "deprecated.daemonset.template.generation";

function setTemplateGeneration(object: DaemonSet, generation: number): void {
  object.metadata.annotations = { ...object.metadata.annotations, [templateGeneration]: String(generation) };
}

function generationOf({ metadata }: In<DaemonSet>): number {
  const value = Number(metadata.annotations?.[templateGeneration] ?? "0");
  return Number.isSafeInteger(value) ? value : 0;
}

function defaults({ spec }: DaemonSet): void {
  if (!spec) return;
  defaultPodTemplate(spec.template);
  const { updateStrategy } = spec;
  if (updateStrategy?.type !== "RollingUpdate") return;
  updateStrategy.rollingUpdate ??= {};
  updateStrategy.rollingUpdate.maxUnavailable ??= 1;
  updateStrategy.rollingUpdate.maxSurge ??= 0;
}

function checkSpec(
  spec: In<DaemonSetSpec> | undefined,
  old: In<DaemonSetSpec> | undefined,
  faults: FieldError[],
): void {
  checkRequiredSelector(spec?.selector, "daemonset", faults);
  const matcher = selectorMatcher(spec?.selector);
  if (!matcher) faults.push(fieldInvalid("spec.selector", spec?.selector ?? null, "invalid label selector"));
  else checkSelectorMatchesTemplate(matcher, spec?.template, "spec.template", faults);
  checkPodTemplate(spec?.template, "spec.template", templateRules(old?.template), faults);
  checkAlwaysRunning(spec?.template, "DaemonSet", "spec.template", faults);
  checkNonnegative(spec?.minReadySeconds, "spec.minReadySeconds", faults);
  checkUpdateStrategy(spec?.updateStrategy, "spec.updateStrategy", faults);
  checkNonnegative(spec?.revisionHistoryLimit, "spec.revisionHistoryLimit", faults);
}

function checkUpdateStrategy(
  strategy: In<DaemonSetUpdateStrategy> | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (strategy?.type === "OnDelete") return;
  if (strategy?.type !== "RollingUpdate") {
    faults.push(fieldNotSupported(path, strategy ?? {}, ["RollingUpdate", "OnDelete"]));
    return;
  }
  const rolling = strategy.rollingUpdate;
  const at = `${path}.rollingUpdate`;
  if (!rolling) {
    faults.push(fieldRequired(at));
    return;
  }
  for (const field of ["maxUnavailable", "maxSurge"] as const) {
    checkIntOrPercent(rolling[field], `${at}.${field}`, faults);
    checkAtMostHundredPercent(rolling[field], `${at}.${field}`, faults);
  }
  const unavailable = numberOfIntOrPercent(rolling.maxUnavailable) !== 0;
  const surge = numberOfIntOrPercent(rolling.maxSurge) !== 0;
  if (unavailable && surge) {
    const detail = "may not be set when maxUnavailable is non-zero";
    faults.push(fieldInvalid(`${at}.maxSurge`, rolling.maxSurge, detail));
  } else if (!unavailable && !surge) {
    faults.push(fieldRequired(`${at}.maxUnavailable`, "cannot be 0 when maxSurge is 0"));
  }
}

const counters = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
];

/** DaemonSets. */
export const daemonSet: Strategy<DaemonSet> = {
  group: "apps",
  resource: "daemonsets",
  default: defaults,
  prepareForCreate(object) {
    clearStatus(object);
    setTemplateGeneration(object, Math.max(1, generationOf(object)));
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    const changed = !deepEqual(object.spec?.template, old.spec?.template);
    setTemplateGeneration(object, generationOf(old) + (changed ? 1 : 0));
  },
  generation: true,
  validate(object) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, undefined, faults);
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutable(object.spec?.selector, old.spec?.selector, "spec.selector", faults);
    checkSpec(object.spec, old.spec, faults);
    return faults;
  },
  warnings: (object, old) => ownerWarnings(object, old, object.spec?.template, "spec.template"),
  columns: [
    nameColumn,
    integer("Desired", "Nodes that should run the pod.", ({ status }) => status?.desiredNumberScheduled),
    integer("Current", "Nodes that should run the pod and do.", ({ status }) => status?.currentNumberScheduled),
    integer("Ready", "Nodes on which the pod is ready.", ({ status }) => status?.numberReady),
    integer("Up-to-date", "Nodes that run the current template.", ({ status }) => status?.updatedNumberScheduled),
    integer("Available", "Nodes on which the pod has been ready long enough.", ({ status }) => status?.numberAvailable),
    text("Node Selector", "Labels of the nodes that are meant.", ({ spec }) =>
      formatLabels(spec?.template?.spec?.nodeSelector),
    ),
    ageColumn,
    ...containerColumns<DaemonSet>(({ spec }) => spec?.template),
    selectorColumn<DaemonSet>(({ spec }) => spec?.selector),
  ],
  status: statusSubresource<DaemonSet>(({ status }, old) => {
    const faults: FieldError[] = [];
    checkCounters(status, counters, faults);
    checkNotDecremented(status?.collisionCount, old.status?.collisionCount, "status.collisionCount", faults);
    return faults;
  }),
};
