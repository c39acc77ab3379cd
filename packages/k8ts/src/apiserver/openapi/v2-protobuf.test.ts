import assert from "node:assert/strict";
import { test } from "node:test";
import { scheme } from "@k8ts/api";
import { documentV2 } from "./document-v2.ts";
import { encodeOpenApiV2 } from "./v2-protobuf.ts";
import { readMessage } from "./v2-reader-under-test.ts";

const reread = (document: object): unknown => readMessage("Document", encodeOpenApiV2(document));

test("bytes are those of the wire format", () => {
  const bytes = encodeOpenApiV2({ swagger: "2.0", host: "", info: { title: "é" }, paths: {} });
  // 1: "2.0"; 2: { 1: "é" }; 8: {}, as an empty message is there and an absent one is not. The zero of a string is not.
  assert.equal(Buffer.from(bytes).toString("hex"), "0a03322e3012040a02c3a94200");
  assert.equal(encodeOpenApiV2({}).length, 0);
});

test("the server's own document comes back as it was, in its order", () => {
  const document = documentV2(scheme, (type, field = "") => `“${type}” ${field}`);
  // What protobuf does not tell from an absent list.
  const expected = JSON.stringify(document, (key, value: unknown) =>
    key === "parameters" && Array.isArray(value) && value.length === 0 ? undefined : value,
  );
  const found = reread(document) as { paths: object; definitions: object };
  assert.deepEqual(found, JSON.parse(expected));
  const { paths, definitions } = document as { paths: object; definitions: object };
  assert.deepEqual(Object.keys(found.paths), Object.keys(paths));
  assert.deepEqual(Object.keys(found.definitions), Object.keys(definitions));
});

const named = (schema: object): object => ({ definitions: { A: schema } });
const operation = (fields: object): object => ({ paths: { "/a": { get: fields } } });

