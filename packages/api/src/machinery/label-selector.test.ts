import assert from "node:assert/strict";
import { test } from "node:test";
import { labelSelectorMatcher, matchLabelsMatcher, parseLabelSelector, selectorText } from "./label-selector.ts";

const labels = { app: "web", tier: "front", empty: "", size: "10" };

test("text selectors match", () => {
  const cases: [string, boolean][] = [
    ["", true],
    ["app=web", true],
    ["app==web", true],
    ["app=db", false],
    ["app!=db", true],
    ["gone!=x", true],
    ["app in (db, web)", true],
    ["app notin (db,web)", false],
    ["gone notin (a)", true],
    ["app", true],
    ["gone", false],
    ["!gone", true],
    ["!app", false],
    ["empty=", true],
    ["empty in ()", true],
    ["gone=", false],
    ["size>9", true],
    ["size<10", false],
    ["app>1", false],
    ["app=web,tier=front", true],
    ["app=web,tier=back", false],
    ["in=x", false],
  ];
  for (const [text, expected] of cases) assert.equal(parseLabelSelector(text).matches(labels), expected, text);
  assert.equal(parseLabelSelector("constructor").matches({}), false);
  assert.equal(parseLabelSelector("app").matches(undefined), false);
});

test("a selector's text is sorted and parses to itself", () => {
  const text = parseLabelSelector(" tier!=x ,app in (b, a),!z, y").toString();
  assert.equal(text, "app in (a,b),tier!=x,y,!z");
  assert.equal(parseLabelSelector(text).toString(), text);
});

test("malformed text is refused in upstream's words", () => {
  const cases: [string, string][] = [
    ["a in b", "unable to parse requirement: found 'b' expected: '('"],
    ["a=b=c", "found '=', expected: ',' or 'end of string'"],
    [",", "found ',', expected: !, identifier, or 'end of string'"],
    ["a,,b", "found ',', expected: identifier after ','"],
    ["!", "unable to parse requirement: found '', expected: identifier"],
    ["x in (a b)", "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ["a!b", "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    [
      "size>big",
      `unable to parse requirement: values[0]: Invalid value: "big": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
  ];
  for (const [text, message] of cases) assert.throws(() => parseLabelSelector(text), { message }, text);
  assert.throws(() => parseLabelSelector("a=_-"), /values\[0\]\[a\]: Invalid value: "_-": a valid label must be/);
});

test("object selectors: none matches nothing, an empty one everything", () => {
  assert.equal(labelSelectorMatcher(undefined).matches(labels), false);
  assert.equal(labelSelectorMatcher({}).matches(undefined), true);
  const selector = {
    matchLabels: { app: "web" },
    matchExpressions: [
      { key: "tier", operator: "In", values: ["front", "back"] },
      { key: "gone", operator: "DoesNotExist" },
    ],
  };
  assert.equal(labelSelectorMatcher(selector).matches(labels), true);
  assert.equal(selectorText(selector), "app=web,!gone,tier in (back,front)");
  assert.throws(() => labelSelectorMatcher({ matchExpressions: [{ key: "a", operator: "Like" }] }), {
    message: '"Like" is not a valid label selector operator',
  });
  assert.throws(
    () => labelSelectorMatcher({ matchExpressions: [{ key: "a", operator: "In" }] }),
    /values set can't be empty/,
  );
});

test("plain maps match as equalities", () => {
  assert.equal(matchLabelsMatcher({ app: "web" }).matches(labels), true);
  assert.equal(matchLabelsMatcher({}).empty, true);
  assert.equal(matchLabelsMatcher(undefined).matches({}), true);
});
