/** Rules of what steers scheduling: affinity, tolerations, topology spread, gates. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  Affinity,
  NodeAffinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinity,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
} from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import { checkFormat, checkPositive } from "../meta/field-checks.ts";
import { checkLabelSelector } from "../meta/labels.ts";
import type { PodRules } from "./pod-rules.ts";

type In<T> = DeepReadonly<T>;

/** What taints do, in the order messages list them. */
export const taintEffects: readonly string[] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

const required = "requiredDuringSchedulingIgnoredDuringExecution";
const preferred = "preferredDuringSchedulingIgnoredDuringExecution";

/** A pod's affinity. */
export function checkAffinity(
  affinity: In<Affinity> | undefined,
  rules: PodRules,
  path: string,
  faults: FieldError[],
): void {
  if (affinity?.nodeAffinity) checkNodeAffinity(affinity.nodeAffinity, rules, `${path}.nodeAffinity`, faults);
  if (affinity?.podAffinity) checkPodAffinity(affinity.podAffinity, rules, `${path}.podAffinity`, faults);
  if (affinity?.podAntiAffinity) checkPodAffinity(affinity.podAntiAffinity, rules, `${path}.podAntiAffinity`, faults);
}

function checkNodeAffinity(affinity: In<NodeAffinity>, rules: PodRules, path: string, faults: FieldError[]): void {
  const selector = affinity[required];
  if (selector) checkNodeSelector(selector, rules.allowInvalidNodeAffinityValues, `${path}.${required}`, faults);
  affinity[preferred]?.forEach((term, index) => {
    const at = `${path}.${preferred}[${index}]`;
    checkWeight(term.weight, at, faults);
    checkNodeSelectorTerm(term.preference, true, `${at}.preference`, faults);
  });
}

function checkWeight(weight: number, path: string, faults: FieldError[]): void {
  if (!(weight > 0 && weight <= 100)) {
    faults.push(fieldInvalid(`${path}.weight`, weight ?? 0, "must be in the range 1-100"));
  }
}

/** Which nodes: at least one term. */
export function checkNodeSelector(
  selector: In<NodeSelector>,
  allowInvalidValues: boolean,
  path: string,
  faults: FieldError[],
): void {
  const terms = selector.nodeSelectorTerms ?? [];
  if (terms.length === 0) {
    faults.push(fieldRequired(`${path}.nodeSelectorTerms`, "must have at least one node selector term"));
  }
  terms.forEach((term, index) =>
    checkNodeSelectorTerm(term, allowInvalidValues, `${path}.nodeSelectorTerms[${index}]`, faults),
  );
}

function checkNodeSelectorTerm(
  term: In<NodeSelectorTerm>,
  allowInvalidValues: boolean,
  path: string,
  faults: FieldError[],
): void {
  term?.matchExpressions?.forEach((expression, index) =>
    checkExpression(expression, allowInvalidValues, `${path}.matchExpressions[${index}]`, faults),
  );
  term?.matchFields?.forEach((field, index) => checkFieldExpression(field, `${path}.matchFields[${index}]`, faults));
}

