import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cloneJson, type KubernetesObject, type StatusError } from "@k8ts/api";
import type { WatchOptions } from "./resource-store.ts";
import type { Strategy } from "./strategy.ts";
import { configMap, EventRecorder, type Fixture, plainWrite, settle, startFixture, statusOf } from "./store-fixture.ts";

const pods: Strategy = {
  group: "",
  resource: "pods",
  fieldNames: ["spec.nodeName", "status.phase"],
  fields: (object) => {
    const pod = object as unknown as { spec?: { nodeName?: string }; status?: { phase?: string } };
    return { "spec.nodeName": pod.spec?.nodeName ?? "", "status.phase": pod.status?.phase ?? "" };
  },
};

const start = (): Promise<Fixture> => startFixture([pods]);

async function watch(
  fixture: Fixture,
  options: WatchOptions = {},
  {
    namespace = "",
    resource = "configmaps",
    signal,
  }: { namespace?: string; resource?: string; signal?: AbortSignal } = {},
): Promise<EventRecorder> {
  const recorder = new EventRecorder();
  await fixture.store(resource).watch(fixture.context(signal), namespace, options, recorder);
  await settle();
  return recorder;
}

const create = (fixture: Fixture, name: string, labels?: Record<string, string>, namespace = "d") =>
  fixture.store("configmaps").create(fixture.context(), namespace, configMap(name, "1", labels), plainWrite);

const relabel = (fixture: Fixture, name: string, labels: Record<string, string>) =>
  fixture.store("configmaps").update(
    fixture.context(),
    "d",
    name,
    (current) => {
      const object = cloneJson(current!) as KubernetesObject;
      object.metadata.labels = labels;
      return object;
    },
    plainWrite,
  );

const remove = (fixture: Fixture, name: string) =>
  fixture.store("configmaps").delete(fixture.context(), "d", name, { dryRun: false });

