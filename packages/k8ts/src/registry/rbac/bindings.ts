/** RoleBindings and ClusterRoleBindings: what the store must know of them. */
import {
  deepEqual,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsSubdomain,
  isPathSegmentName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { ClusterRoleBinding, RoleBinding, Subject } from "@k8ts/api/rbac/v1";
import { checkFormat, checkRequiredFormat } from "../meta/field-checks.ts";
import { ageColumn, nameColumn, text, wide } from "../printing/columns.ts";
import type { Column, Strategy } from "../strategy.ts";

type Binding = RoleBinding | ClusterRoleBinding;
type In<T> = DeepReadonly<T>;

const rbacGroup = "rbac.authorization.k8s.io";

function defaults({ subjects }: Binding): void {
  for (const subject of subjects ?? []) {
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= rbacGroup;
  }
}

function validateBinding({ roleRef, subjects }: In<Binding>, namespaced: boolean): FieldError[] {
  const faults: FieldError[] = [];
  const kinds = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  if (roleRef?.apiGroup !== rbacGroup) {
    faults.push(fieldNotSupported("roleRef.apiGroup", roleRef?.apiGroup ?? "", [rbacGroup]));
  }
  if (!kinds.includes(roleRef?.kind ?? "")) faults.push(fieldNotSupported("roleRef.kind", roleRef?.kind ?? "", kinds));
  checkRequiredFormat(roleRef?.name, isPathSegmentName, "roleRef.name", faults);
  subjects?.forEach((subject, index) => checkSubject(subject, namespaced, `subjects[${index}]`, faults));
  return faults;
}

function checkSubject(subject: In<Subject>, namespaced: boolean, path: string, faults: FieldError[]): void {
  const { name, kind, apiGroup, namespace } = subject;
  if (!name) faults.push(fieldRequired(`${path}.name`));
  switch (kind) {
    case "ServiceAccount":
      if (name) checkFormat(name, isDnsSubdomain, `${path}.name`, faults);
      if (apiGroup) faults.push(fieldNotSupported(`${path}.apiGroup`, apiGroup, [""]));
      if (!namespaced && !namespace) faults.push(fieldRequired(`${path}.namespace`));
      return;
    case "User":
    case "Group":
      if (apiGroup !== rbacGroup) faults.push(fieldNotSupported(`${path}.apiGroup`, apiGroup ?? "", [rbacGroup]));
      return;
    default:
      faults.push(fieldNotSupported(`${path}.kind`, kind ?? "", ["ServiceAccount", "User", "Group"]));
  }
}

function validateBindingUpdate(binding: In<Binding>, old: In<Binding>, namespaced: boolean): FieldError[] {
  const faults = validateBinding(binding, namespaced);
  if (!deepEqual(binding.roleRef, old.roleRef)) {
    faults.push(fieldInvalid("roleRef", binding.roleRef, "cannot change roleRef"));
  }
  return faults;
}

const subjectsOf = (binding: In<Binding>, kind: string): readonly In<Subject>[] =>
  (binding.subjects ?? []).filter((subject) => subject.kind === kind);

const columns: readonly Column<Binding>[] = [
  nameColumn,
  text("Role", "What is granted.", ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`),
  ageColumn,
  wide(
    text("Users", "Users it is granted to.", (binding) =>
      subjectsOf(binding, "User")
        .map(({ name }) => name)
        .join(", "),
    ),
  ),
  wide(
    text("Groups", "Groups it is granted to.", (binding) =>
      subjectsOf(binding, "Group")
        .map(({ name }) => name)
        .join(", "),
    ),
  ),
  wide(
    text("ServiceAccounts", "Service accounts it is granted to.", (binding) =>
      subjectsOf(binding, "ServiceAccount")
        .map(({ namespace, name }) => (namespace ? `${namespace}/${name}` : name))
        .join(", "),
    ),
  ),
];

/** RBAC objects may have any name that fits into a URL. */
const validateName = (name: string): string[] => isPathSegmentName(name);

/** RoleBindings. */
export const roleBinding: Strategy<RoleBinding> = {
  group: rbacGroup,
  resource: "rolebindings",
  default: defaults,
  allowCreateOnUpdate: true,
  validateName,
  validate: (object) => validateBinding(object, true),
  validateUpdate: (object, old) => validateBindingUpdate(object, old, true),
  columns,
};

/** ClusterRoleBindings. */
export const clusterRoleBinding: Strategy<ClusterRoleBinding> = {
  group: rbacGroup,
  resource: "clusterrolebindings",
  default: defaults,
  allowCreateOnUpdate: true,
  validateName,
  validate: (object) => validateBinding(object, false),
  validateUpdate: (object, old) => validateBindingUpdate(object, old, false),
  columns,
};
