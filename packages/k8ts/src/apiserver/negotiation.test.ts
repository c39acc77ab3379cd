import assert from "node:assert/strict";
import { test } from "node:test";
import { isNotAcceptable } from "@k8ts/api";
import { errorMediaType, negotiate } from "./negotiation.ts";
import { Query } from "./query.ts";

const json = "application/json";
const protobuf = "application/vnd.kubernetes.protobuf";
const table = "application/json;as=Table;v=v1;g=meta.k8s.io";

// Accept, media type, conversion
const cases: readonly (readonly [string, string, string?])[] = [
  ["", json],
  ["*/*", json],
  ["application/*", json],
  [`${protobuf}, */*`, protobuf],
  [`${protobuf},application/json`, protobuf],
  ["application/json;q=0.5,application/yaml;q=0.9", "application/yaml"],
  ["text/html, application/json", json],
  [`${table},application/json`, json, "Table v1"],
  [`application/json;as=Table;v=v9;g=meta.k8s.io,${table}`, json, "Table v1"],
  [`${protobuf};as=Table;v=v1;g=meta.k8s.io,application/json`, json],
  [`${protobuf};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io`, protobuf, "PartialObjectMetadataList v1"],
  ["application/json;as=PartialObjectMetadata;v=v1beta1;g=meta.k8s.io", json, "PartialObjectMetadata v1beta1"],
  [`${protobuf};stream=watch`, protobuf],
  ["application/json;stream=other,application/yaml", "application/yaml"],
];

for (const [accept, mediaType, conversion] of cases) {
  test(`Accept: ${accept}`, () => {
    const found = negotiate({ accept }, undefined, true);
    assert.equal(found.mediaType, mediaType);
    assert.equal(found.conversion && `${found.conversion.kind} ${found.conversion.version}`, conversion);
  });
}

test("what is not produced is refused with what is", () => {
  assert.throws(() => negotiate({ accept: "text/html" }, undefined, true), isNotAcceptable);
  assert.throws(() => negotiate({ accept: table }, undefined, false), isNotAcceptable);
});

test("pretty for people, and for who asks", () => {
  const pretty = (headers: Record<string, string>, query = ""): boolean =>
    negotiate(headers, Query.parse(query), true).pretty;
  assert.ok(!pretty({ "user-agent": "kubectl/v1" }));
  assert.ok(pretty({ "user-agent": "curl/8" }));
  assert.ok(!pretty({ "user-agent": "curl/8" }, "pretty=false"));
  assert.ok(pretty({}, "pretty=1"));
  assert.ok(pretty({ accept: "application/json;pretty=1" }));
});

test("errors go out in what the client reads, else in JSON", () => {
  assert.equal(errorMediaType({ accept: `${protobuf}, */*` }), protobuf);
  assert.equal(errorMediaType({ accept: "text/html" }), json);
  assert.equal(errorMediaType({}), json);
});
