import assert from "node:assert/strict";
import { test } from "node:test";
import { isBadRequest, type StatusError } from "@k8ts/api";
import { deleteRequest, Query, writeOptions } from "./query.ts";
import { managerOfAgent } from "./exchange.ts";

test("parameters are decoded and keep their order", () => {
  const query = Query.parse("a=1&b=x%20y+z&a=2&flag&&=v");
  assert.deepEqual(query.all("a"), ["1", "2"]);
  assert.equal(query.first("b"), "x y z");
  assert.equal(query.first("flag"), "");
  assert.equal(query.boolean("flag"), true);
  assert.equal(query.boolean("none"), undefined);
  assert.throws(() => Query.parse("a=%zz"), isBadRequest);
});

test("integers are integers", () => {
  assert.equal(Query.parse("limit=5").integer("limit"), 5);
  assert.equal(Query.parse("limit=").integer("limit"), undefined);
  const message = (text: string): string => {
    try {
      Query.parse(`limit=${text}`).integer("limit");
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  assert.equal(message("5x"), 'strconv.ParseInt: parsing "5x": invalid syntax');
  assert.equal(message("9".repeat(30)), `strconv.ParseInt: parsing "${"9".repeat(30)}": value out of range`);
});

// query, options kind, patch type, message ("" for none)
const writes: readonly (readonly [string, "CreateOptions" | "PatchOptions", string?, string?])[] = [
  ["dryRun=All&fieldManager=me&fieldValidation=Strict", "CreateOptions"],
  ["dryRun=", "CreateOptions"],
  ["dryRun=no", "CreateOptions", undefined, 'dryRun: Unsupported value: ["no"]: supported values: "All"'],
  [
    `fieldManager=${"x".repeat(129)}`,
    "CreateOptions",
    undefined,
    "fieldManager: Too long: may not be more than 128 bytes",
  ],
  [
    "fieldManager=a%07b",
    "CreateOptions",
    undefined,
    'fieldManager: Invalid value: "a\\u0007b": invalid character U+0007 (at position 1)',
  ],
  [
    "fieldValidation=Maybe",
    "CreateOptions",
    undefined,
    'fieldValidation: Unsupported value: "Maybe": supported values: "", "Ignore", "Warn", "Strict"',
  ],
  [
    "force=true",
    "PatchOptions",
    "application/merge-patch+json",
    "force: Forbidden: may not be specified for non-apply patch",
  ],
  ["", "PatchOptions", "application/apply-patch+yaml", "fieldManager: Required value: is required for apply patch"],
];

for (const [query, kind, patchType, message] of writes) {
  test(`${kind} ${query || patchType}`, () => {
    const read = (): unknown => writeOptions(Query.parse(query), kind, patchType);
    if (message === undefined) {
      read();
      return;
    }
    assert.throws(read, (error: StatusError) => {
      assert.equal(error.message, `${kind}.meta.k8s.io "" is invalid: ${message}`);
      return error.code === 422;
    });
  });
}

test("DeleteOptions that contradict themselves are refused", () => {
  assert.deepEqual(deleteRequest({ dryRun: ["All"], gracePeriodSeconds: 3 }).dryRun, true);
  const both = { orphanDependents: true, propagationPolicy: "Orphan" };
  assert.throws(() => deleteRequest(both), /orphanDependents and deletionPropagation cannot be both set/);
  assert.throws(() => deleteRequest({ propagationPolicy: "x" }), /propagationPolicy: Unsupported value: "x"/);
});

test("the manager of a client that names none is its user agent's first word", () => {
  assert.equal(managerOfAgent("kubectl/v1.35.2 (linux/amd64)"), "kubectl");
  assert.equal(managerOfAgent("a\u0007b"), "ab");
  assert.equal(managerOfAgent("x".repeat(200)).length, 128);
});
