/** StatefulSets: what the store must know of them. */
import {
  deepEqual,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  maskTrailingDash,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { StatefulSet, StatefulSetSpec } from "@k8ts/api/apps/v1";
import type { PodTemplateSpec, Volume } from "@k8ts/api/core/v1";
import { checkClaimSpec } from "../core/persistent-volume-claim-spec.ts";
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
  checkFormat,
  checkIntOrPercent,
  checkNonnegative,
  checkNotDecremented,
  numberOfIntOrPercent,
} from "../meta/field-checks.ts";
import { ageColumn, containerColumns, nameColumn, text } from "../printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "../status-subresource.ts";
import type { Strategy } from "../strategy.ts";
import { checkAtMost, checkCounters } from "./replica-status.ts";
import { replicaScale } from "./scale.ts";
import { checkRequiredSelector } from "./selector-and-template.ts";

type In<T> = DeepReadonly<T>;

function defaults({ spec }: StatefulSet): void {
  if (!spec) return;
  defaultPodTemplate(spec.template);
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) {
    strategy.type = "RollingUpdate";
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === "RollingUpdate" && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0;
  for (const claim of spec.volumeClaimTemplates ?? []) {
    // Claims within a template carry their kind, as they would on their own.
    claim.apiVersion ||= "v1";
    claim.kind ||= "PersistentVolumeClaim";
    claim.status ??= { phase: "Pending" };
  }
}

/** What an update may leave as an older version let it in. */
interface Leniency {
  readonly serviceName: boolean;
  readonly claims: boolean;
}

function checkSpec(
  spec: In<StatefulSetSpec> | undefined,
  old: In<StatefulSetSpec> | undefined,
  lenient: Leniency,
  faults: FieldError[],
): void {
  const management = spec?.podManagementPolicy;
  if (!management) faults.push(fieldRequired("spec.podManagementPolicy"));
  else if (management !== "OrderedReady" && management !== "Parallel") {
    faults.push(fieldInvalid("spec.podManagementPolicy", management, "must be 'OrderedReady' or 'Parallel'"));
  }
  checkUpdateStrategy(spec, faults);
  checkRetention(spec, faults);
  if (!lenient.claims) {
    spec?.volumeClaimTemplates?.forEach((claim, index) =>
      checkClaimSpec(claim.spec, `spec.volumeClaimTemplates[${index}].spec`, faults),
    );
  }
  checkNonnegative(spec?.replicas, "spec.replicas", faults);
  checkNonnegative(spec?.minReadySeconds, "spec.minReadySeconds", faults);
  checkNonnegative(spec?.ordinals?.start, "spec.ordinals.start", faults);
  if (!lenient.serviceName && spec?.serviceName) checkFormat(spec.serviceName, isDnsLabel, "spec.serviceName", faults);
  checkRequiredSelector(spec?.selector, "statefulset", faults);
  const matcher = selectorMatcher(spec?.selector);
  if (!matcher) faults.push(fieldInvalid("spec.selector", spec?.selector ?? null, ""));
  else {
    checkSelectorMatchesTemplate(matcher, spec?.template, "spec.template", faults);
    checkPodTemplate(templateAsPodsWillBe(spec), "spec.template", templateRules(old?.template), faults);
  }
  checkAlwaysRunning(spec?.template, "StatefulSet", "spec.template", faults);
}

/** The controller sets hostname and subdomain, and adds a volume for each claim. */
function templateAsPodsWillBe(spec: In<StatefulSetSpec> | undefined): In<PodTemplateSpec> | undefined {
  const template = spec?.template;
  if (!template?.spec) return template;
  const claims = (spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? "");
  const own = (template.spec.volumes ?? []).filter(({ name }) => !claims.includes(name));
  const added: In<Volume>[] = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const volumes = claims.length > 0 ? [...added, ...own] : template.spec.volumes;
  return { ...template, spec: { ...template.spec, hostname: "", subdomain: "", volumes } };
}

