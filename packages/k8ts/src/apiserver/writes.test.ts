import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Transport } from "@k8ts/client";
import {
  call,
  configMap,
  core,
  jsonPatch,
  merge,
  startServer,
  strategic,
  type ServerUnderTest,
} from "./server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServer();
  t = under.transport;
});
after(() => under.stop());

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
