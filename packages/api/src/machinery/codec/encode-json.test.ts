import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeJson } from "./encode-json.ts";

test("kind, apiVersion and metadata come first", () => {
  const cases: [unknown, string][] = [
    [
      { spec: 1, metadata: {}, apiVersion: "v1", kind: "Pod" },
      '{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":1}',
    ],
    [{ kind: "Pod", apiVersion: "v1", metadata: {} }, '{"kind":"Pod","apiVersion":"v1","metadata":{}}'],
    [
      { apiVersion: "v1", kind: "Pod", spec: 1, metadata: {} },
      '{"kind":"Pod","apiVersion":"v1","metadata":{},"spec":1}',
    ],
    [{ kind: "Pod", spec: 1, apiVersion: "v1" }, '{"kind":"Pod","apiVersion":"v1","spec":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [[1], "[1]"],
    ["x", '"x"'],
  ];
  for (const [value, expected] of cases) assert.equal(encodeJson(value).toString(), expected);
});
