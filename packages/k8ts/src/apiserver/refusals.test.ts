import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Transport } from "@k8ts/client";
import { call, configMap, core, merge, startServer, type ServerUnderTest } from "./server-under-test.ts";

let under: ServerUnderTest;
let t: Transport;
before(async () => {
  under = await startServer();
  t = under.transport;
});
after(() => under.stop());

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
