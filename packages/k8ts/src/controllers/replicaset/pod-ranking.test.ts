import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "@k8ts/api/core/v1";
import { pod, ready } from "../testing/objects.ts";
import { deletionCost, deletionCostAnnotation, podsToDelete } from "./pod-ranking.ts";

const now = Date.UTC(2026, 0, 2);
const on = (name: string, more: Parameters<typeof pod>[1] = {}): Pod =>
  pod(name, { status: ready("10.0.0.1"), ...more, spec: { nodeName: "n1", ...more.spec } });
const cost = (name: string, value: string): Pod =>
  on(name, { metadata: { name, uid: name, annotations: { [deletionCostAnnotation]: value } } });
const created = (name: string, creationTimestamp: string): Pod =>
  on(name, { metadata: { name, uid: name, creationTimestamp } });
const restarted = (name: string, restartCount: number): Pod =>
  on(name, {
    status: {
      ...ready("10.0.0.1"),
      containerStatuses: [{ name: "main", restartCount, ready: true, image: "", imageID: "" }],
    },
  });

const cases: readonly [why: string, keep: Pod, remove: Pod, related?: Pod[]][] = [
  ["unassigned before assigned", on("keep"), pod("go", { status: ready("10.0.0.1") })],
  ["pending before running", on("keep"), on("go", { status: { phase: "Pending" } })],
  ["unknown before running", on("keep"), on("go", { status: { phase: "Unknown" } })],
  ["not ready before ready", on("keep"), on("go", { status: { phase: "Running" } })],
  ["cheap before dear", cost("keep", "10"), cost("go", "-5")],
  ["doubled up before alone", on("keep", { spec: { nodeName: "n2" } }), on("go"), [on("x"), on("y")]],
  ["ready lately before long ago", on("keep"), on("go", { status: ready("10.0.0.1", "2026-01-01T23:59:00Z") })],
  ["restarted often before seldom", restarted("keep", 1), restarted("go", 4)],
  ["young before old", created("keep", "2025-01-01T00:00:00Z"), created("go", "2026-01-01T23:00:00Z")],
  ["of like ages the smaller uid", created("keep", "2025-12-31T23:00:00Z"), created("go", "2025-12-31T23:10:00Z")],
];

for (const [why, keep, remove, related = []] of cases) {
  test(`removes ${why}`, () => {
    for (const pods of [
      [keep, remove],
      [remove, keep],
    ]) {
      assert.deepEqual(
        podsToDelete(pods, related, 1, now).map((victim) => victim.metadata.name),
        ["go"],
      );
    }
  });
}

test("readiness weighs more than cost, cost more than neighbours", () => {
  const unready = on("unready", {
    metadata: { name: "unready", annotations: { [deletionCostAnnotation]: "100" } },
    status: { phase: "Running" },
  });
  const dear = on("dear", { metadata: { name: "dear", annotations: { [deletionCostAnnotation]: "1" } } });
  const lonely = on("lonely", { spec: { nodeName: "n2" } });
  const order = podsToDelete([lonely, dear, unready], [dear, unready], 2, now).map((victim) => victim.metadata.name);
  assert.deepEqual(order, ["unready", "lonely"]);
});

test("malformed costs count as 0", () => {
  const values = ["10", "-10", "0", "+10", "008", "", "1.5", "2147483647", "2147483648", "x"];
  assert.deepEqual(values.map(deletionCost), [10, -10, 0, 0, 0, 0, 0, 2147483647, 0, 0]);
});
