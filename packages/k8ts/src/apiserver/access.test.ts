import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isForbidden } from "@k8ts/api";
import { pods } from "@k8ts/api/core/v1";
import type { Transport } from "@k8ts/client";
import { systemGroups } from "../auth/index.ts";
import { call, caughtUp, core, startServerForPods, type ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServerForPods();
  t = under.transport;
});
after(() => under.stop());

test("who may: access reviews, RBAC, impersonation", async () => {
  const alice = { name: "alice", groups: [systemGroups.authenticated] };
  const asAlice = under.server.inProcess(alice);
  const forbidden = await call(asAlice, "GET", `${core}/pods`);
  assert.equal(forbidden.status, 403);
  assert.equal(
    forbidden.json.message,
    'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "default"',
  );
  await assert.rejects(asAlice.request({ verb: "list", resource: pods, namespace: "default" }), isForbidden);
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name: "reader" },
    rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
  };
  assert.equal((await call(t, "POST", `${rbac}/namespaces/default/roles`, role)).status, 201);
  const binding = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "alice" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "alice" }],
  };
  assert.equal((await call(t, "POST", `${rbac}/namespaces/default/rolebindings`, binding)).status, 201);
  await caughtUp();
  assert.equal((await call(asAlice, "GET", `${core}/pods`)).status, 200);
  assert.equal((await call(asAlice, "GET", "/api/v1/pods")).status, 403);
  const impersonated = await call(t, "GET", "/api/v1/pods", undefined, { "impersonate-user": "alice" });
  assert.equal(impersonated.status, 403);
  const presuming = await call(asAlice, "GET", `${core}/pods`, undefined, { "impersonate-user": "bob" });
  assert.equal(
    presuming.json.message,
    'users "bob" is forbidden: User "alice" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
  const review = await call(asAlice, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { namespace: "default", verb: "list", resource: "pods" } },
  });
  assert.equal(review.json.status.allowed, true);
  assert.match(review.json.status.reason, /^RBAC: allowed by RoleBinding "alice\/default" of Role "reader"/);
});

test("nobody grants what they do not hold", async () => {
  const rbac = "/apis/rbac.authorization.k8s.io/v1";
  const rule = {
    apiGroups: ["rbac.authorization.k8s.io"],
    resources: ["clusterroles", "clusterrolebindings"],
    verbs: ["*"],
  };
  const editor = {
    kind: "ClusterRole",
    apiVersion: "rbac.authorization.k8s.io/v1",
    metadata: { name: "role-editor" },
    rules: [{ ...rule, verbs: ["create", "update", "patch", "get"] }],
  };
  await call(t, "POST", `${rbac}/clusterroles`, editor);
  await call(t, "POST", `${rbac}/clusterrolebindings`, {
    kind: "ClusterRoleBinding",
    apiVersion: "rbac.authorization.k8s.io/v1",
    metadata: { name: "mallory" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "role-editor" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "mallory" }],
  });
  await caughtUp();
  const mallory = under.server.inProcess({ name: "mallory", groups: [systemGroups.authenticated] });
  const greedy = await call(mallory, "POST", `${rbac}/clusterroles`, {
    ...editor,
    metadata: { name: "greedy" },
    rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] }],
  });
  assert.equal(greedy.status, 403);
  assert.equal(
    greedy.json.message,
    'clusterroles.rbac.authorization.k8s.io "greedy" is forbidden: user "mallory" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:\n{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}',
  );
  const self = await call(mallory, "POST", `${rbac}/clusterrolebindings`, {
    kind: "ClusterRoleBinding",
    apiVersion: "rbac.authorization.k8s.io/v1",
    metadata: { name: "root" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "mallory" }],
  });
  assert.equal(self.status, 403);
  const own = await call(mallory, "POST", `${rbac}/clusterroles`, { ...editor, metadata: { name: "same" } });
  assert.equal(own.status, 201, own.text);
});
