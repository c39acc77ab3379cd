import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { forbidden, seededRandom, serviceUnavailable, silentLogger, VirtualClock } from "@k8ts/api";
import { events, type Pod } from "@k8ts/api/core/v1";
import { createClient } from "../rest/create-client.ts";
import { MemoryApi } from "../testing/memory-api.ts";
import { type StoppableRecorder, startEventRecorder } from "./start-event-recorder.ts";

const pod = (name: string): Pod =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "n", uid: `uid-${name}`, resourceVersion: "7" },
  }) as Pod;

describe("event recorder", () => {
  let clock: VirtualClock;
  let api: MemoryApi;
  let recorder: StoppableRecorder;
  beforeEach(() => {
    clock = new VirtualClock(Date.UTC(2026, 0, 1));
    api = new MemoryApi();
    const client = createClient(api);
    const random = seededRandom(1);
    recorder = startEventRecorder({ client, component: "kubelet", host: "node1", clock, random, logger: silentLogger });
  });
  afterEach(async () => {
    await recorder.stop();
    assert.equal(clock.pending, 0);
  });
  const warn = (message: string, name = "web"): void => recorder.event(pod(name), "Warning", "BackOff", message);

  it("writes an Event with upstream's fields and name", async () => {
    recorder.event(pod("web"), "Normal", "Pulled", "Image is here", "spec.containers{nginx}");
    await clock.advance(0);
    const [event] = api.objects(events);
    const { uid, resourceVersion, ...metadata } = event!.metadata;
    assert.ok(uid && resourceVersion);
    assert.deepEqual(
      { ...event, metadata },
      {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: `web.${(BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n).toString(16)}`, namespace: "n" },
        involvedObject: {
          kind: "Pod",
          namespace: "n",
          name: "web",
          uid: "uid-web",
          apiVersion: "v1",
          resourceVersion: "7",
          fieldPath: "spec.containers{nginx}",
        },
        reason: "Pulled",
        message: "Image is here",
        source: { component: "kubelet", host: "node1" },
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        count: 1,
        type: "Normal",
        reportingComponent: "kubelet",
        reportingInstance: "node1",
      },
    );
  });

  it("puts events about cluster-scoped objects into default", async () => {
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "node1", uid: "u" } };
    recorder.event(node, "Normal", "NodeReady", "ready");
    await clock.advance(0);
    assert.equal(api.objects(events)[0]!.metadata.namespace, "default");
    assert.equal(api.objects(events)[0]!.involvedObject.namespace, undefined);
  });

  it("counts repeats instead of writing them again", async () => {
    for (let n = 0; n < 3; n++) {
      warn("restarting");
      await clock.advance(10_000);
    }
    const found = api.objects(events);
    assert.equal(found.length, 1);
    assert.equal(found[0]!.count, 3);
    assert.equal(found[0]!.firstTimestamp, "2026-01-01T00:00:00Z");
    assert.equal(found[0]!.lastTimestamp, "2026-01-01T00:00:20Z");
    const patches = api.calls.filter(({ verb }) => verb === "patch").map(({ body }) => body);
    assert.deepEqual(patches[1], { count: 3, lastTimestamp: "2026-01-01T00:00:20Z", message: "restarting" });
  });

  it("writes a repeat anew where the event has expired meanwhile", async () => {
    warn("restarting");
    await clock.advance(0);
    await api.request({ verb: "deletecollection", resource: events, namespace: "n" });
    warn("restarting");
    await clock.advance(0);
    assert.deepEqual(
      api.objects(events).map(({ count }) => count),
      [2],
    );
  });

  it("combines ten different messages of one reason within ten minutes", async () => {
    for (let n = 1; n <= 12; n++) warn(`attempt ${n}`);
    await clock.advance(0);
    const found = api.objects(events);
    assert.equal(found.length, 10);
    const combined = found.find(({ message }) => message?.startsWith("(combined"));
    assert.equal(combined?.message, "(combined from similar events): attempt 12");
    assert.equal(combined?.count, 3);
    await clock.advance(601_000);
    warn("attempt 13");
    await clock.advance(0);
    assert.ok(api.objects(events).some(({ message }) => message === "attempt 13"));
  });

  it("cuts short who goes on and on about one object", async () => {
    for (let n = 0; n < 40; n++) warn("again");
    warn("about another", "other");
    await clock.advance(0);
    const counts = (): (number | undefined)[] => api.objects(events).map(({ count }) => count);
    assert.deepEqual(counts(), [25, 1]);
    await clock.advance(300_000);
    warn("again");
    await clock.advance(0);
    assert.deepEqual(counts(), [41, 1]);
  });

  it("tries again while the server is away, and gives up after twelve times", async () => {
    let refusals = 3;
    api.fault = () => {
      if (refusals-- > 0) throw serviceUnavailable("away");
    };
    warn("later");
    await clock.advance(60_000);
    assert.equal(api.objects(events).length, 1);
    refusals = Infinity;
    api.calls.length = 0;
    warn("never");
    await clock.advance(600_000);
    assert.equal(api.calls.length, 12);
    assert.equal(clock.pending, 0);
  });

  it("does not try again what the server refuses", async () => {
    api.fault = () => {
      throw forbidden({ group: "", resource: "events" }, "x", "namespace is being terminated");
    };
    warn("late");
    await clock.advance(60_000);
    assert.equal(api.calls.length, 1);
  });

  it("writes what is queued before it stops, but does not wait for a server that is away", async () => {
    warn("last words");
    await recorder.stop();
    assert.equal(api.objects(events).length, 1);
    warn("after the end");
    await clock.advance(0);
    assert.equal(api.objects(events).length, 1);
  });

  it("gives every event a name of its own, of at most 253 characters", async () => {
    const long = "x".repeat(253);
    for (const message of ["a", "b", "c"]) warn(message, long);
    await clock.advance(0);
    const names = api.objects(events).map(({ metadata }) => metadata.name!);
    assert.equal(new Set(names).size, 3);
    assert.ok(names.every((name) => name.length === 253));
  });
});
