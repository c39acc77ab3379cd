import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeFieldValue, parseFieldSelector } from "./field-selector.ts";

const fields = (name: string): string | undefined => ({ "metadata.name": "web", "status.phase": "Running" })[name];

test("terms are compared, unknown fields count as empty", () => {
  const cases: [string, boolean][] = [
    ["", true],
    ["metadata.name=web", true],
    ["metadata.name==web,status.phase!=Failed", true],
    ["metadata.name!=web", false],
    ["spec.nodeName=", true],
    ["spec.nodeName!=", false],
    [",metadata.name=web,", true],
  ];
  for (const [text, expected] of cases) assert.equal(parseFieldSelector(text).matches(fields), expected, text);
  assert.equal(parseFieldSelector("a=1,metadata.name=web").exact("metadata.name"), "web");
  assert.equal(parseFieldSelector("metadata.name!=web").exact("metadata.name"), undefined);
});

test("values are escaped and unescaped", () => {
  const value = "a,b=c\\d";
  const selector = parseFieldSelector(`x=${escapeFieldValue(value)}`);
  assert.equal(selector.requirements[0]?.value, value);
  assert.equal(selector.toString(), String.raw`x=a\,b\=c\\d`);
});

test("malformed text is refused in upstream's words", () => {
  const cases: [string, string][] = [
    ["abc", "invalid selector: 'abc'; can't understand 'abc'"],
    ["a=b,c", "invalid selector: 'a=b,c'; can't understand 'c'"],
    [String.raw`a=\x`, String.raw`invalid field selector: invalid escape sequence: \x`],
    ["a=b=c", "invalid field selector: unescaped character in value: 61"],
  ];
  for (const [text, message] of cases) assert.throws(() => parseFieldSelector(text), { message }, text);
});
