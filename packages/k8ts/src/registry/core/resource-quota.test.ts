import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fieldErrorText } from "@k8ts/api";
import type { ResourceQuota, ResourceQuotaSpec } from "@k8ts/api/core/v1";
import { resourceQuota } from "./resource-quota.ts";

function faultsOf(spec: ResourceQuotaSpec): string[] {
  const quota: ResourceQuota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec };
  return resourceQuota.validate!(quota, undefined as never).map(fieldErrorText);
}

describe("a ResourceQuota", () => {
  const cases: [string, ResourceQuotaSpec, string[]][] = [
    ["of standard resources", { hard: { pods: "3", "requests.cpu": "1", "count/jobs.batch": "2" } }, []],
    [
      "of an unknown one",
      { hard: { widgets: "3" } },
      [
        'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource type or fully qualified',
        'spec.hard[widgets]: Invalid value: "widgets": must be a standard resource for quota',
      ],
    ],
    [
      "below zero",
      { hard: { pods: "-1" } },
      ['spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0'],
    ],
    ["with a scope", { hard: { pods: "3" }, scopes: ["BestEffort"] }, []],
    [
      "with a scope that cannot count this",
      { hard: { "requests.cpu": "1" }, scopes: ["BestEffort"] },
      ['spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource'],
    ],
    [
      "with an unknown scope",
      { hard: { pods: "1" }, scopes: ["Odd"] },
      ['spec.scopes: Invalid value: ["Odd"]: unsupported scope'],
    ],
    [
      "with contrary scopes",
      { hard: { pods: "1" }, scopes: ["Terminating", "NotTerminating"] },
      ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
    ],
  ];
  for (const [name, spec, want] of cases) it(name, () => assert.deepEqual(faultsOf(spec), want));
});