function checkExpression(
  { key, operator, values = [] }: In<NodeSelectorRequirement>,
  allowInvalidValues: boolean,
  path: string,
  faults: FieldError[],
): void {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        faults.push(fieldRequired(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        faults.push(fieldForbidden(`${path}.values`, detail));
      }
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) {
        faults.push(fieldRequired(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      faults.push(fieldInvalid(`${path}.operator`, operator ?? "", "not a valid selector operator"));
  }
  checkFormat(key ?? "", isQualifiedName, `${path}.key`, faults);
  if (allowInvalidValues) return;
  values.forEach((value, index) => checkFormat(value, isLabelValue, `${path}.values[${index}]`, faults));
}

function checkFieldExpression(
  { key, operator, values = [] }: In<NodeSelectorRequirement>,
  path: string,
  faults: FieldError[],
): void {
  if (operator === "In" || operator === "NotIn") {
    if (values.length !== 1) {
      const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
      faults.push(fieldRequired(`${path}.values`, detail));
    }
  } else faults.push(fieldInvalid(`${path}.operator`, operator ?? "", "not a valid selector operator"));
  if (key === "metadata.name") {
    values.forEach((value, index) => checkFormat(value, isDnsSubdomain, `${path}.values[${index}]`, faults));
  } else faults.push(fieldInvalid(`${path}.key`, key ?? "", "not a valid field selector key"));
}

function checkPodAffinity(affinity: In<PodAffinity>, rules: PodRules, path: string, faults: FieldError[]): void {
  affinity[required]?.forEach((term, index) => checkAffinityTerm(term, rules, `${path}.${required}[${index}]`, faults));
  affinity[preferred]?.forEach((weighted, index) => {
    const at = `${path}.${preferred}[${index}]`;
    checkWeight(weighted.weight, at, faults);
    checkAffinityTerm(weighted.podAffinityTerm, rules, `${at}.podAffinityTerm`, faults);
  });
}

function checkAffinityTerm(term: In<PodAffinityTerm>, rules: PodRules, path: string, faults: FieldError[]): void {
  const selectorRules = { allowInvalidValues: rules.allowInvalidSelectorValues };
  checkLabelSelector(term?.labelSelector, `${path}.labelSelector`, faults, selectorRules);
  checkLabelSelector(term?.namespaceSelector, `${path}.namespaceSelector`, faults, selectorRules);
  for (const name of term?.namespaces ?? []) checkFormat(name, isDnsLabel, `${path}.namespace`, faults);
  checkMatchLabelKeys(path, term?.matchLabelKeys, term?.mismatchLabelKeys, term?.labelSelector, faults);
  if (!term?.topologyKey) faults.push(fieldRequired(`${path}.topologyKey`, "can not be empty"));
  checkFormat(term?.topologyKey ?? "", isQualifiedName, `${path}.topologyKey`, faults);
}

/** Keys whose values the server adds to the selector: they need one, and may not be in it twice. */
function checkMatchLabelKeys(
  path: string,
  match: readonly string[] = [],
  mismatch: readonly string[] = [],
  selector: In<LabelSelector> | undefined,
  faults: FieldError[],
): void {
  checkLabelKeys(match, selector, `${path}.matchLabelKeys`, faults);
  checkLabelKeys(mismatch, selector, `${path}.mismatchLabelKeys`, faults);
  const inSelector = new Set(Object.keys(selector?.matchLabels ?? {}));
  for (const { key } of selector?.matchExpressions ?? []) {
    if (match.includes(key) && inSelector.has(key)) {
      faults.push(
        fieldInvalid(`${path}[${match.lastIndexOf(key)}]`, key, "exists in both matchLabelKeys and labelSelector"),
      );
    }
    inSelector.add(key);
  }
  match.forEach((key, index) => {
    if (!mismatch.includes(key)) return;
    const detail = "exists in both matchLabelKeys and mismatchLabelKeys";
    faults.push(fieldInvalid(`${path}.matchLabelKeys[${index}]`, key, detail));
  });
}

function checkLabelKeys(
  keys: readonly string[],
  selector: In<LabelSelector> | undefined,
  path: string,
  faults: FieldError[],
): void {
  if (keys.length === 0) return;
  if (!selector) faults.push(fieldForbidden(path, "must not be specified when labelSelector is not set"));
  else keys.forEach((key, index) => checkFormat(key, isQualifiedName, `${path}[${index}]`, faults));
}

/** A pod's tolerations. */
export function checkTolerations(
  tolerations: readonly In<Toleration>[] | undefined,
  path: string,
  faults: FieldError[],
): void {
  tolerations?.forEach((toleration, index) => checkToleration(toleration, `${path}[${index}]`, faults));
}

function checkToleration(toleration: In<Toleration>, path: string, faults: FieldError[]): void {
  const { key, operator, value, effect } = toleration;
  if (key) checkFormat(key, isQualifiedName, `${path}.key`, faults);
  else if (operator !== "Exists") {
    const detail = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    faults.push(fieldInvalid(`${path}.operator`, operator ?? "", detail));
  }
  if (toleration.tolerationSeconds !== undefined && effect !== "NoExecute") {
    const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    faults.push(fieldInvalid(`${path}.effect`, effect ?? "", detail));
  }
  checkTolerationOperator(operator, value ?? "", path, faults);
  if (effect && !taintEffects.includes(effect)) faults.push(fieldNotSupported(`${path}.effect`, effect, taintEffects));
}

function checkTolerationOperator(
  operator: string | undefined,
  value: string,
  path: string,
  faults: FieldError[],
): void {
  switch (operator) {
    case undefined:
    case "":
    case "Equal": {
      const details = isLabelValue(value);
      if (details.length > 0) faults.push(fieldInvalid(`${path}.operator`, value, details.join(";")));
      return;
    }
    case "Exists":
      if (value)
        faults.push(fieldInvalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
      return;
    case "Lt":
    case "Gt":
      faults.push(fieldNotSupported(`${path}.operator`, operator, ["Equal", "Exists", "Lt", "Gt"]));
      return;
    default:
      faults.push(fieldNotSupported(`${path}.operator`, operator, ["Equal", "Exists"]));
  }
}

/** How a pod's peers spread over topologies. */
export function checkTopologySpread(
  constraints: readonly In<TopologySpreadConstraint>[] | undefined,
  rules: PodRules,
  path: string,
  faults: FieldError[],
): void {
  constraints?.forEach((constraint, index) => {
    const at = `${path}[${index}]`;
    checkPositive(constraint.maxSkew ?? 0, `${at}.maxSkew`, faults);
    if (!constraint.topologyKey) faults.push(fieldRequired(`${at}.topologyKey`, "can not be empty"));
    const actions = ["DoNotSchedule", "ScheduleAnyway"];
    const { whenUnsatisfiable } = constraint;
    if (!actions.includes(whenUnsatisfiable)) {
      faults.push(fieldNotSupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? "", actions));
    }
    const repeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === constraint.topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) {
      const pair = `{${constraint.topologyKey}, ${whenUnsatisfiable}}`;
      faults.push(fieldDuplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair));
    }
    checkSpreadDetails(constraint, at, faults);
    if (!rules.allowInvalidSpreadSelectors) checkLabelSelector(constraint.labelSelector, `${at}.labelSelector`, faults);
  });
}

