import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContainerState, Pod, PodStatus } from "@k8ts/api/core/v1";
import { row } from "../strategy-fixture.ts";

const created = "2026-01-01T00:00:00Z";
const now = Date.parse("2026-01-01T00:05:00Z");

const pod = (status: PodStatus, metadata: object = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default", creationTimestamp: created, ...metadata },
  spec: { containers: [{ name: "web", image: "nginx" }], nodeName: "node-1" },
  status,
});

const withState = (state: ContainerState, ready = false, restartCount = 0): PodStatus => ({
  phase: "Running",
  conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
  containerStatuses: [{ name: "web", image: "nginx", imageID: "", ready, restartCount, state }],
});

describe("the Status column", () => {
  const cases: readonly [string, Pod][] = [
    ["Pending", pod({ phase: "Pending" })],
    ["Running", pod(withState({ running: {} }, true))],
    ["ContainerCreating", pod(withState({ waiting: { reason: "ContainerCreating" } }))],
    ["CrashLoopBackOff", pod(withState({ waiting: { reason: "CrashLoopBackOff" } }))],
    ["Error", pod(withState({ terminated: { reason: "Error", exitCode: 1 } }))],
    ["ExitCode:3", pod(withState({ terminated: { exitCode: 3 } }))],
    ["Signal:9", pod(withState({ terminated: { exitCode: 137, signal: 9 } }))],
    ["Evicted", pod({ phase: "Failed", reason: "Evicted" })],
    ["Terminating", pod(withState({ running: {} }, true), { deletionTimestamp: created })],
    ["Unknown", pod({ phase: "Running", reason: "NodeLost" }, { deletionTimestamp: created })],
  ];
  for (const [expected, object] of cases) {
    test(expected, () => assert.equal(row(object, now)["Status"], expected));
  }
});

test("ready containers, restarts, age and node", () => {
  const shown = row(
    pod({ ...withState({ running: {} }, true, 2), podIP: "10.0.0.7", podIPs: [{ ip: "10.0.0.7" }] }),
    now,
  );
  assert.equal(shown["Ready"], "1/1");
  assert.equal(shown["Restarts"], "2");
  assert.equal(shown["Age"], "5m");
  assert.equal(shown["IP"], "10.0.0.7");
  assert.equal(shown["Node"], "node-1");
});
