import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Taint } from "@k8ts/api/core/v1";
import { evictionTaint, labelsFor, taintsFor } from "./node-taints.ts";

const now = Date.UTC(2026, 0, 1);
const timeAdded = "2026-01-01T00:00:00Z";

const node = (conditions: Record<string, string>, taints: Taint[] = [], unschedulable = false): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n" },
  spec: { taints, ...(unschedulable && { unschedulable }) },
  status: { conditions: Object.entries(conditions).map(([type, status]) => ({ type, status })) },
});
const own: Taint = { key: "team", value: "a", effect: "NoSchedule" };
const notReady: Taint = { key: "node.kubernetes.io/not-ready", effect: "NoSchedule", timeAdded };

const cases: readonly [why: string, node: Node, eviction: string | undefined, expected: Taint[] | undefined][] = [
  ["a healthy node has none", node({ Ready: "True" }), undefined, undefined],
  ["not ready", node({ Ready: "False" }), undefined, [notReady]],
  ["unreachable", node({ Ready: "Unknown" }), undefined, [{ ...notReady, key: "node.kubernetes.io/unreachable" }]],
  ["people's own stay", node({ Ready: "False" }, [own]), undefined, [own, notReady]],
  ["ours go when it is ready", node({ Ready: "True" }, [own, notReady]), undefined, [own]],
  ["nothing to write when all are there", node({ Ready: "False" }, [notReady]), undefined, undefined],
  [
    "cordoned",
    node({ Ready: "True" }, [], true),
    undefined,
    [{ ...notReady, key: "node.kubernetes.io/unschedulable" }],
  ],
  [
    "pressure",
    node({ Ready: "True", DiskPressure: "True" }),
    undefined,
    [{ ...notReady, key: "node.kubernetes.io/disk-pressure" }],
  ],
  ["evicting", node({ Ready: "False" }, [notReady]), notReady.key, [notReady, { ...notReady, effect: "NoExecute" }]],
  [
    "one eviction taint for the other",
    node({ Ready: "Unknown" }, [{ ...notReady, effect: "NoExecute" }]),
    "node.kubernetes.io/unreachable",
    [
      { key: "node.kubernetes.io/unreachable", effect: "NoSchedule", timeAdded },
      { key: "node.kubernetes.io/unreachable", effect: "NoExecute", timeAdded },
    ],
  ],
];

for (const [why, given, eviction, expected] of cases) {
  test(`taints: ${why}`, () => assert.deepEqual(taintsFor(given, eviction, now), expected));
}

test("the taint that readiness asks for", () => {
  const keys = ["True", "False", "Unknown"].map((status) => evictionTaint(node({ Ready: status })));
  assert.deepEqual(keys, [undefined, "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]);
});

test("old label names follow the new", () => {
  const labelled = node({});
  labelled.metadata.labels = {
    "kubernetes.io/os": "linux",
    "kubernetes.io/arch": "arm64",
    "beta.kubernetes.io/arch": "arm64",
  };
  assert.deepEqual(labelsFor(labelled), { "beta.kubernetes.io/os": "linux" });
});
