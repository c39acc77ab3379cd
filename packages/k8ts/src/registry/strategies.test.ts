import assert from "node:assert/strict";
import { test } from "node:test";
import { scheme } from "@k8ts/api";
import { allStrategies } from "./strategy-fixture.ts";

const keyOf = (one: { group: string; resource: string }): string => `${one.group}/${one.resource}`;

test("every resource has one strategy", () => {
  const wanted = new Set(scheme.resources().map(keyOf));
  const given = allStrategies.map(keyOf);
  assert.deepEqual(
    [...wanted].filter((key) => !given.includes(key)),
    [],
  );
  assert.equal(new Set(given).size, given.length);
});

test("no strategy is for a resource that does not exist", () => {
  const known = new Set(scheme.resources().map(keyOf));
  assert.deepEqual(
    allStrategies.map(keyOf).filter((key) => !known.has(key)),
    [],
  );
});

test("every kind starts its table with the name", () => {
  const other = allStrategies.filter(({ columns, resource }) => columns?.[0]?.name !== "Name" && resource !== "events");
  assert.deepEqual(other.map(keyOf), []);
});
