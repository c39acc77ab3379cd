import assert from "node:assert/strict";
import { test } from "node:test";
import type { Attributes } from "../authorizer.ts";
import { compactText, ruleAllows, uncovered, type Rule } from "./rules.ts";

const asked = (verb: string, group: string, resource: string, more: Partial<Attributes> = {}): Attributes => ({
  user: { name: "u", groups: [] },
  verb,
  resourceRequest: true,
  path: "",
  group,
  version: "v1",
  resource,
  subresource: "",
  namespace: "",
  name: "",
  ...more,
});
const path = (verb: string, where: string): Attributes => asked(verb, "", "", { resourceRequest: false, path: where });

// rule, question, allowed
const cases: readonly (readonly [Rule, Attributes, boolean])[] = [
  [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }, asked("get", "", "pods"), true],
  [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }, asked("list", "", "pods"), false],
  [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }, asked("get", "apps", "pods"), false],
  [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }, asked("get", "", "pods", { subresource: "log" }), false],
  [
    { verbs: ["get"], apiGroups: [""], resources: ["pods/log"] },
    asked("get", "", "pods", { subresource: "log" }),
    true,
  ],
  [{ verbs: ["get"], apiGroups: [""], resources: ["*/log"] }, asked("get", "", "pods", { subresource: "log" }), true],
  [{ verbs: ["get"], apiGroups: [""], resources: ["*/log"] }, asked("get", "", "pods"), false],
  [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
    asked("get", "apps", "deployments", { subresource: "scale" }),
    true,
  ],
  [
    { verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["a"] },
    asked("get", "", "pods", { name: "a" }),
    true,
  ],
  [
    { verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["a"] },
    asked("get", "", "pods", { name: "b" }),
    false,
  ],
  [{ verbs: ["list"], apiGroups: [""], resources: ["pods"], resourceNames: ["a"] }, asked("list", "", "pods"), false],
  [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/api/*"] }, path("get", "/api/v1"), true],
  [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/api/*"] }, path("get", "/healthz"), true],
  [{ verbs: ["get"], nonResourceURLs: ["/healthz", "/api/*"] }, path("get", "/healthz/ping"), false],
  [{ verbs: ["get"], nonResourceURLs: ["/api*"] }, path("get", "/apis"), true],
  [{ verbs: ["get"], nonResourceURLs: ["*"] }, asked("get", "", "pods"), false],
  [{ verbs: ["get"], apiGroups: ["*"], resources: ["*"] }, path("get", "/healthz"), false],
];

for (const [rule, question, allowed] of cases) {
  test(`${JSON.stringify(rule)} ${allowed ? "allows" : "does not allow"} ${question.verb} ${question.path}${question.group}/${question.resource}/${question.subresource} ${question.name}`, () => {
    assert.equal(ruleAllows(rule, question), allowed);
  });
}

// owned, asked for, what is missing
const coverage: readonly (readonly [readonly Rule[], readonly Rule[], readonly string[]])[] = [
  [
    [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
    [{ verbs: ["get"], apiGroups: ["apps"], resources: ["deployments"] }],
    [],
  ],
  [
    [
      { verbs: ["get"], apiGroups: [""], resources: ["pods"] },
      { verbs: ["list"], apiGroups: [""], resources: ["pods"] },
    ],
    [{ verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] }],
    [],
  ],
  [
    [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
    [{ verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["pods"] }],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["list" "watch"]}'],
  ],
  [
    [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["a"] }],
    [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
    ['{APIGroups:[""], Resources:["pods"], Verbs:["get"]}'],
  ],
  [
    [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["a", "b"] }],
    [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["b"] }],
    [],
  ],
  [
    [{ verbs: ["get"], apiGroups: [""], resources: ["*/scale"] }],
    [{ verbs: ["get"], apiGroups: [""], resources: ["pods/scale"] }],
    [],
  ],
  [[{ verbs: ["get"], nonResourceURLs: ["/api/*"] }], [{ verbs: ["get"], nonResourceURLs: ["/api/v1"] }], []],
  [
    [{ verbs: ["get"], nonResourceURLs: ["/api"] }],
    [{ verbs: ["get"], nonResourceURLs: ["*"] }],
    ['{NonResourceURLs:["*"], Verbs:["get"]}'],
  ],
  [[], [{ verbs: [], apiGroups: [""], resources: ["pods"] }], []],
];

for (const [owned, wanted, missing] of coverage) {
  test(`${JSON.stringify(owned)} against ${JSON.stringify(wanted)}`, () => {
    assert.deepEqual(compactText(uncovered(owned, wanted)), missing);
  });
}
