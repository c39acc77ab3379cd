/** ControllerRevisions: snapshots that StatefulSets and DaemonSets keep of their templates. */
import { controllerOf, fieldRequired, type DeepReadonly, type FieldError } from "@k8ts/api";
import type { ControllerRevision } from "@k8ts/api/apps/v1";
import { checkImmutable, checkNonnegative } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text, textOf } from "../printing/columns.ts";
import type { Strategy } from "../strategy.ts";

function controllerText(object: DeepReadonly<ControllerRevision>): string {
  const controller = controllerOf(object);
  if (!controller) return "<none>";
  const slash = controller.apiVersion.indexOf("/");
  const group = slash < 0 ? "" : `.${controller.apiVersion.slice(0, slash)}`;
  return `${controller.kind}${group}`.toLowerCase() + `/${controller.name}`;
}

/** ControllerRevisions. */
export const controllerRevision: Strategy<ControllerRevision> = {
  group: "apps",
  resource: "controllerrevisions",
  validate({ revision, data }) {
    const faults: FieldError[] = [];
    checkNonnegative(revision, "revision", faults);
    if (data === undefined || data === null) faults.push(fieldRequired("data", "data is mandatory"));
    else if (typeof data !== "object" || Array.isArray(data)) {
      faults.push(fieldRequired("data", "data must be a valid JSON object"));
    }
    return faults;
  },
  validateUpdate({ revision, data }, old) {
    const faults: FieldError[] = [];
    checkNonnegative(revision, "revision", faults);
    checkImmutable(data, old.data, "data", faults);
    return faults;
  },
  columns: [
    nameColumn,
    text("Controller", "Whose history this is part of.", controllerText),
    textOf("Revision", "Place in that history.", ({ revision }) => revision ?? 0),
    ageColumn,
  ],
};