const cases: Readonly<Record<string, object>> = {
  "a schema's every field": named({
    $ref: "#/definitions/B",
    format: "int64",
    title: "t",
    description: "d",
    default: { a: [1, null, "x"] },
    multipleOf: 0.5,
    maximum: 1e300,
    exclusiveMaximum: true,
    minimum: -2.25,
    exclusiveMinimum: true,
    maxLength: 2 ** 40,
    minLength: 1,
    pattern: "^a$",
    maxItems: 3,
    minItems: 2,
    uniqueItems: true,
    maxProperties: 9,
    minProperties: 8,
    required: ["b", "a"],
    enum: ["on", 1, null, false, {}],
    additionalProperties: { type: "string" },
    type: ["string", "null"],
    items: { type: "integer" },
    allOf: [{ $ref: "#/definitions/B" }, {}],
    properties: { z: { type: "string" }, a: {}, "x-not-an-extension": { title: "t" }, constructor: {} },
    discriminator: "kind",
    readOnly: true,
    xml: { name: "n", namespace: "s", prefix: "p", attribute: true, wrapped: true, "x-a": 1 },
    externalDocs: { description: "d", url: "u", "x-a": 1 },
    example: "e",
    "x-kubernetes-group-version-kind": [{ group: "apps", kind: "Deployment", version: "v1" }],
    "x-kubernetes-preserve-unknown-fields": true,
  }),
  "many items": named({ items: [{ type: "string" }, { type: "integer" }] }),
  "additional properties forbidden": named({ additionalProperties: false }),
  "additional properties allowed": named({ additionalProperties: true }),
  "no properties": named({ type: "object", properties: {} }),
  "an extension and a default that are zeros": named({ default: "", "x-a": false, "x-b": null }),
  "about the API": {
    info: {
      title: "t",
      version: "v",
      description: "d",
      termsOfService: "s",
      contact: { name: "n", url: "u", email: "e", "x-a": "b" },
      license: { name: "n", url: "u", "x-a": "b" },
      "x-a": "b",
    },
    host: "h",
    basePath: "/b",
    schemes: ["https"],
    consumes: ["a/b"],
    produces: ["c/d"],
    tags: [{ name: "n", description: "d", externalDocs: { url: "u" }, "x-a": "b" }],
    externalDocs: { url: "u" },
    "x-a": { b: "c" },
  },
  "every method": {
    paths: {
      "x-a": "b",
      "/z": { $ref: "r" },
      "/a": Object.fromEntries(
        ["get", "put", "post", "delete", "options", "head", "patch"].map((name) => [name, { operationId: name }]),
      ),
    },
  },
  "an operation": operation({
    tags: ["a", "b"],
    summary: "s",
    description: "d",
    externalDocs: { url: "u" },
    operationId: "o",
    produces: ["p"],
    consumes: ["c"],
    schemes: ["https"],
    deprecated: true,
    security: [{ a: ["x", "y"], b: [] }],
    "x-kubernetes-action": "get",
  }),
  parameters: operation({
    parameters: [
      { name: "b", in: "body", description: "d", required: true, schema: { $ref: "#/definitions/B" }, "x-a": 1 },
      { name: "h", in: "header", type: "string", required: true, description: "d", "x-a": 1 },
      { name: "f", in: "formData", type: "string", allowEmptyValue: true, "x-a": 1 },
      { name: "q", in: "query", type: "array", items: { type: "string", enum: ["a"], "x-a": 1 }, uniqueItems: true },
      { name: "r", in: "query", type: "integer", default: 0, maximum: 5, minLength: 2, multipleOf: 2, pattern: "p" },
      { name: "p", in: "path", type: "string", required: true, enum: ["a", 1], multipleOf: 0.1, "x-a": 1 },
      { $ref: "#/parameters/n", description: "d" },
    ],
  }),
  responses: operation({
    responses: {
      "200": {
        description: "OK",
        schema: { type: "string" },
        headers: { "x-h": { type: "string", description: "d", multipleOf: 2, "x-a": 1 } },
        examples: { "application/json": { a: 1 } },
        "x-a": "b",
      },
      "404": { $ref: "#/responses/n" },
      default: { description: "a file", schema: { type: "file", title: "t", default: "", readOnly: true, example: 1 } },
      "x-a": "b",
    },
  }),
  "what is shared": {
    parameters: { n: { name: "q", in: "query", type: "string" } },
    responses: { n: { description: "d" } },
  },
  "security schemes": {
    securityDefinitions: {
      a: { type: "basic", description: "d", "x-a": 1 },
      b: { type: "apiKey", name: "n", in: "header", description: "d", "x-a": 1 },
      c: {
        type: "oauth2",
        flow: "implicit",
        scopes: { s: "t", e: "" },
        authorizationUrl: "u",
        description: "d",
        "x-a": 1,
      },
      d: { type: "oauth2", flow: "password", scopes: {}, tokenUrl: "u", description: "d", "x-a": 1 },
      e: { type: "oauth2", flow: "application", scopes: {}, tokenUrl: "u", description: "d", "x-a": 1 },
      f: {
        type: "oauth2",
        flow: "accessCode",
        scopes: {},
        authorizationUrl: "u",
        tokenUrl: "v",
        description: "d",
        "x-a": 1,
      },
    },
    security: [{ b: [] }],
  },
};

for (const [name, document] of Object.entries(cases)) {
  test(`comes back as it was: ${name}`, () => assert.deepEqual(reread(document), document));
}

test("what has no place in the messages is left out", () => {
  const found = reread({ definitions: { A: { nullable: true, type: "string", title: undefined, "x-a": undefined } } });
  assert.deepEqual(found, { definitions: { A: { type: "string" } } });
  assert.deepEqual(reread({ paths: { "no slash": {}, "/a": undefined } }), { paths: {} });
  assert.deepEqual(reread({ securityDefinitions: { a: { type: "none" } } }), { securityDefinitions: { a: {} } });
});

test("text that is no text is replaced: readers of protobuf refuse a document over one such letter", () => {
  assert.deepEqual(reread({ host: "a\ud800" }), { host: "a\ufffd" });
});
