import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLogger, VirtualClock } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { ContainerRuntime } from "../runtimes/runtime.ts";
import { ContainerEvents } from "./container-events.ts";
import { killContainer } from "./kill-container.ts";

const pod = (ready: "True" | "False", deleted: boolean, grace = 30): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "p",
    namespace: "default",
    uid: "u",
    ...(deleted && { deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: grace }),
  },
  spec: { containers: [{ name: "c" }], terminationGracePeriodSeconds: grace },
  status: { conditions: [{ type: "Ready", status: ready }] },
});

/** Milliseconds until the container was told to stop, and with how many seconds left. */
async function stopped(subject: Pod, drainTime: number): Promise<{ after: number; seconds: number }> {
  const clock = new VirtualClock();
  const begun = clock.now();
  let told: { after: number; seconds: number } | undefined;
  const stopContainer = async (_id: string, seconds: number): Promise<void> => {
    told = { after: clock.now() - begun, seconds };
  };
  const killing = killContainer(
    {
      runtime: { stopContainer } as unknown as ContainerRuntime,
      clock,
      logger: silentLogger,
      events: new ContainerEvents({ event: () => {} }),
      drainTime,
    },
    {
      pod: subject,
      container: { id: "1", name: "c", annotations: {} },
      podIP: "",
      signal: new AbortController().signal,
    },
  );
  await clock.advance(10_000);
  await killing;
  return told!;
}

describe("killing a container", () => {
  const cases: [string, Pod, number, { after: number; seconds: number }][] = [
    ["lets a ready pod that is deleted drain, within its grace", pod("True", true), 500, { after: 500, seconds: 30 }],
    ["does not make a pod wait that serves nobody", pod("False", true), 500, { after: 0, seconds: 30 }],
    ["does not make a restart wait", pod("True", false), 500, { after: 0, seconds: 30 }],
    ["does not drain beyond the grace", pod("True", true, 0), 500, { after: 0, seconds: 2 }],
    ["waits for nothing where nothing is set", pod("True", true), 0, { after: 0, seconds: 30 }],
  ];
  for (const [name, subject, drainTime, want] of cases) {
    it(name, async () => assert.deepEqual(await stopped(subject, drainTime), want));
  }
});