describe("watch", () => {
  test("without a revision begins with what is there, then tells what happens", async () => {
    const fixture = await start();
    await create(fixture, "a");
    const recorder = await watch(fixture);
    assert.deepEqual(recorder.take(), ["ADDED a@2"]);
    await create(fixture, "b");
    await relabel(fixture, "a", { x: "y" });
    await remove(fixture, "a");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED b@3", "MODIFIED a@4", "DELETED a@5"]);
  });

  test("from a revision tells what happened since, each once", async () => {
    const fixture = await start();
    await create(fixture, "a");
    await create(fixture, "b");
    await remove(fixture, "a");
    const recorder = await watch(fixture, { resourceVersion: "2" });
    await create(fixture, "c");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED b@3", "DELETED a@4", "ADDED c@5"]);
  });

  test("frames are lines of JSON, the same bytes for every watcher", async () => {
    const fixture = await start();
    const [first, second] = [await watch(fixture), await watch(fixture)];
    await create(fixture, "ä".replace("ä", "a"));
    await remove(fixture, "a");
    await settle();
    const [added, deleted] = first.all;
    assert.equal(second.all[0], added, "one event for all");
    assert.equal(added!.frame(), second.all[0]!.frame());
    for (const [event, type, version] of [
      [added!, "ADDED", "2"],
      [deleted!, "DELETED", "3"],
    ] as const) {
      const text = Buffer.from(event.frame()).toString();
      assert.ok(text.endsWith("}\n"));
      const line = JSON.parse(text) as { type: string; object: KubernetesObject };
      assert.equal(line.type, type);
      assert.equal(line.object.metadata.resourceVersion, version);
      assert.deepEqual(line.object, JSON.parse(JSON.stringify(event.object())));
    }
  });

  test("the object that a write parsed is the one its watchers see", async () => {
    const fixture = await start();
    const recorder = await watch(fixture);
    const entry = await create(fixture, "a");
    await settle();
    assert.equal(recorder.all[0]!.object(), entry.object());
  });

  test("a namespace's watch hears of nothing else", async () => {
    const fixture = await start();
    const recorder = await watch(fixture, {}, { namespace: "d" });
    await create(fixture, "a");
    await create(fixture, "b", {}, "other");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED a@2"]);
  });

  test("an object that enters a selector is ADDED, one that leaves it DELETED as it last was", async () => {
    const fixture = await start();
    const recorder = await watch(fixture, { labelSelector: "app=x" });
    await create(fixture, "a", { app: "y" });
    await relabel(fixture, "a", { app: "x" });
    await relabel(fixture, "a", { app: "x", more: "1" });
    await relabel(fixture, "a", { app: "z" });
    await remove(fixture, "a");
    await settle();
    assert.deepEqual(recorder.seen, ["ADDED a@3", "MODIFIED a@4", "DELETED a@5"]);
    assert.equal(recorder.all[2]!.object().metadata.labels?.["app"], "x");
    const late = await watch(fixture, { labelSelector: "app=x", resourceVersion: "1" });
    assert.deepEqual(late.seen, recorder.seen, "the past is told alike");
  });

  test("watchers by field hear of objects that come to them and leave them", async () => {
    const fixture = await start();
    const store = fixture.store("pods");
    const [one, two, none] = await Promise.all(
      ["spec.nodeName=n1", "spec.nodeName=n2", "spec.nodeName=,status.phase!=Failed"].map((fieldSelector) =>
        watch(fixture, { fieldSelector }, { resource: "pods" }),
      ),
    );
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers: [] } };
    await store.create(fixture.context(), "d", pod as never, plainWrite);
    for (const nodeName of ["n1", "n2"]) {
      const change = (current: unknown) =>
        Object.assign(cloneJson(current) as KubernetesObject, { spec: { nodeName, containers: [] } });
      await store.update(fixture.context(), "d", "p", change, plainWrite);
    }
    await store.delete(fixture.context(), "d", "p", { dryRun: false });
    await settle();
    assert.deepEqual(one!.seen, ["ADDED p@3", "DELETED p@4"]);
    assert.deepEqual(two!.seen, ["ADDED p@4", "DELETED p@5"]);
    assert.deepEqual(none!.seen, ["ADDED p@2", "DELETED p@3"]);
  });

  test("sendInitialEvents ends in an annotated bookmark", async () => {
    const fixture = await start();
    await create(fixture, "a");
    const recorder = await watch(fixture, {
      sendInitialEvents: true,
      resourceVersionMatch: "NotOlderThan",
      allowWatchBookmarks: true,
    });
    assert.deepEqual(recorder.take(), ["ADDED a@2", "BOOKMARK -@2"]);
    const bookmark = JSON.parse(Buffer.from(recorder.all[1]!.frame()).toString()) as unknown;
    assert.deepEqual(bookmark, {
      type: "BOOKMARK",
      object: {
        kind: "ConfigMap",
        apiVersion: "v1",
        metadata: { resourceVersion: "2", annotations: { "k8s.io/initial-events-end": "true" } },
      },
    });
    await create(fixture, "b");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED b@3"]);
  });

  test("sendInitialEvents=false begins now, without what is there", async () => {
    const fixture = await start();
    await create(fixture, "a");
    const recorder = await watch(fixture, { sendInitialEvents: false, resourceVersionMatch: "NotOlderThan" });
    await create(fixture, "b");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED b@3"]);
  });

  test("bookmarks come every minute, with the newest revision of all resources, to those who want them", async () => {
    const fixture = await start();
    const [wanting, plain] = [await watch(fixture, { allowWatchBookmarks: true }), await watch(fixture)];
    await fixture.store("secrets").create(fixture.context(), "d", { ...configMap("s"), kind: "Secret" }, plainWrite);
    await fixture.clock.advance(60_000);
    assert.deepEqual(wanting.take(), ["BOOKMARK -@2"]);
    await fixture.clock.advance(60_000);
    assert.deepEqual(wanting.take(), ["BOOKMARK -@2"]);
    assert.deepEqual(plain.take(), []);
  });

  test("ends when its time is up, with a last bookmark, and when its request is aborted", async () => {
    const fixture = await start();
    const timed = await watch(fixture, { timeoutSeconds: 30, allowWatchBookmarks: true });
    await create(fixture, "a");
    await fixture.clock.advance(30_000);
    assert.deepEqual(timed.take(), ["ADDED a@2", "BOOKMARK -@2"]);
    assert.equal(timed.closedWith, undefined);
    const abort = new AbortController();
    const aborted = await watch(fixture, {}, { signal: abort.signal });
    abort.abort();
    await create(fixture, "b");
    await settle();
    assert.deepEqual([aborted.take(), aborted.closedWith], [["ADDED a@2"], undefined]);
    await settle();
    assert.deepEqual(timed.take(), []);
  });

  test("a revision that the cache has forgotten is 410 Expired", async () => {
    const fixture = await start();
    for (let count = 0; count < 150; count++) await create(fixture, `a${count}`);
    await fixture.clock.advance(400_000);
    await create(fixture, "late");
    const error = await statusOf(watch(fixture, { resourceVersion: "3" }));
    assert.deepEqual([error.code, error.reason], [410, "Expired"]);
    assert.match(error.message, /^too old resource version: 3 \(\d+\)$/);
    const fine = await watch(fixture, { resourceVersion: "151" });
    assert.deepEqual(fine.take(), ["ADDED late@152"]);
  });

  for (const [options, message] of [
    [{ sendInitialEvents: true }, /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan$/],
    [
      { resourceVersionMatch: "NotOlderThan" },
      /resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided$/,
    ],
    [{ resourceVersion: "-1" }, /^invalid resource version/],
    [{ fieldSelector: "nonsense" }, /can't understand 'nonsense'$/],
  ] as const) {
    test(`refuses ${JSON.stringify(options)}`, async () => {
      assert.match((await statusOf(watch(await start(), options))).message, message);
    });
  }

  test("a busy listener gets nothing until it is free, then all that it missed, in order", async () => {
    const fixture = await start();
    const recorder = new EventRecorder();
    let free = (): void => {};
    const sink = {
      events: (events: Parameters<EventRecorder["events"]>[0]) => {
        recorder.events(events);
        return new Promise<void>((resolve) => (free = resolve));
      },
      closed: (error?: Error) => recorder.closed(error),
    };
    await fixture.store("configmaps").watch(fixture.context(), "", {}, sink);
    await create(fixture, "a");
    await settle();
    for (const name of ["b", "c", "d"]) await create(fixture, name);
    await remove(fixture, "b");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED a@2"]);
    free();
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED b@3", "ADDED c@4", "ADDED d@5", "DELETED b@6"]);
    free();
    await settle();
    await create(fixture, "e");
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED e@7"], "live again");
    await create(fixture, "f");
    await settle();
    assert.deepEqual(recorder.take(), [], "and busy again");
    free();
    await settle();
    assert.deepEqual(recorder.take(), ["ADDED f@8"]);
  });

  test("a listener that stays away longer than the cache remembers is cut off with 410", async () => {
    const fixture = await start();
    const recorder = new EventRecorder();
    const sink = {
      events: () => new Promise<void>(() => {}),
      closed: (error?: Error) => recorder.closed(error),
    };
    await fixture.store("configmaps").watch(fixture.context(), "", {}, sink);
    await create(fixture, "a");
    await settle();
    for (let count = 0; count < 150; count++) await create(fixture, `b${count}`);
    await settle();
    assert.equal(recorder.closedWith, "open");
    await fixture.clock.advance(400_000);
    await create(fixture, "late");
    await settle();
    const error = recorder.closedWith as unknown as StatusError;
    assert.equal(error.reason, "Expired");
    assert.match(error.message, /^too old resource version: 2 \(\d+\)$/);
  });

  test("a listener that throws is closed and harms no other", async () => {
    const fixture = await start();
    let closed: Error | undefined;
    const broken = {
      events: () => {
        throw new Error("broken");
      },
      closed: (error?: Error) => (closed = error),
    };
    await fixture.store("configmaps").watch(fixture.context(), "", {}, broken);
    const fine = await watch(fixture);
    await create(fixture, "a");
    await settle();
    assert.equal(closed?.message, "broken");
    assert.deepEqual(fine.take(), ["ADDED a@2"]);
  });

  test("stopping the registry ends every watch", async () => {
    const fixture = await start();
    const recorder = await watch(fixture);
    await fixture.registry.stop();
    assert.equal(recorder.closedWith, undefined);
  });
});