function checkSpreadDetails(constraint: In<TopologySpreadConstraint>, path: string, faults: FieldError[]): void {
  const { minDomains, whenUnsatisfiable } = constraint;
  if (minDomains !== undefined) {
    checkPositive(minDomains, `${path}.minDomains`, faults);
    if (whenUnsatisfiable !== "DoNotSchedule") {
      const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
      faults.push(fieldInvalid(`${path}.minDomains`, minDomains, detail));
    }
  }
  for (const field of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const) {
    const policy = constraint[field];
    if (policy === undefined || policy === "Honor" || policy === "Ignore") continue;
    faults.push(fieldNotSupported(`${path}.${field}`, policy, ["Honor", "Ignore"]));
  }
  checkMatchLabelKeys(path, constraint.matchLabelKeys, undefined, constraint.labelSelector, faults);
}

/** Gates that hold back scheduling: qualified names, each once. */
export function checkSchedulingGates(
  gates: readonly { readonly name: string }[] | undefined,
  path: string,
  faults: FieldError[],
): void {
  const seen = new Set<string>();
  gates?.forEach(({ name }, index) => {
    checkFormat(name ?? "", isQualifiedName, `${path}[${index}]`, faults);
    if (seen.has(name)) faults.push(fieldDuplicate(`${path}[${index}]`, name));
    seen.add(name);
  });
}
