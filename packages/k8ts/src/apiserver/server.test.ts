import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeProtobuf, encodeProtobuf, isForbidden, scheme } from "@k8ts/api";
import { configMaps, pods, serviceAccounts } from "@k8ts/api/core/v1";
import { deployments } from "@k8ts/api/apps/v1";
import type { Transport } from "@k8ts/client";
import { systemGroups } from "../auth/index.ts";
import { call, startServer, type ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServer();
  t = under.transport;
  await t.request({
    verb: "create",
    resource: serviceAccounts,
    namespace: "default",
    body: { metadata: { name: "default" } },
  });
});
after(() => under.stop());

/** The authorizer follows roles through watches, which tell of a change within a turn of the event loop or two. */
async function caughtUp(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const core = "/api/v1/namespaces/default";
const configMap = (name: string, data: Record<string, unknown> = { a: "b" }): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data,
});
const deployment = (name: string): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
  },
});
const merge = { "content-type": "application/merge-patch+json" };
const strategic = { "content-type": "application/strategic-merge-patch+json" };
const jsonPatch = { "content-type": "application/json-patch+json" };

// method, path, body, headers, status, reason, message
type Refusal = readonly [string, string, unknown, Record<string, string>, number, string, string | RegExp];
const refusals: readonly Refusal[] = [
  ["GET", `${core}/configmaps/none`, undefined, {}, 404, "NotFound", 'configmaps "none" not found'],
  ["GET", `${core}/nothings`, undefined, {}, 404, "NotFound", "the server could not find the requested resource"],
  ["GET", `${core}/pods/x/nothing`, undefined, {}, 404, "NotFound", "the server could not find the requested resource"],
  [
    "GET",
    "/apis/apps/v9/deployments",
    undefined,
    {},
    404,
    "NotFound",
    "the server could not find the requested resource",
  ],
  [
    "POST",
    "/api/v1/configmaps",
    configMap("x"),
    {},
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
  ],
  [
    "PUT",
    `${core}/configmaps`,
    configMap("x"),
    {},
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
  ],
  ["POST", `${core}/configmaps`, '{"a', {}, 400, "BadRequest", /unexpected/],
  ["POST", `${core}/configmaps`, { ...configMap("x"), kind: "Secret" }, {}, 400, "BadRequest", /Secret/],
  ["POST", `${core}/configmaps`, { ...configMap("x"), apiVersion: "v2" }, {}, 400, "BadRequest", /v2/],
  [
    "POST",
    `${core}/configmaps`,
    configMap("x", { a: 1 }),
    {},
    400,
    "BadRequest",
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  ],
  [
    "POST",
    `${core}/configmaps?fieldValidation=Strict`,
    { ...configMap("x"), foo: 1 },
    {},
    400,
    "BadRequest",
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "foo"',
  ],
  [
    "POST",
    `${core}/configmaps`,
    { ...configMap("x"), metadata: { name: "x", namespace: "other" } },
    {},
    400,
    "BadRequest",
    "the namespace of the provided object does not match the namespace sent on the request",
  ],
  [
    "POST",
    `${core}/configmaps`,
    "x",
    { "content-type": "text/plain" },
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  ],
  [
    "POST",
    `${core}/configmaps`,
    "x".repeat(3 * 1024 * 1024 + 1),
    {},
    413,
    "RequestEntityTooLarge",
    "Request entity too large: limit is 3145728",
  ],
  [
    "PATCH",
    `${core}/configmaps/x`,
    {},
    { "content-type": "application/apply-patch+yaml" },
    415,
    "UnsupportedMediaType",
    "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json",
  ],
  ["PATCH", `${core}/configmaps/none`, {}, merge, 404, "NotFound", 'configmaps "none" not found'],
  [
    "GET",
    `${core}/configmaps`,
    undefined,
    { accept: "text/html" },
    406,
    "NotAcceptable",
    "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf",
  ],
  [
    "GET",
    `${core}/configmaps?limit=many`,
    undefined,
    {},
    400,
    "BadRequest",
    'strconv.ParseInt: parsing "many": invalid syntax',
  ],
  [
    "GET",
    `${core}/configmaps/none?export=true`,
    undefined,
    {},
    400,
    "BadRequest",
    "the export parameter, deprecated since v1.14, is no longer supported",
  ],
  [
    "GET",
    `${core}/configmaps?timeout=never`,
    undefined,
    {},
    400,
    "BadRequest",
    'invalid timeout specified in the request URL - time: invalid duration "never"',
  ],
  [
    "DELETE",
    `${core}/configmaps/none?propagationPolicy=Foo`,
    undefined,
    {},
    422,
    "Invalid",
    /propagationPolicy: Unsupported value: "Foo"/,
  ],
  ["GET", `${core}/pods/none/log`, undefined, {}, 404, "NotFound", 'pods "none" not found'],
  ["POST", `${core}/pods/none/exec?command=ls&stdout=1`, undefined, {}, 404, "NotFound", 'pods "none" not found'],
  [
    "POST",
    "/version",
    {},
    {},
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
  ],
];

