/** PriorityClasses: what the store must know of them. */
import { fieldForbidden, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { PriorityClass } from "@k8ts/api/scheduling/v1";
import { checkImmutable, checkRequiredSupported } from "../meta/field-checks.ts";
import { ageColumn, flag, integer, nameColumn, text, wide } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

/** Highest priority that users may give; what is above is the system's. */
const highestUserPriority = 1_000_000_000;

/** The classes that every cluster has, for the pods it cannot do without. */
export const systemPriorityClasses: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

function systemFault({ metadata, value, globalDefault }: DeepReadonly<PriorityClass>): string | undefined {
  const name = metadata.name ?? "";
  const known = systemPriorityClasses[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validate(object: DeepReadonly<PriorityClass>): FieldError[] {
  const faults: FieldError[] = [];
  if (object.metadata.name?.startsWith("system-")) {
    const fault = systemFault(object);
    const reserved = "priority class names with 'system-' prefix are reserved for system use only. error:";
    if (fault) faults.push(fieldForbidden("metadata.name", `${reserved} ${fault}`));
  } else if ((object.value ?? 0) > highestUserPriority) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
    faults.push(fieldForbidden("value", detail));
  }
  if (object.preemptionPolicy !== undefined) {
    checkRequiredSupported(object.preemptionPolicy, ["PreemptLowerPriority", "Never"], "preemptionPolicy", faults);
  }
  return faults;
}

/** PriorityClasses. */
export const priorityClass: Strategy<PriorityClass> = {
  group: "scheduling.k8s.io",
  resource: "priorityclasses",
  generation: true,
  validate,
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    if (object.value !== old.value) faults.push(fieldForbidden("value", "may not be changed in an update."));
    checkImmutable(object.preemptionPolicy, old.preemptionPolicy, "preemptionPolicy", faults);
    return faults;
  },
  columns: [
    nameColumn,
    integer("Value", "Pods of a higher value go first.", ({ value }) => value),
    flag("Global-Default", "Whether pods without a class get this one.", ({ globalDefault }) => globalDefault),
    ageColumn,
    wide(
      text("PreemptionPolicy", "Whether its pods push others out.", ({ preemptionPolicy }) => preemptionPolicy ?? ""),
    ),
  ],
};