function checkUpdateStrategy(spec: In<StatefulSetSpec> | undefined, faults: FieldError[]): void {
  const strategy = spec?.updateStrategy;
  const rolling = strategy?.rollingUpdate;
  const path = "spec.updateStrategy";
  if (!strategy?.type) faults.push(fieldRequired(path));
  else if (strategy.type === "OnDelete") {
    if (rolling) {
      const detail = "only allowed for updateStrategy 'RollingUpdate'";
      faults.push(fieldInvalid(`${path}.rollingUpdate`, rolling, detail));
    }
  } else if (strategy.type !== "RollingUpdate") {
    faults.push(fieldInvalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'"));
  } else if (rolling) {
    const at = `${path}.rollingUpdate.maxUnavailable`;
    checkNonnegative(rolling.partition, `${path}.rollingUpdate.partition`, faults);
    if (rolling.maxUnavailable === undefined) return;
    checkIntOrPercent(rolling.maxUnavailable, at, faults);
    if (numberOfIntOrPercent(rolling.maxUnavailable) === 0)
      faults.push(fieldInvalid(at, rolling.maxUnavailable, "cannot be 0"));
    checkAtMostHundredPercent(rolling.maxUnavailable, at, faults);
  }
}

function checkRetention(spec: In<StatefulSetSpec> | undefined, faults: FieldError[]): void {
  const policy = spec?.persistentVolumeClaimRetentionPolicy;
  if (!policy) return;
  for (const field of ["whenDeleted", "whenScaled"] as const) {
    if (policy[field] === "Retain" || policy[field] === "Delete") continue;
    const path = `spec.persistentVolumeClaimRetentionPolicy.${field}`;
    faults.push(fieldNotSupported(path, policy[field] ?? "", ["Retain", "Delete"]));
  }
}

const mutableFields = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
] as const;

function checkOnlyMutableChanged(
  spec: In<StatefulSetSpec> | undefined,
  old: In<StatefulSetSpec> | undefined,
  faults: FieldError[],
): void {
  const rest = (value: In<StatefulSetSpec> | undefined): object => {
    const copy: Record<string, unknown> = { ...value };
    for (const field of mutableFields) copy[field] = undefined;
    return copy;
  };
  if (deepEqual(rest(spec), rest(old))) return;
  const names = mutableFields.map((field) => `'${field}'`);
  const list = `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  faults.push(fieldForbidden("spec", `updates to statefulset spec for fields other than ${list} are forbidden`));
}

function validateStatus({ status }: In<StatefulSet>, old: In<StatefulSet>): FieldError[] {
  const faults: FieldError[] = [];
  const counted = ["readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"];
  checkCounters(status, ["replicas", ...counted, "observedGeneration", "collisionCount"], faults);
  checkAtMost(status, counted, "replicas", "cannot be greater than status.replicas", faults);
  checkAtMost(status, ["availableReplicas"], "readyReplicas", "cannot be greater than status.readyReplicas", faults);
  checkNotDecremented(status?.collisionCount, old.status?.collisionCount, "status.collisionCount", faults);
  return faults;
}

/** StatefulSets. */
export const statefulSet: Strategy<StatefulSet> = {
  group: "apps",
  resource: "statefulsets",
  default: defaults,
  prepareForCreate(object) {
    clearStatus(object);
    // Not served until the MaxUnavailableStatefulSet feature is on by default.
    const rolling = object.spec?.updateStrategy?.rollingUpdate;
    if (rolling) rolling.maxUnavailable = undefined;
  },
  prepareForUpdate(object, old) {
    keepStatus(object, old);
    const rolling = object.spec?.updateStrategy?.rollingUpdate;
    if (rolling && old.spec?.updateStrategy?.rollingUpdate?.maxUnavailable === undefined)
      rolling.maxUnavailable = undefined;
  },
  generation: true,
  validateName: (name, isPrefix) => isDnsLabel(isPrefix ? maskTrailingDash(name) : name),
  validate(object) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, undefined, { serviceName: false, claims: false }, faults);
    return faults;
  },
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkSpec(object.spec, old.spec, { serviceName: true, claims: true }, faults);
    checkOnlyMutableChanged(object.spec, old.spec, faults);
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
    ageColumn,
    ...containerColumns<StatefulSet>(({ spec }) => spec?.template),
  ],
  status: statusSubresource<StatefulSet>(validateStatus),
  scale: replicaScale,
};