for (const [method, path, body, headers, status, reason, message] of refusals) {
  test(`${method} ${path} is refused: ${reason}`, async () => {
    const answer = await call(t, method, path, body as object, headers);
    assert.equal(answer.status, status, answer.text.slice(0, 500));
    assert.equal(answer.json.reason, reason);
    assert.equal(answer.json.kind, "Status");
    if (typeof message === "string") assert.equal(answer.json.message, message);
    else assert.match(answer.json.message, message);
  });
}

test("an unknown path outside the API is no Status", async () => {
  const answer = await call(t, "GET", "/nope");
  assert.deepEqual([answer.status, answer.text], [404, "404 page not found\n"]);
});

test("every answer has an Audit-Id, the client's own where it gave one", async () => {
  const given = await call(t, "GET", "/version", undefined, { "audit-id": "mine" });
  assert.equal(given.headers["audit-id"], "mine");
  assert.match((await call(t, "GET", "/nope")).headers["audit-id"]!, /^[0-9a-f-]{36}$/);
});

test("create, read and list in JSON, YAML and protobuf", async () => {
  const created = await call(t, "POST", `${core}/configmaps`, configMap("formats"));
  assert.equal(created.status, 201);
  const got = await call(t, "GET", `${core}/configmaps/formats`);
  assert.deepEqual(got.json, created.json);
  assert.ok(got.text.endsWith("}\n"));
  const yaml = await call(t, "GET", `${core}/configmaps/formats`, undefined, { accept: "application/yaml" });
  assert.match(yaml.text, /^kind: ConfigMap$/m);
  assert.match(yaml.text, /^ {2}name: formats$/m);
  const accept = "application/vnd.kubernetes.protobuf";
  const raw = await t.raw({ method: "GET", path: `${core}/configmaps`, headers: { accept } });
  const list = decodeProtobuf(new Uint8Array(await new Response(raw.body).arrayBuffer()), scheme) as unknown as {
    kind: string;
    items: { metadata: { name: string } }[];
  };
  assert.equal(list.kind, "ConfigMapList");
  assert.ok(list.items.some(({ metadata }) => metadata.name === "formats"));
});

test("protobuf bodies are read, protobuf errors are written", async () => {
  const headers = {
    "content-type": "application/vnd.kubernetes.protobuf",
    accept: "application/vnd.kubernetes.protobuf",
  };
  const body = encodeProtobuf(configMap("from-protobuf") as never, scheme);
  const answer = await t.raw({ method: "POST", path: `${core}/configmaps`, headers, body });
  assert.equal(answer.status, 201);
  await answer.body.cancel();
  const again = await t.raw({ method: "POST", path: `${core}/configmaps`, headers, body });
  const status = decodeProtobuf(new Uint8Array(await new Response(again.body).arrayBuffer()), scheme) as unknown as {
    reason: string;
  };
  assert.equal(status.reason, "AlreadyExists");
});

test("lists are stored bytes between a head and a tail", async () => {
  const answer = await call(t, "GET", `${core}/configmaps?limit=1`);
  assert.ok(answer.text.startsWith('{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"'));
  assert.equal(answer.json.items.length, 1);
  assert.ok(answer.json.metadata.continue);
  assert.ok(answer.json.metadata.remainingItemCount >= 1);
});

