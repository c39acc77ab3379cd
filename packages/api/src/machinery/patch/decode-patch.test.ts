import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubernetesObject } from "../meta.ts";
import { scheme } from "../scheme.ts";
import { decodePatch, patchObject } from "./decode-patch.ts";

const json = "application/json-patch+json";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";
const struct = scheme.struct("apps.v1.Deployment");
const current = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { replicas: 1 },
} as unknown as KubernetesObject;

const decode = (text: string, type: string, validation?: "Strict" | "Warn" | "Ignore") =>
  decodePatch(new TextEncoder().encode(text), type, validation);

test("malformed patches are refused in upstream's words", () => {
  const cases: [string, string, string][] = [
    ["{", merge, "error decoding patch: unexpected end of JSON input"],
    ["[]", merge, "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}"],
    ["[1", strategic, "unexpected end of JSON input"],
    ["7", strategic, "json: cannot unmarshal number into Go value of type map[string]interface {}"],
  ];
  for (const [text, type, message] of cases) assert.throws(() => decode(text, type), { code: 400, message }, text);
  assert.throws(() => decode("{}", "application/json"), {
    code: 415,
    message: `the body of the request was in an unknown format - accepted media types include: ${json}, ${merge}, ${strategic}`,
  });
});

test("each kind of patch applies, and leaves the object alone", () => {
  const before = JSON.stringify(current);
  const cases: [string, string][] = [
    [json, '[{"op":"replace","path":"/spec/replicas","value":3}]'],
    [merge, '{"spec":{"replicas":3}}'],
    [strategic, '{"spec":{"replicas":3}}'],
  ];
  for (const [type, text] of cases) {
    const { object, warnings } = patchObject(scheme, struct, current, decode(text, type));
    assert.equal((object as unknown as { spec: { replicas: number } }).spec.replicas, 3, type);
    assert.deepEqual(warnings, []);
    assert.equal(JSON.stringify(current), before);
  }
});

test("unknown and duplicate fields warn, or refuse", () => {
  const patch = '{"spec":{"bogus":1,"replicas":2,"replicas":3}}';
  const problems = ['duplicate field "spec.replicas"', 'unknown field "spec.bogus"'];
  assert.deepEqual(patchObject(scheme, struct, current, decode(patch, merge)).warnings, problems);
  assert.deepEqual(patchObject(scheme, struct, current, decode(patch, merge, "Ignore"), "Ignore").warnings, []);
  assert.throws(
    () => patchObject(scheme, struct, current, decode('{"spec":{"bogus":1}}', strategic, "Strict"), "Strict"),
    {
      code: 422,
      message:
        ' "" is invalid: patch: Invalid value: "map[spec:map[bogus:1]]": strict decoding error: unknown field "spec.bogus"',
    },
  );
  const operation = '[{"op":"test","path":"/kind","value":"Deployment","extra":1}]';
  assert.deepEqual(decode(operation, json).problems, ['json patch unknown field "[0].extra"']);
});

test("a result that is no such object is invalid", () => {
  assert.throws(() => patchObject(scheme, struct, current, decode('{"spec":{"replicas":"many"}}', merge)), {
    code: 422,
    message: /json: cannot unmarshal string into Go struct field DeploymentSpec\.spec\.replicas of type int32$/,
  });
  assert.throws(() => patchObject(scheme, struct, current, decode('[{"op":"replace","path":"","value":[]}]', json)), {
    code: 422,
  });
});
