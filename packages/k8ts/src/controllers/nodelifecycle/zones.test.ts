import assert from "node:assert/strict";
import { test } from "node:test";
import { rateOf, zoneState, Zones } from "./zones.ts";

test("a zone's state", () => {
  const cases: readonly [ready: number, others: number, state: string][] = [
    [0, 0, "Normal"],
    [3, 0, "Normal"],
    [0, 1, "FullDisruption"],
    [1, 2, "Normal"],
    [2, 3, "PartialDisruption"],
    [9, 10, "Normal"],
    [9, 11, "PartialDisruption"],
  ];
  for (const [ready, others, state] of cases) assert.equal(zoneState(ready, others), state, `${ready} ${others}`);
});

test("rates by state and size", () => {
  assert.equal(rateOf("Normal", 3), 0.1);
  assert.equal(rateOf("PartialDisruption", 50), 0);
  assert.equal(rateOf("PartialDisruption", 51), 0.01);
  assert.equal(rateOf("FullDisruption", 3), 0.1);
});

test("nodes take turns, ten seconds apart", () => {
  const zones = new Zones();
  for (let number = 0; number < 9; number++) zones.note(`r${number}`, "", true, true);
  zones.note("a", "", false, true);
  zones.note("b", "", false, true);
  assert.equal(zones.turn("a", 1000), 0);
  assert.equal(zones.turn("b", 1000), 10_000);
  zones.taken("a", 1000);
  assert.equal(zones.turn("b", 1000), 10_000);
  assert.equal(zones.turn("b", 11_000), 0);
});

test("a cluster without any ready node evicts nobody, until one is back", () => {
  const zones = new Zones();
  zones.note("a", "z1", true, true);
  zones.note("b", "z2", true, true);
  assert.equal(zones.note("a", "z1", false, true).entered, false);
  assert.equal(zones.turn("a", 0), 0, "the other zone lives");
  assert.equal(zones.note("b", "z2", false, true).entered, true);
  assert.equal(zones.turn("a", 0), undefined);
  const back = zones.note("b", "z2", true, true);
  assert.deepEqual(back, { entered: false, left: true, awakened: ["a"] });
  assert.equal(zones.turn("a", 0), 0);
});

test("an excluded node does not count", () => {
  const zones = new Zones();
  zones.note("a", "", true, true);
  zones.note("x", "", false, false);
  assert.equal(zones.note("a", "", false, true).entered, true);
});

test("a node that leaves or moves takes its count along", () => {
  const zones = new Zones();
  zones.note("a", "z1", true, true);
  zones.note("b", "z1", false, true);
  assert.equal(zones.forget("a").entered, true);
  assert.equal(zones.forget("b").left, true);
});