test("Tables, for one object and for many, with as much of the object as asked", async () => {
  const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
  const one = await call(t, "GET", `${core}/configmaps/formats?includeObject=None`, undefined, { accept });
  assert.equal(one.json.kind, "Table");
  assert.equal(one.json.apiVersion, "meta.k8s.io/v1");
  assert.equal(one.json.columnDefinitions[0].name, "Name");
  assert.equal(one.json.rows[0].cells[0], "formats");
  assert.equal(one.json.rows[0].object, null);
  const many = await call(t, "GET", `${core}/configmaps`, undefined, { accept });
  assert.equal(many.json.rows[0].object.kind, "PartialObjectMetadata");
  const whole = await call(t, "GET", `${core}/configmaps?includeObject=Object`, undefined, { accept });
  assert.equal(whole.json.rows[0].object.kind, "ConfigMap");
  const wrong = await call(t, "GET", `${core}/configmaps?includeObject=All`, undefined, { accept });
  assert.equal(wrong.status, 400);
});

test("metadata alone", async () => {
  const accept = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";
  const one = await call(t, "GET", `${core}/configmaps/formats`, undefined, { accept });
  assert.deepEqual(Object.keys(one.json), ["kind", "apiVersion", "metadata"]);
  const list = await call(t, "GET", `${core}/configmaps`, undefined, { accept });
  assert.equal(list.status, 406);
});

test("unknown fields are warned of, and pruned", async () => {
  const answer = await call(t, "POST", `${core}/configmaps`, { ...configMap("warned"), foo: 1 });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers["warning"], '299 - "unknown field \\"foo\\""');
  assert.equal(answer.json.foo, undefined);
  const ignored = await call(t, "POST", `${core}/configmaps?fieldValidation=Ignore`, {
    ...configMap("ignored"),
    foo: 1,
  });
  assert.equal(ignored.headers["warning"], undefined);
});

test("dry runs change nothing", async () => {
  const answer = await call(t, "POST", `${core}/configmaps?dryRun=All`, configMap("dry"));
  assert.equal(answer.status, 201);
  assert.equal((await call(t, "GET", `${core}/configmaps/dry`)).status, 404);
});

test("updates are conditional on their resourceVersion", async () => {
  const { json } = await call(t, "POST", `${core}/configmaps`, configMap("update"));
  const next = await call(t, "PUT", `${core}/configmaps/update`, { ...json, data: { a: "c" } });
  assert.equal(next.status, 200);
  assert.equal(next.json.data.a, "c");
  const stale = await call(t, "PUT", `${core}/configmaps/update`, { ...json, data: { a: "d" } });
  assert.equal(stale.status, 409);
  assert.match(
    stale.json.message,
    /^Operation cannot be fulfilled on configmaps "update": the object has been modified/,
  );
  const named = await call(t, "PUT", `${core}/configmaps/other`, json);
  assert.equal(named.json.message, "the name of the object (update) does not match the name on the URL (other)");
});

test("patches of each type", async () => {
  await call(t, "POST", `${core}/configmaps`, configMap("patch"));
  const path = `${core}/configmaps/patch`;
  assert.equal((await call(t, "PATCH", path, { data: { b: "1" } }, merge)).json.data.b, "1");
  assert.equal((await call(t, "PATCH", path, { data: { b: null } }, strategic)).json.data.b, undefined);
  const added = await call(t, "PATCH", path, [{ op: "add", path: "/data/c", value: "x" }], jsonPatch);
  assert.equal(added.json.data.c, "x");
  const failed = await call(t, "PATCH", path, [{ op: "test", path: "/data/c", value: "y" }], jsonPatch);
  assert.deepEqual([failed.status, failed.json.reason], [422, "Invalid"]);
  const conflict = await call(t, "PATCH", path, { metadata: { resourceVersion: "1" } }, merge);
  assert.equal(conflict.status, 409);
  const strict = await call(t, "PATCH", `${path}?fieldValidation=Strict`, { foo: 1 }, strategic);
  assert.equal(
    strict.json.message,
    ' "" is invalid: patch: Invalid value: "map[foo:1]": strict decoding error: unknown field "foo"',
  );
  const twice = await call(t, "PATCH", path, '{"data":{"d":"1","d":"2"}}', merge);
  assert.deepEqual([twice.json.data.d, twice.headers["warning"]], ["2", '299 - "duplicate field \\"data.d\\""']);
  const deep = await call(t, "PATCH", path, `{"data":${"[".repeat(20_000)}`, merge);
  assert.deepEqual([deep.status, deep.json.message], [400, "error decoding patch: exceeded max depth"]);
  const broken = await call(t, "PATCH", path, '{"data"', strategic);
  assert.deepEqual([broken.status, broken.json.message], [400, "unexpected end of JSON input"]);
  const many = await call(
    t,
    "PATCH",
    path,
    Array.from({ length: 10_001 }, () => ({ op: "test", path: "", value: 1 })),
    jsonPatch,
  );
  assert.equal(many.status, 413);
});

