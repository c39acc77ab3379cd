import assert from "node:assert/strict";
import { test } from "node:test";
import { humanDuration } from "./human-duration.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

for (const [milliseconds, expected] of [
  [0, "0s"],
  [second, "1s"],
  [119 * second, "119s"],
  [2 * minute, "2m"],
  [3 * minute + 5 * second, "3m5s"],
  [10 * minute + 5 * second, "10m"],
  [3 * hour + 2 * minute, "3h2m"],
  [8 * hour + 2 * minute, "8h"],
  [2 * day + 3 * hour, "2d3h"],
  [7 * day, "7d"],
  [5 * day + 3 * hour, "5d3h"],
  [9 * day + 3 * hour, "9d"],
  [3 * 365 * day + 20 * day, "3y20d"],
  [9 * 365 * day, "9y"],
] as const) {
  test(`${milliseconds} ms is ${expected}`, () => assert.equal(humanDuration(milliseconds), expected));
}
