import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { VirtualClock } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import type { ClusterEvent, SchedulerPlugin } from "./framework.ts";
import { podInfo, type PodInfo } from "./pod-info.ts";
import { SchedulingQueue } from "./queue.ts";

const node = { apiVersion: "v1", kind: "Node", metadata: { name: "n" } } as const;
const nodeAdded: ClusterEvent = { type: "NodeAdded", node };

const plugins: SchedulerPlugin[] = [
  { name: "Hopeful", hint: (_pod, event) => event.type === "NodeAdded" },
  { name: "Hopeless" },
];

function info(name: string, priority = 0): PodInfo {
  const pod: Pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", uid: name },
    spec: { containers: [], priority },
  };
  return podInfo(pod);
}

function makeQueue(): { clock: VirtualClock; queue: SchedulingQueue; popped(): string[] } {
  const clock = new VirtualClock();
  const queue = new SchedulingQueue(clock, plugins, () => {});
  const popped = (): string[] => {
    const names: string[] = [];
    for (let pod = queue.pop(); pod; pod = queue.pop()) names.push(pod.info.uid);
    return names;
  };
  return { clock, queue, popped };
}

describe("the scheduling queue", () => {
  it("gives out pods by priority, then by age", async () => {
    const { clock, queue, popped } = makeQueue();
    queue.add(info("old"));
    await clock.advance(10);
    queue.add(info("new"));
    queue.add(info("urgent", 100));
    assert.deepEqual(popped(), ["urgent", "old", "new"]);
  });

  it("wakes an unschedulable pod only for events its rejectors care about, after its backoff", async () => {
    const { clock, queue, popped } = makeQueue();
    queue.add(info("a"));
    queue.unschedulable(queue.pop()!, new Set(["Hopeful"]));
    queue.add(info("b"));
    queue.unschedulable(queue.pop()!, new Set(["Hopeless"]));
    queue.event(nodeAdded);
    assert.deepEqual(queue.sizes, { active: 0, backoff: 1, unschedulable: 1 });
    await clock.advance(999);
    assert.deepEqual(popped(), []);
    await clock.advance(1);
    assert.deepEqual(popped(), ["a"]);
  });

  it("doubles the backoff up to ten seconds", async () => {
    const { clock, queue } = makeQueue();
    queue.add(info("a"));
    for (const wait of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
      queue.retry(queue.pop()!);
      await clock.advance(wait - 1);
      assert.equal(queue.sizes.active, 0);
      await clock.advance(1);
      assert.equal(queue.sizes.active, 1);
    }
  });

  it("tries a forgotten pod again after five minutes without events", async () => {
    const { clock, queue, popped } = makeQueue();
    queue.add(info("a"));
    queue.unschedulable(queue.pop()!, new Set(["Hopeless"]));
    await clock.advance(299_999);
    assert.deepEqual(popped(), []);
    await clock.advance(1);
    assert.deepEqual(popped(), ["a"]);
  });

  it("forgets deleted pods wherever they wait", async () => {
    const { clock, queue, popped } = makeQueue();
    for (const name of ["a", "b", "c"]) queue.add(info(name));
    queue.retry(queue.pop()!);
    queue.unschedulable(queue.pop()!, new Set(["Hopeful"]));
    for (const name of ["a", "b", "c"]) queue.delete(name);
    queue.event(nodeAdded);
    await clock.advance(600_000);
    assert.deepEqual(popped(), []);
  });
});
