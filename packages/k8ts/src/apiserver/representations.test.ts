import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { decodeProtobuf, encodeProtobuf, scheme } from "@k8ts/api";
import type { Transport } from "@k8ts/client";
import { call, configMap, core, startServer, type ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServer();
  t = under.transport;
});
after(() => under.stop());

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
