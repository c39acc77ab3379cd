import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBody, scheme } from "@k8ts/api";
import { yamlText } from "./yaml-text.ts";

/** What the server's own YAML reader makes of a text. */
function parse(text: string): unknown {
  const body = `{apiVersion: apps/v1, kind: ControllerRevision, revision: 1, data: {value: ${text}}}`;
  const { object } = decodeBody(Buffer.from(body), "application/yaml", undefined, scheme);
  return (object as unknown as { data: { value: unknown } }).data.value;
}

const values: Readonly<Record<string, unknown>> = {
  text: "atomic",
  "what bare text means to some": [
    "on",
    "y",
    "null",
    "~",
    "0o7",
    "1:30",
    "1e3",
    "2001-01-01",
    "",
    " a ",
    "- a",
    "a: b",
    "#",
  ],
  "letters that YAML does not print or folds": "\u0000\u0007\n\t\u007f\u0085\u009f\u2028\u2029\ufeff\uffff",
  "letters beyond the first plane": "é🚢",
  quotes: "\"'\\/",
  numbers: [0, -1, 1.5, 1e21, 5e-324, 2 ** 53],
  constants: [true, false, null],
  nesting: { "": [], a: {}, "b c": [[{ "x-y": null }]] },
  "keys too long for a plain colon": { a: 1, ["k".repeat(2000)]: { ["é\n".repeat(900)]: [2] }, z: 3 },
};

for (const [name, value] of Object.entries(values)) {
  test(`reads back as it was: ${name}`, () => assert.deepEqual(parse(yamlText(value)), value));
}

test("one line of printable letters", () => {
  assert.equal(yamlText({ group: "apps", kinds: ["A", 1] }), '{"group": "apps", "kinds": ["A", 1]}');
  for (const value of Object.values(values))
    assert.match(yamlText(value), /^[\u0020-\u007e\u00a0-\u2027\u202a-\ufefe]*$/);
});

test("what JSON leaves out is left out, and what is no text is replaced", () => {
  assert.equal(yamlText({ a: undefined, b: 1 }), '{"b": 1}');
  assert.equal(yamlText(undefined), "null");
  assert.equal(yamlText("a\ud800"), '"a\ufffd"');
});
