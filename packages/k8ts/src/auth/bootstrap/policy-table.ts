/**
 * Reads the tables of bootstrap roles:
 *
 *     role NAME label… [from=label]       a ClusterRole; NAMESPACE/NAME: a Role. Labels say which aggregates it feeds,
 *                                         `from=` which labels it gathers.
 *      verbs groups resources [names]     a rule ("core" is the core group)
 *      verbs @ paths                      a rule for paths that are no resource
 *     binding NAME ROLE subject,…         a binding; Role/ROLE for a role of the same namespace
 */
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from "@k8ts/api/rbac/v1";

const apiGroup = "rbac.authorization.k8s.io";
const apiVersion = `${apiGroup}/v1`;
const labelPrefix = "rbac.authorization.k8s.io/";

/** The objects of a table. */
export interface PolicyObjects {
  readonly clusterRoles: ClusterRole[];
  readonly roles: Role[];
  readonly clusterRoleBindings: ClusterRoleBinding[];
  readonly roleBindings: RoleBinding[];
}

interface Metadata {
  name: string;
  namespace?: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

function metadataOf(fullName: string, labels: readonly string[] = []): Metadata {
  const slash = fullName.indexOf("/");
  const metadata: Metadata = {
    name: fullName.slice(slash + 1),
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults" },
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  };
  if (slash >= 0) metadata.namespace = fullName.slice(0, slash);
  for (const label of labels) metadata.labels[labelPrefix + label] = "true";
  return metadata;
}

function ruleOf(line: string): PolicyRule {
  const [verbs = "", groups = "", resources = "", names] = line.trim().split(" ");
  const list = (text: string): string[] => text.split(",");
  if (groups === "@") return { verbs: list(verbs), nonResourceURLs: list(resources) };
  return {
    verbs: list(verbs),
    apiGroups: list(groups).map((group) => (group === "core" ? "" : group)),
    resources: list(resources),
    ...(names && { resourceNames: list(names) }),
  };
}

function subjectOf(text: string): Subject {
  const at = text.indexOf(":");
  const name = text.slice(at + 1);
  if (text.startsWith("serviceaccount:")) {
    const [namespace = "", account = ""] = name.split("/");
    return { kind: "ServiceAccount", name: account, namespace };
  }
  return { apiGroup, kind: text.startsWith("group:") ? "Group" : "User", name };
}

function bindingOf(line: string): ClusterRoleBinding | RoleBinding {
  const [, fullName = "", role = "", subjects = ""] = line.split(" ");
  const metadata = metadataOf(fullName);
  const local = role.startsWith("Role/");
  return {
    apiVersion,
    kind: metadata.namespace ? "RoleBinding" : "ClusterRoleBinding",
    metadata,
    roleRef: { apiGroup, kind: local ? "Role" : "ClusterRole", name: local ? role.slice(5) : role },
    ...(subjects !== "" && { subjects: subjects.split(",").map(subjectOf) }),
  } as ClusterRoleBinding | RoleBinding;
}

function roleOf(line: string): ClusterRole | Role {
  const [, fullName = "", ...words] = line.split(" ");
  const from = words.filter((word) => word.startsWith("from=")).map((word) => labelPrefix + word.slice(5));
  const metadata = metadataOf(
    fullName,
    words.filter((word) => !word.startsWith("from=")),
  );
  const selectors = from.map((label) => ({ matchLabels: { [label]: "true" } }));
  return {
    apiVersion,
    kind: metadata.namespace ? "Role" : "ClusterRole",
    metadata,
    ...(selectors.length > 0 && { aggregationRule: { clusterRoleSelectors: selectors } }),
    rules: [],
  } as unknown as ClusterRole | Role;
}

/** Reads tables. They are part of the program: a malformed line is a programming error. */
export function parsePolicy(...tables: readonly string[]): PolicyObjects {
  const objects: PolicyObjects = { clusterRoles: [], roles: [], clusterRoleBindings: [], roleBindings: [] };
  let rules: PolicyRule[] = [];
  for (const line of tables.flatMap((table) => table.split("\n"))) {
    if (line === "") continue;
    if (line.startsWith(" ")) rules.push(ruleOf(line));
    else if (line.startsWith("role ")) {
      const role = roleOf(line);
      rules = role.rules ??= [];
      if (role.kind === "Role") objects.roles.push(role as Role);
      else objects.clusterRoles.push(role as ClusterRole);
    } else {
      const binding = bindingOf(line);
      if (binding.kind === "RoleBinding") objects.roleBindings.push(binding as RoleBinding);
      else objects.clusterRoleBindings.push(binding as ClusterRoleBinding);
    }
  }
  gatherRules(objects.clusterRoles);
  return objects;
}

/** Fills aggregated roles, as the aggregation controller would once it runs. Roles may gather from one another. */
function gatherRules(roles: readonly ClusterRole[]): void {
  const labelled = (label: string): ClusterRole[] =>
    roles.filter(({ metadata }) => metadata.labels?.[label] === "true");
  const gathered = (role: ClusterRole): PolicyRule[] => {
    const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
    if (selectors.length === 0) return role.rules ?? [];
    const sources = selectors.flatMap(({ matchLabels }) => Object.keys(matchLabels ?? {}).flatMap(labelled));
    const known = new Map(sources.flatMap(gathered).map((rule) => [JSON.stringify(rule), rule]));
    return [...known.values()];
  };
  for (const role of roles) if (role.aggregationRule) role.rules = gathered(role);
}
