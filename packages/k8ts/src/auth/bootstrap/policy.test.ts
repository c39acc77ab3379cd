import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleAllows } from "../rbac/rules.ts";
import { bootstrapPolicy, nodeRules } from "./policy.ts";
import { parsePolicy } from "./policy-table.ts";

const role = (name: string) => bootstrapPolicy().clusterRoles.find(({ metadata }) => metadata.name === name)!;

const may = (name: string, verb: string, group: string, resource: string): boolean =>
  (role(name).rules ?? []).some((rule) =>
    ruleAllows(rule, {
      user: { name: "", groups: [] },
      verb,
      resourceRequest: true,
      path: "",
      group,
      version: "v1",
      resource: resource.split("/")[0]!,
      subresource: resource.split("/")[1] ?? "",
      namespace: "",
      name: "",
    }),
  );

test("aggregated roles have what they gather, in layers", () => {
  assert.ok(may("view", "get", "apps", "deployments"));
  assert.ok(!may("view", "create", "apps", "deployments"));
  assert.ok(!may("view", "get", "", "secrets"));
  assert.ok(may("edit", "get", "apps", "deployments"), "edit gathers view");
  assert.ok(may("edit", "create", "apps", "deployments"));
  assert.ok(!may("edit", "create", "rbac.authorization.k8s.io", "roles"));
  assert.ok(may("admin", "create", "rbac.authorization.k8s.io", "roles"));
  assert.ok(may("admin", "create", "apps", "deployments"), "admin gathers edit");
});

test("components have their roles, and controllers are bound to their accounts", () => {
  assert.ok(may("system:kube-scheduler", "create", "", "pods/binding"));
  assert.ok(may("system:controller:replicaset-controller", "create", "", "pods"));
  const bound = bootstrapPolicy().clusterRoleBindings.find(
    ({ metadata }) => metadata.name === "system:controller:replicaset-controller",
  );
  assert.deepEqual(bound?.subjects, [
    { kind: "ServiceAccount", name: "replicaset-controller", namespace: "kube-system" },
  ]);
  assert.ok(nodeRules().length > 10);
});

test("every role is bound to by name correctly, and updates itself", () => {
  const { clusterRoles, clusterRoleBindings, roles, roleBindings } = bootstrapPolicy();
  const names = new Set(clusterRoles.map(({ metadata }) => metadata.name));
  for (const { roleRef } of clusterRoleBindings) assert.ok(names.has(roleRef.name), roleRef.name);
  const local = new Set(roles.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`));
  for (const { roleRef, metadata } of roleBindings) assert.ok(local.has(`${metadata.namespace}/${roleRef.name}`));
  for (const { metadata } of [...clusterRoles, ...roles]) {
    assert.equal(metadata.annotations?.["rbac.authorization.kubernetes.io/autoupdate"], "true");
    assert.equal(metadata.labels?.["kubernetes.io/bootstrapping"], "rbac-defaults");
  }
});

test("the table's notation", () => {
  const { clusterRoles, roleBindings } = parsePolicy(
    "role a gather\n get,list core,apps pods,deployments x\n get @ /x,/y/*\nrole b from=gather\nbinding ns/c Role/d user:u,group:g,serviceaccount:n/s",
  );
  assert.deepEqual(clusterRoles[0]?.rules, [
    { verbs: ["get", "list"], apiGroups: ["", "apps"], resources: ["pods", "deployments"], resourceNames: ["x"] },
    { verbs: ["get"], nonResourceURLs: ["/x", "/y/*"] },
  ]);
  assert.deepEqual(clusterRoles[1]?.rules, clusterRoles[0]?.rules);
  assert.deepEqual(roleBindings[0]?.roleRef, { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "d" });
  assert.deepEqual(
    roleBindings[0]?.subjects?.map(({ kind }) => kind),
    ["User", "Group", "ServiceAccount"],
  );
});
