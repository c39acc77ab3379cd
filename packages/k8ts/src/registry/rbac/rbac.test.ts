import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KubernetesObject } from "@k8ts/api";
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  RoleRef,
  Subject,
} from "@k8ts/api/rbac/v1";
import { createFaults, defaulted, row, strategyOf, updateFaults } from "../strategy-fixture.ts";

const apiVersion = "rbac.authorization.k8s.io/v1";
const group = "rbac.authorization.k8s.io";
const roleRef: RoleRef = { apiGroup: group, kind: "Role", name: "reader" };
const jane = { kind: "User", name: "jane" };

const role = (kind: "Role" | "ClusterRole", rule: Partial<PolicyRule>): Role | ClusterRole => ({
  apiVersion,
  kind,
  metadata: { name: "reader" },
  rules: [{ verbs: ["get"], ...rule }],
});
const binding = (
  subjects: Partial<Subject>[],
  to: RoleRef = roleRef,
  kind: "RoleBinding" | "ClusterRoleBinding" = "RoleBinding",
): RoleBinding | ClusterRoleBinding => ({
  apiVersion,
  kind,
  metadata: { name: "readers" },
  roleRef: to,
  subjects: subjects as Subject[],
});

test("sound roles and bindings are taken, whatever fits into a URL being a name", () => {
  assert.deepEqual(createFaults(role("Role", { apiGroups: [""], resources: ["pods"] })), []);
  assert.deepEqual(createFaults(role("ClusterRole", { nonResourceURLs: ["/healthz"] })), []);
  assert.deepEqual(createFaults(binding([jane])), []);
  assert.deepEqual(strategyOf(binding([]) as KubernetesObject).validateName!("system:Readers", false), []);
  assert.notDeepEqual(strategyOf(binding([]) as KubernetesObject).validateName!("a/b", false), []);
});

test("users and groups are RBAC's own", () => {
  assert.equal(defaulted(binding([jane])).subjects?.[0]?.apiGroup, group);
});

describe("is refused:", () => {
  const account = { kind: "ServiceAccount", name: "default" };
  const cluster: RoleRef = { ...roleRef, kind: "ClusterRole" };
  const faulty: readonly [string, KubernetesObject, RegExp][] = [
    [
      "a rule without verbs",
      role("Role", { verbs: [] }),
      /^rules\[0\]\.verbs: Required value: verbs must contain at least/,
    ],
    [
      "URLs within a namespace",
      role("Role", { nonResourceURLs: ["/x"] }),
      /namespaced rules cannot apply to non-resource/,
    ],
    [
      "URLs and resources in one rule",
      role("ClusterRole", { nonResourceURLs: ["/x"], resources: ["pods"] }),
      /cannot apply to both regular resources and non-resource URLs$/,
    ],
    ["resources of no group", role("Role", { resources: ["pods"] }), /must supply at least one api group/],
    [
      "a Role for all namespaces",
      binding([], roleRef, "ClusterRoleBinding"),
      /^roleRef\.kind: Unsupported value: "Role"/,
    ],
    ["a role without a name", binding([], { ...roleRef, name: "" }), /^roleRef\.name: Required value/],
    [
      "an unknown kind of subject",
      binding([{ kind: "Robot", name: "r2" }]),
      /supported values: "ServiceAccount", "User", "Group"$/,
    ],
    [
      "a user of another group",
      binding([{ ...jane, apiGroup: "x" }]),
      /^subjects\[0\]\.apiGroup: Unsupported value: "x"/,
    ],
    [
      "an account of no namespace",
      binding([account], cluster, "ClusterRoleBinding"),
      /^subjects\[0\]\.namespace: Required/,
    ],
    [
      "aggregation of nothing",
      { ...role("ClusterRole", { nonResourceURLs: ["/x"] }), aggregationRule: {} } as ClusterRole,
      /at least one clusterRoleSelector required if aggregationRule is non-nil$/,
    ],
  ];
  for (const [name, object, fault] of faulty) test(name, () => assert.match(createFaults(object).join("; "), fault));
});

test("a binding may gain subjects, never another role", () => {
  assert.deepEqual(updateFaults(binding([jane]), binding([])), []);
  const other = binding([], { ...roleRef, name: "writer" });
  assert.match(updateFaults(other, binding([])).join(), /^roleRef: Invalid value: .*cannot change roleRef$/);
});

test("shows who is granted what", () => {
  const shown = row(binding([jane, { kind: "ServiceAccount", name: "bot", namespace: "ci" }]));
  assert.deepEqual([shown["Role"], shown["Users"], shown["ServiceAccounts"]], ["Role/reader", "jane", "ci/bot"]);
});
