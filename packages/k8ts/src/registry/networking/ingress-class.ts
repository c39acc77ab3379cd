/** IngressClasses: what the store must know of them. */
import {
  fieldForbidden,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isDnsLabel,
  isDnsSubdomain,
  isPathSegmentName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { IngressClass } from "@k8ts/api/networking/v1";
import { checkDomainPrefixedPath } from "../meta/domain-path.ts";
import { checkFormat, checkImmutable, checkRequiredFormat } from "../meta/field-checks.ts";
import { ageColumn, nameWithDefault, text } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

function validate({ spec }: DeepReadonly<IngressClass>): FieldError[] {
  const faults: FieldError[] = [];
  const controller = spec?.controller ?? "";
  if (controller.length > 250) faults.push(fieldTooLong("spec.controller", 250));
  checkDomainPrefixedPath(controller, "spec.controller", faults);
  const parameters = spec?.parameters;
  if (!parameters) return faults;
  const path = "spec.parameters";
  if (parameters.apiGroup !== undefined) checkFormat(parameters.apiGroup, isDnsSubdomain, `${path}.apiGroup`, faults);
  checkRequiredFormat(parameters.kind, isPathSegmentName, `${path}.kind`, faults);
  checkRequiredFormat(parameters.name, isPathSegmentName, `${path}.name`, faults);
  const { scope, namespace } = parameters;
  if (scope === undefined) faults.push(fieldRequired(`${path}.scope`));
  else if (scope === "Namespace") {
    if (namespace === undefined)
      faults.push(fieldRequired(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'"));
    else checkFormat(namespace, isDnsLabel, `${path}.namespace`, faults);
  } else if (scope !== "Cluster") faults.push(fieldNotSupported(`${path}.scope`, scope, ["Cluster", "Namespace"]));
  else if (namespace !== undefined) {
    faults.push(fieldForbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'"));
  }
  return faults;
}

function parametersText({ spec }: DeepReadonly<IngressClass>): string {
  const parameters = spec?.parameters;
  if (!parameters) return "<none>";
  const group = parameters.apiGroup === undefined ? "" : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}

/** IngressClasses. */
export const ingressClass: Strategy<IngressClass> = {
  group: "networking.k8s.io",
  resource: "ingressclasses",
  default({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= "Cluster";
  },
  generation: true,
  validate,
  validateUpdate(object, old) {
    const faults: FieldError[] = [];
    checkImmutable(object.spec?.controller, old.spec?.controller, "spec.controller", faults);
    faults.push(...validate(object));
    return faults;
  },
  columns: [
    nameWithDefault<IngressClass>(
      ({ metadata }) => metadata.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
    ),
    text("Controller", "Who serves ingresses of the class.", ({ spec }) => spec?.controller ?? ""),
    text("Parameters", "An object with further settings.", parametersText),
    ageColumn,
  ],
};
