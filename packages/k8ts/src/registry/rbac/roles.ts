/** Roles and ClusterRoles: what the store must know of them. */
import {
  fieldInvalid,
  fieldRequired,
  isPathSegmentName,
  type DeepReadonly,
  type FieldError,
  type KubernetesObject,
} from "@k8ts/api";
import type { ClusterRole, PolicyRule, Role } from "@k8ts/api/rbac/v1";
import { checkLabelSelector } from "../meta/labels.ts";
import { nameColumn } from "../printing/columns.ts";
import type { Column, Strategy } from "../strategy.ts";

type In<T> = DeepReadonly<T>;

function checkRules(rules: readonly In<PolicyRule>[] | undefined, namespaced: boolean, faults: FieldError[]): void {
  rules?.forEach((rule, index) => checkRule(rule, namespaced, `rules[${index}]`, faults));
}

function checkRule(rule: In<PolicyRule>, namespaced: boolean, path: string, faults: FieldError[]): void {
  const { nonResourceURLs: urls = [] } = rule;
  if (!rule.verbs?.length) faults.push(fieldRequired(`${path}.verbs`, "verbs must contain at least one value"));
  if (urls.length > 0) {
    const at = `${path}.nonResourceURLs`;
    if (namespaced) faults.push(fieldInvalid(at, urls, "namespaced rules cannot apply to non-resource URLs"));
    if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
      faults.push(fieldInvalid(at, urls, "rules cannot apply to both regular resources and non-resource URLs"));
    }
    return;
  }
  if (!rule.apiGroups?.length) {
    faults.push(fieldRequired(`${path}.apiGroups`, "resource rules must supply at least one api group"));
  }
  if (!rule.resources?.length) {
    faults.push(fieldRequired(`${path}.resources`, "resource rules must supply at least one resource"));
  }
}

function validateClusterRole({ rules, aggregationRule }: In<ClusterRole>): FieldError[] {
  const faults: FieldError[] = [];
  checkRules(rules, false, faults);
  if (!aggregationRule) return faults;
  const path = "aggregationRule.clusterRoleSelectors";
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0) {
    const detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
    faults.push(fieldRequired(path, detail));
  }
  selectors.forEach((selector, index) => checkLabelSelector(selector, `${path}[${index}]`, faults));
  return faults;
}

/** RBAC objects may have any name that fits into a URL. */
const shared = {
  group: "rbac.authorization.k8s.io",
  allowCreateOnUpdate: true,
  validateName: (name: string): string[] => isPathSegmentName(name),
};

const createdAt: Column<KubernetesObject> = {
  name: "Created At",
  type: "date",
  description: "When the object was created.",
  cell: (object) => object.metadata.creationTimestamp ?? "",
};

/** Roles. */
export const role: Strategy<Role> = {
  ...shared,
  resource: "roles",
  validate({ rules }) {
    const faults: FieldError[] = [];
    checkRules(rules, true, faults);
    return faults;
  },
  columns: [nameColumn, createdAt],
};

/** ClusterRoles. */
export const clusterRole: Strategy<ClusterRole> = {
  ...shared,
  resource: "clusterroles",
  validate: validateClusterRole,
  columns: [nameColumn, createdAt],
};