test("concurrent patches without a resourceVersion all come through", async () => {
  await call(t, "POST", `${core}/configmaps`, configMap("race"));
  const patches = Array.from({ length: 20 }, (_, at) =>
    call(t, "PATCH", `${core}/configmaps/race`, { data: { [`k${at}`]: "x" } }, merge),
  );
  assert.ok((await Promise.all(patches)).every(({ status }) => status === 200));
  const { json } = await call(t, "GET", `${core}/configmaps/race`);
  assert.equal(Object.keys(json.data).length, 21);
});

test("a deletion answers with a Status, options come from query and body", async () => {
  await call(t, "POST", `${core}/configmaps`, configMap("gone"));
  const dry = await call(t, "DELETE", `${core}/configmaps/gone?dryRun=All`);
  assert.equal(dry.status, 200);
  const wrong = await call(t, "DELETE", `${core}/configmaps/gone`, {
    kind: "DeleteOptions",
    apiVersion: "v1",
    preconditions: { uid: "other" },
  });
  assert.equal(wrong.status, 409);
  const { status, json } = await call(t, "DELETE", `${core}/configmaps/gone`);
  assert.deepEqual(
    [status, json.kind, json.status, json.details.name, json.details.kind],
    [200, "Status", "Success", "gone", "configmaps"],
  );
});

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

test("health, version, discovery and OIDC answer", async () => {
  const ready = await call(t, "GET", "/readyz?verbose&exclude=etcd");
  assert.match(ready.text, /^\[\+\]ping ok\n\[\+\]etcd excluded: ok\n[^]*readyz check passed\n$/);
  assert.equal((await call(t, "GET", "/livez/ping")).text, "ok");
  assert.equal((await call(t, "GET", "/livez/none")).status, 404);
  assert.equal((await call(t, "GET", "/version")).json.gitVersion, "v1.36.2+k8ts");
  assert.equal((await call(t, "GET", "/api/v1")).json.kind, "APIResourceList");
  assert.ok((await call(t, "GET", "/openapi/v3")).json.paths["api/v1"]);
  assert.ok((await call(t, "GET", "/")).json.paths.includes("/apis/apps/v1"));
  const keys = await call(t, "GET", "/openid/v1/jwks");
  assert.equal(keys.json.keys[0].alg, "ES256");
  assert.equal(keys.json.keys[0].d, undefined, "the private key must stay private");
});

test("a watch that is refused is a Status, one that is accepted ends with the server's time", async () => {
  const refused = await call(t, "GET", `${core}/configmaps?watch=1&resourceVersion=nope`);
  assert.equal(refused.status, 400);
  const watched = await call(
    t,
    "GET",
    `${core}/configmaps?watch=1&fieldSelector=metadata.name%3Dformats&timeoutSeconds=1`,
  );
  const [first = ""] = watched.text.split("\n");
  assert.deepEqual([JSON.parse(first).type, JSON.parse(first).object.metadata.name], ["ADDED", "formats"]);
});

test("the objects that the in-process transport hands out are shared", async () => {
  const get = (): Promise<unknown> =>
    t.request({ verb: "get", resource: configMaps, namespace: "default", name: "formats" });
  assert.equal(await get(), await get());
});
