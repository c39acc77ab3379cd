import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isConfigMapKey,
  isDns1035Label,
  isDnsLabel,
  isDnsSubdomain,
  isEnvVarName,
  isLabelValue,
  isPathSegmentName,
  isPercent,
  isPortName,
  isPortNumber,
  isQualifiedName,
  isRelaxedEnvVarName,
  isWildcardDnsSubdomain,
  maskTrailingDash,
} from "./names.ts";

type Rule = (value: string) => string[];

const rules: readonly [name: string, rule: Rule, good: string[], bad: string[]][] = [
  ["label", isDnsLabel, ["a", "a-1", "1a"], ["", "A", "-a", "a-", "a.b", "a_b", "x".repeat(64), "a\n"]],
  ["subdomain", isDnsSubdomain, ["a", "a.b", "1.2"], ["", ".a", "a..b", "A", "a_b", "x".repeat(254)]],
  ["1035", isDns1035Label, ["a", "a1"], ["1a", "a.b", ""]],
  ["wildcard", isWildcardDnsSubdomain, ["*.a"], ["a", "*", "*.*.a"]],
  ["qualified", isQualifiedName, ["a", "A_b.c", "x.io/a"], ["", "/a", "a/", "a/b/c", "-a", "X.io/a", "a".repeat(64)]],
  ["label value", isLabelValue, ["", "a", "A.b_c-d"], ["-", "a b", "x".repeat(64), "é"]],
  ["config key", isConfigMapKey, ["a", ".a", "__proto__"], ["", ".", "..", "..a", "a/b"]],
  ["env", isEnvVarName, ["A", "_a.b-c"], ["1", "A=B", "..a"]],
  ["relaxed env", isRelaxedEnvVarName, ["1", "a b", "ü".normalize("NFD")[0] as string], ["", "A=B", "ü"]],
  ["port", isPortName, ["http", "a-1"], ["", "80", "-a", "a--b", "HTTP", "a".repeat(16)]],
  ["percent", isPercent, ["0%", "100%"], ["%", "1", "-1%", "1.5%"]],
  ["path segment", isPathSegmentName, ["a:b", "..."], [".", "..", "a/b", "a%b"]],
];

test("names are taken and refused", () => {
  for (const [name, rule, good, bad] of rules) {
    for (const value of good) assert.deepEqual(rule(value), [], `${name} ${value}`);
    for (const value of bad) assert.notEqual(rule(value).length, 0, `${name} ${value}`);
  }
  assert.deepEqual(isPortNumber(0), ["must be between 1 and 65535, inclusive"]);
});

test("faults are in upstream's words", () => {
  assert.deepEqual(isDnsLabel("A"), [
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
  ]);
  assert.deepEqual(isDnsLabel("a.b"), ["must not contain dots"]);
  assert.deepEqual(isDnsLabel("x".repeat(64)), ["must be no more than 63 characters"]);
  assert.deepEqual(isQualifiedName("/a"), ["prefix part must be non-empty"]);
  assert.deepEqual(isLabelValue("x".repeat(64)), ["must be no more than 63 bytes"]);
});

test("hostile names are judged fast", () => {
  const before = performance.now();
  isDnsSubdomain(`${"a-".repeat(500_000)}!`);
  isQualifiedName("a".repeat(1_000_000));
  assert.ok(performance.now() - before < 1000);
});

test("a generateName's dash stands for what follows", () => {
  assert.equal(maskTrailingDash("web-"), "wea");
  assert.equal(maskTrailingDash("-"), "-");
});
