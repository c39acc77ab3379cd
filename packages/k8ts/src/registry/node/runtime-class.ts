/** RuntimeClasses: what the store must know of them. */
import { fieldDuplicate, isDnsLabel, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { RuntimeClass } from "@k8ts/api/node/v1";
import { checkContainerResources } from "../core/pod-resources.ts";
import { checkTolerations } from "../core/pod-scheduling.ts";
import { roundResources } from "../core/resource-rounding.ts";
import { checkImmutable, checkRequiredFormat } from "../meta/field-checks.ts";
import { checkLabels } from "../meta/labels.ts";
import { ageColumn, nameColumn, text } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

function validate({ handler, overhead, scheduling }: DeepReadonly<RuntimeClass>): FieldError[] {
  const faults: FieldError[] = [];
  checkRequiredFormat(handler, isDnsLabel, "handler", faults);
  if (overhead) checkContainerResources({ limits: overhead.podFixed }, new Set(), "overhead", faults);
  if (!scheduling) return faults;
  checkLabels(scheduling.nodeSelector, "scheduling.nodeSelector", faults);
  checkTolerations(scheduling.tolerations, "scheduling.tolerations", faults);
  const seen = new Set<string>();
  scheduling.tolerations?.forEach((toleration, index) => {
    const { key, operator, value, effect } = toleration;
    const identity = JSON.stringify([key, operator, value, effect]);
    if (seen.has(identity)) faults.push(fieldDuplicate(`scheduling.tolerations[${index}]`, toleration));
    seen.add(identity);
  });
  return faults;
}

/** RuntimeClasses. */
export const runtimeClass: Strategy<RuntimeClass> = {
  group: "node.k8s.io",
  resource: "runtimeclasses",
  default: ({ overhead }) => roundResources(overhead?.podFixed),
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
  validate,
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutable(object.handler, old.handler, "handler", faults);
    return faults;
  },
  columns: [nameColumn, text("Handler", "The runtime's name for it.", ({ handler }) => handler ?? ""), ageColumn],
};
