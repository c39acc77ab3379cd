import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { pods } from "@k8ts/api/core/v1";
import { deployments } from "@k8ts/api/apps/v1";
import type { Transport } from "@k8ts/client";
import { call, core, deployment, merge, startServerForPods, type ServerUnderTest } from "../server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServerForPods();
  t = under.transport;
});
after(() => under.stop());

test("scale reads and writes replicas, on GET, PUT and PATCH", async () => {
  await t.request({ verb: "create", resource: deployments, namespace: "default", body: deployment("web") });
  const path = "/apis/apps/v1/namespaces/default/deployments/web/scale";
  const { json: scale } = await call(t, "GET", path);
  assert.deepEqual(
    [scale.kind, scale.apiVersion, scale.spec.replicas, scale.status.selector],
    ["Scale", "autoscaling/v1", 3, "app=web"],
  );
  const put = await call(t, "PUT", path, { ...scale, spec: { replicas: 5 } });
  assert.equal(put.json.spec.replicas, 5);
  const stale = await call(t, "PUT", path, { ...scale, spec: { replicas: 6 } });
  assert.equal(stale.status, 409);
  const patched = await call(t, "PATCH", path, { spec: { replicas: 1 } }, merge);
  assert.equal(patched.json.spec.replicas, 1);
  const negative = await call(t, "PATCH", path, { spec: { replicas: -1 } }, merge);
  assert.equal(negative.status, 422);
  const object = await t.request({ verb: "get", resource: deployments, namespace: "default", name: "web" });
  assert.equal((object as unknown as { spec: { replicas: number } }).spec.replicas, 1);
});

const pod = (name: string, labels: Record<string, string> = {}): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels },
  spec: { containers: [{ name: "c", image: "nginx" }] },
});

test("binding gives a pod its node, once", async () => {
  await t.request({ verb: "create", resource: pods, namespace: "default", body: pod("bound") });
  const binding = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name: "bound", annotations: { x: "y" } },
    target: { kind: "Node", name: "n1" },
  };
  const first = await call(t, "POST", `${core}/pods/bound/binding`, binding);
  assert.deepEqual([first.status, first.json.status], [201, "Success"]);
  const { json } = await call(t, "GET", `${core}/pods/bound`);
  assert.equal(json.spec.nodeName, "n1");
  assert.equal(json.metadata.annotations.x, "y");
  assert.equal(json.status.conditions.find(({ type }: { type: string }) => type === "PodScheduled").status, "True");
  const again = await call(t, "POST", `${core}/pods/bound/binding`, binding);
  assert.equal(again.status, 409);
  assert.equal(
    again.json.message,
    'Operation cannot be fulfilled on pods/binding "bound": pod bound is already assigned to node "n1"',
  );
  const nobody = await call(t, "POST", `${core}/bindings`, { ...binding, target: {} });
  assert.equal(nobody.status, 422);
});

test("eviction respects a budget and says why not", async () => {
  const labels = { app: "guarded" };
  await t.request({ verb: "create", resource: pods, namespace: "default", body: pod("guarded", labels) });
  await call(t, "POST", `${core}/pods/guarded/binding`, {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name: "guarded" },
    target: { name: "n1" },
  });
  const ready = { status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] } };
  await call(t, "PATCH", `${core}/pods/guarded/status`, ready, merge);
  const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
  await call(t, "POST", budgets, {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "budget" },
    spec: { minAvailable: 1, selector: { matchLabels: labels } },
  });
  const status = {
    observedGeneration: 1,
    disruptionsAllowed: 0,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
  };
  await call(t, "PATCH", `${budgets}/budget/status`, { status }, merge);
  const eviction = { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: "guarded" } };
  const refused = await call(t, "POST", `${core}/pods/guarded/eviction`, eviction);
  assert.equal(refused.status, 429);
  assert.equal(refused.json.message, "Cannot evict pod as it would violate the pod's disruption budget.");
  assert.equal(
    refused.json.details.causes[0].message,
    "The disruption budget budget needs 1 healthy pods and has 1 currently",
  );
  await call(t, "PATCH", `${budgets}/budget/status`, { status: { disruptionsAllowed: 1 } }, merge);
  const allowed = await call(t, "POST", `${core}/pods/guarded/eviction`, eviction);
  assert.equal(allowed.status, 201, allowed.text);
  const { json: budget } = await call(t, "GET", `${budgets}/budget`);
  assert.equal(budget.status.disruptionsAllowed, 0);
  assert.ok(budget.status.disruptedPods.guarded);
  const { json: going } = await call(t, "GET", `${core}/pods/guarded`);
  assert.ok(going.metadata.deletionTimestamp);
  assert.ok(going.status.conditions.some(({ type }: { type: string }) => type === "DisruptionTarget"));
});

test("tokens are issued, reviewed, and die with their account", async () => {
  await call(t, "POST", `${core}/serviceaccounts`, {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "robot" },
  });
  const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 600 } };
  const issued = await call(t, "POST", `${core}/serviceaccounts/robot/token`, request);
  assert.equal(issued.status, 201, issued.text);
  const { token } = issued.json.status;
  const review = (): Promise<{ json: { status: Record<string, never> } }> =>
    call(t, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", {
      apiVersion: "authentication.k8s.io/v1",
      kind: "TokenReview",
      spec: { token },
    });
  const good = (await review()).json.status as unknown as {
    authenticated: boolean;
    user: { username: string; groups: string[] };
  };
  assert.equal(good.authenticated, true);
  assert.equal(good.user.username, "system:serviceaccount:default:robot");
  assert.ok(good.user.groups.includes("system:serviceaccounts:default"));
  const short = await call(t, "POST", `${core}/serviceaccounts/robot/token`, {
    ...request,
    spec: { expirationSeconds: 5 },
  });
  assert.match(
    short.json.message,
    /spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes/,
  );
  await call(t, "DELETE", `${core}/serviceaccounts/robot`);
  const dead = (await review()).json.status as unknown as { authenticated?: boolean; error: string };
  assert.equal(dead.authenticated, undefined);
  assert.match(dead.error, /not found/);
});
