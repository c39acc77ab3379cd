import assert from "node:assert/strict";
import { test } from "node:test";
import { formatMicroTime, formatTime, parseTime } from "./time.ts";

test("times are read in any zone and printed in UTC", () => {
  const cases: [string, string][] = [
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z"],
    ["2026-01-02T03:04:05.999Z", "2026-01-02T03:04:05Z"],
    ["2026-01-02T03:04:05+02:30", "2026-01-02T00:34:05Z"],
    ["2024-02-29T00:00:00-01:00", "2024-02-29T01:00:00Z"],
    ["0099-01-01T00:00:00Z", "0099-01-01T00:00:00Z"],
    ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"],
  ];
  for (const [text, expected] of cases) assert.equal(formatTime(parseTime(text)), expected, text);
});

test("microseconds survive", () => {
  for (const text of ["2026-01-02T03:04:05.678901Z", "2026-12-31T23:59:59.999999Z", "2026-01-02T03:04:05.000001Z"]) {
    assert.equal(formatMicroTime(parseTime(text)), text);
  }
  assert.equal(formatMicroTime(0), "1970-01-01T00:00:00.000000Z");
});

test("what is no time is NaN", () => {
  const bad = ["", "x", "2026-01-02", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-02T24:00:00Z"];
  for (const text of [...bad, "2026-01-02 03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T03:04:05+25:00", undefined]) {
    assert.ok(Number.isNaN(parseTime(text)), String(text));
  }
});
