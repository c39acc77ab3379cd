import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addQuantities,
  canonicalQuantity,
  compareQuantities,
  isQuantity,
  quantityFloat,
  quantityMilli,
  quantityOf,
  quantityValue,
  subtractQuantities,
} from "./quantity.ts";

const canonical: readonly [text: string, canonical: string, value: number, milli: number][] = [
  ["0", "0", 0, 0],
  ["0Ki", "0", 0, 0],
  ["0.0", "0", 0, 0],
  ["1", "1", 1, 1000],
  ["+5", "+5", 5, 5000],
  ["05", "05", 5, 5000],
  [".5", "500m", 1, 500],
  ["0.5", "500m", 1, 500],
  ["1.500", "1.500", 2, 1500],
  ["1.5", "1500m", 2, 1500],
  ["1000m", "1", 1, 1000],
  ["1001m", "1001m", 2, 1001],
  ["100m", "100m", 1, 100],
  ["-100m", "-100m", -1, -100],
  ["1000", "1k", 1000, 1_000_000],
  ["1024", "1024", 1024, 1_024_000],
  ["1500000", "1500k", 1_500_000, 1_500_000_000],
  ["1Ki", "1Ki", 1024, 1_024_000],
  ["1024Ki", "1Mi", 2 ** 20, 2 ** 20 * 1000],
  ["1536Ki", "1536Ki", 1536 * 1024, 1536 * 1024 * 1000],
  ["128Mi", "128Mi", 2 ** 27, 2 ** 27 * 1000],
  ["0.1Gi", "107374182400m", 107_374_183, 107_374_182_400],
  ["1.5Gi", "1536Mi", 1536 * 2 ** 20, 1536 * 2 ** 20 * 1000],
  ["-1.5Gi", "-1536Mi", -1536 * 2 ** 20, -1536 * 2 ** 20 * 1000],
  ["0.5Ki", "512", 512, 512_000],
  ["1e3", "1e3", 1000, 1_000_000],
  ["1E3", "1E3", 1000, 1_000_000],
  ["1e2", "100", 100, 100_000],
  ["1E", "1E", 1e18, 2 ** 63],
  ["100n", "100n", 1, 1],
  ["0.1n", "1n", 1, 1],
  ["1e-20", "1e-9", 1, 1],
  ["10000000000000Ei", "9223372036854775807", 2 ** 63, 2 ** 63],
];

test("quantities print canonically and round away from zero", () => {
  for (const [text, expected, value, milli] of canonical) {
    assert.equal(canonicalQuantity(text), expected, text);
    assert.equal(quantityValue(text), value, `value of ${text}`);
    assert.equal(quantityMilli(text), milli, `milli of ${text}`);
  }
});

test("the canonical form is stable", () => {
  for (const [text] of canonical) {
    const once = canonicalQuantity(text);
    assert.equal(canonicalQuantity(once), once, text);
    assert.equal(compareQuantities(text, once), 0, text);
  }
});

test("what is no quantity is refused in upstream's words", () => {
  const format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const suffix = "unable to parse quantity's suffix";
  const cases: [string, string][] = [
    ["", format],
    [" 1", format],
    ["1 ", format],
    ["--1", format],
    ["1.2.3", format],
    ["1x", format],
    ["0x10", format],
    ["NaN", format],
    ["1i", suffix],
    ["1mi", suffix],
    ["1eM", suffix],
    ["1e", suffix],
    ["1e99999999999999999999", suffix],
  ];
  for (const [text, message] of cases) {
    assert.equal(isQuantity(text), false, text);
    assert.throws(() => canonicalQuantity(text), { message }, text);
  }
});

test("absurd exponents and lengths cost nothing", () => {
  const before = performance.now();
  for (const text of ["1e999999999", "1e-999999999", "9".repeat(300), `0.${"0".repeat(300)}1`]) canonicalQuantity(text);
  assert.throws(() => canonicalQuantity("9".repeat(1_000_000)));
  assert.ok(performance.now() - before < 1000);
});

test("sums keep the first format, zero takes the other's", () => {
  assert.equal(addQuantities("1Gi", "512Mi"), "1536Mi");
  assert.equal(addQuantities("0", "512Mi"), "512Mi");
  assert.equal(addQuantities("500m", "1"), "1500m");
  assert.equal(subtractQuantities("1", "250m"), "750m");
  assert.equal(subtractQuantities("250m", "1"), "-750m");
  assert.equal(addQuantities("0.1", "0.2"), "300m");
});

test("comparison is by amount", () => {
  assert.equal(compareQuantities("1", "1000m"), 0);
  assert.equal(compareQuantities("1Ki", "1k"), 1);
  assert.equal(compareQuantities("1G", "1Gi"), -1);
  assert.equal(compareQuantities("-1", "1"), -1);
});

test("numbers become quantities and floats", () => {
  assert.equal(quantityOf(1500, -3), "1500m");
  assert.equal(quantityOf(2 ** 30, 0, "BinarySI"), "1Gi");
  assert.equal(quantityFloat("250m"), 0.25);
});
