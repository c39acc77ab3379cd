import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { configMaps } from "@k8ts/api/core/v1";
import type { Transport } from "@k8ts/client";
import { call, configMap, core, startServer, type ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServer();
  t = under.transport;
  await call(t, "POST", `${core}/configmaps`, configMap("formats"));
});
after(() => under.stop());

test("every answer has an Audit-Id, the client's own where it gave one", async () => {
  const given = await call(t, "GET", "/version", undefined, { "audit-id": "mine" });
  assert.equal(given.headers["audit-id"], "mine");
  assert.match((await call(t, "GET", "/nope")).headers["audit-id"]!, /^[0-9a-f-]{36}$/);
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

test("storage is a component", async () => {
  const { items } = (await call(t, "GET", `/api/v1/componentstatuses`)).json;
  assert.deepEqual(items.at(-1).metadata.name, "etcd-0");
  assert.deepEqual(items.at(-1).conditions, [{ type: "Healthy", status: "True", message: "ok" }]);
});

test("health checks are counted", async () => {
  await call(t, "GET", "/livez?verbose");
  const { text } = await call(t, "GET", "/metrics/slis");
  assert.match(text, /^kubernetes_healthcheck\{name="ping",type="livez"\} 1$/m);
  assert.match(text, /^kubernetes_healthchecks_total\{name="ping",status="success",type="livez"\} \d+$/m);
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
