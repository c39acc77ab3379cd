import assert from "node:assert/strict";
import { test } from "node:test";
import { cloneJson, deepEqual } from "./clone.ts";
import { findCondition, isConditionTrue, removeCondition, setCondition, type ConditionLike } from "./conditions.ts";
import { canonicalJson, fnv32a, podTemplateHash } from "./hash.ts";
import { scaledIntOrPercent } from "./intstr.ts";
import { controllerOf, isControlledBy, ownerReference } from "./owners.ts";

test("copies share nothing and keep hostile keys harmless", () => {
  const value = JSON.parse('{"a":[{"b":1}],"__proto__":{"polluted":true},"c":null}') as Record<string, unknown>;
  const copy = cloneJson(value);
  assert.deepEqual(Object.keys(copy), ["a", "__proto__", "c"]);
  assert.equal(JSON.stringify(copy), JSON.stringify(value));
  assert.notEqual(copy.a, value.a);
  assert.equal(({} as Record<string, unknown>).polluted, undefined);
  assert.deepEqual(Object.keys(cloneJson({ a: undefined, b: 1 })), ["b"]);
});

test("equality ignores undefined fields and nothing else", () => {
  assert.equal(deepEqual({ a: 1, b: undefined }, { a: 1 }), true);
  assert.equal(deepEqual({ a: 1 }, { a: 1, b: 2 }), false);
  assert.equal(deepEqual({ a: undefined }, { b: undefined }), true);
  assert.equal(deepEqual({ a: null }, {}), false);
  assert.equal(deepEqual([1, 2], [2, 1]), false);
  assert.equal(deepEqual([], {}), false);
  assert.equal(deepEqual({ toString: 1 }, {}), false);
});

test("lastTransitionTime moves only with the status", () => {
  const conditions: ConditionLike[] = [];
  assert.equal(setCondition(conditions, { type: "Ready", status: "False", reason: "A" }, 0), true);
  assert.equal(setCondition(conditions, { type: "Ready", status: "False", reason: "B" }, 5000), true);
  assert.equal(findCondition(conditions, "Ready")?.lastTransitionTime, "1970-01-01T00:00:00Z");
  assert.equal(setCondition(conditions, { type: "Ready", status: "True", reason: "B" }, 5000), true);
  assert.equal(findCondition(conditions, "Ready")?.lastTransitionTime, "1970-01-01T00:00:05Z");
  assert.equal(setCondition(conditions, { type: "Ready", status: "True", reason: "B" }, 9000), false);
  assert.equal(isConditionTrue(conditions, "Ready"), true);
  assert.equal(removeCondition(conditions, "Ready"), true);
  assert.equal(conditions.length, 0);
});

test("hashes do not depend on key order, and collisions give others", () => {
  assert.equal(fnv32a(""), 0x811c9dc5);
  assert.equal(fnv32a("a"), 0xe40c292c);
  assert.equal(podTemplateHash({ a: 1, b: { c: 2 } }), podTemplateHash({ b: { c: 2 }, a: 1, d: undefined }));
  assert.notEqual(podTemplateHash({ a: 1 }), podTemplateHash({ a: 2 }));
  assert.notEqual(podTemplateHash({ a: 1 }), podTemplateHash({ a: 1 }, 1));
  assert.match(podTemplateHash({ a: 1 }), /^[bcdfghjklmnpqrstvwxz2456789]+$/);
  assert.equal(canonicalJson({ b: [1, { d: null }], a: "x" }), '{"a":"x","b":[1,{}]}');
});

test("percentages scale and round as asked", () => {
  assert.equal(scaledIntOrPercent("25%", 3, true), 1);
  assert.equal(scaledIntOrPercent("25%", 3, false), 0);
  assert.equal(scaledIntOrPercent(2, 10, true), 2);
  assert.throws(() => scaledIntOrPercent("25", 3, true), {
    message: "invalid value for IntOrString: invalid type: string is not a percentage",
  });
  assert.throws(() => scaledIntOrPercent("x%", 3, true), {
    message: 'invalid value for IntOrString: invalid value "x%": strconv.Atoi: parsing "x": invalid syntax',
  });
});

test("owners are found by uid", () => {
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "web", uid: "1" } };
  const object = { metadata: { ownerReferences: [ownerReference(owner)] } };
  assert.deepEqual(controllerOf(object), {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    name: "web",
    uid: "1",
    controller: true,
    blockOwnerDeletion: true,
  });
  assert.equal(isControlledBy(object, owner), true);
  assert.equal(isControlledBy(object, { metadata: { uid: "2" } }), false);
  assert.equal(
    controllerOf({ metadata: { ownerReferences: [ownerReference(owner, { controller: false })] } }),
    undefined,
  );
});
