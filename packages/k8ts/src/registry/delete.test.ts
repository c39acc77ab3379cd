import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { cloneJson, type KubernetesObject } from "@k8ts/api";
import type { DeleteRequest } from "./resource-store.ts";
import type { Strategy } from "./strategy.ts";
import { configMap, type Fixture, plainWrite, startFixture, statusOf } from "./store-fixture.ts";

/** Thirty seconds unless asked otherwise, as of a Pod. */
const graceful: Strategy = { group: "", resource: "configmaps", gracePeriod: (_object, requested) => requested ?? 30 };

async function having(metadata: object = {}, strategies: readonly Strategy[] = []): Promise<Fixture> {
  const fixture = await startFixture(strategies);
  const object = configMap("a");
  Object.assign(object.metadata, metadata);
  await fixture.store("configmaps").create(fixture.context(), "d", object, plainWrite);
  return fixture;
}

const remove = (fixture: Fixture, request: Partial<DeleteRequest> = {}) =>
  fixture.store("configmaps").delete(fixture.context(), "d", "a", { dryRun: false, ...request });

const setFinalizers = (fixture: Fixture, finalizers: string[]) =>
  fixture.store("configmaps").update(
    fixture.context(),
    "d",
    "a",
    (current) => {
      const object = cloneJson(current!) as KubernetesObject;
      object.metadata.finalizers = finalizers;
      return object;
    },
    plainWrite,
  );

const exists = async (fixture: Fixture): Promise<boolean> =>
  (await fixture.storage.get("/registry/configmaps/d/a")) !== undefined;

describe("delete", () => {
  test("an object that nothing holds is gone at once", async () => {
    const fixture = await having();
    const { gone, entry } = await remove(fixture);
    assert.deepEqual([gone, entry.object().metadata.name, entry.revision], [true, "a", 3]);
    assert.equal(await exists(fixture), false);
    assert.equal((await statusOf(remove(fixture))).message, 'configmaps "a" not found');
  });

  test("finalizers hold it until the last is taken away", async () => {
    const fixture = await having({ finalizers: ["example.com/a", "example.com/b"] });
    const { gone, entry } = await remove(fixture);
    const { metadata } = entry.object();
    assert.deepEqual(
      [gone, metadata.deletionTimestamp, metadata.deletionGracePeriodSeconds],
      [false, "2026-01-01T00:00:00Z", 0],
    );
    const again = await remove(fixture);
    assert.deepEqual([again.gone, again.entry.object().metadata.deletionTimestamp], [false, "2026-01-01T00:00:00Z"]);
    await setFinalizers(fixture, ["example.com/b"]);
    const added = await statusOf(setFinalizers(fixture, ["example.com/b", "example.com/c"]));
    assert.equal(
      added.message,
      'ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"example.com/c"}',
    );
    assert.equal(await exists(fixture), true);
    await setFinalizers(fixture, []);
    assert.equal(await exists(fixture), false);
  });

  for (const [what, request, before, after] of [
    ["Orphan", { propagationPolicy: "Orphan" }, [], ["orphan"]],
    ["orphanDependents", { orphanDependents: true }, [], ["orphan"]],
    ["Foreground", { propagationPolicy: "Foreground" }, ["x.io/y"], ["x.io/y", "foregroundDeletion"]],
    ["Background", { propagationPolicy: "Background" }, ["x.io/y", "foregroundDeletion"], ["x.io/y"]],
    ["no policy", {}, ["foregroundDeletion"], ["foregroundDeletion"]],
  ] as const) {
    test(`${what} of an object with finalizers [${before.join(" ")}] leaves [${after.join(" ")}]`, async () => {
      const fixture = await having({ finalizers: [...before] });
      const { entry, gone } = await remove(fixture, request);
      assert.deepEqual([entry.object().metadata.finalizers, gone], [[...after], false]);
    });
  }

  test("Background lets go of an object that only the collector held", async () => {
    const fixture = await having({ finalizers: ["foregroundDeletion"] });
    assert.equal((await remove(fixture, { propagationPolicy: "Background" })).gone, true);
  });

  for (const [request, message] of [
    [
      { preconditions: { uid: "other" } },
      /^Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition \(other\) does not match the UID in record \(.+\)\. The object might have been deleted and then recreated$/,
    ],
    [
      { preconditions: { resourceVersion: "9" } },
      /the ResourceVersion in the precondition \(9\) does not match the ResourceVersion in record \(2\)\. The object might have been modified$/,
    ],
    [
      { propagationPolicy: "Orphan", orphanDependents: true },
      /^DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set$/,
    ],
    [
      { propagationPolicy: "Sometimes" as "Orphan" },
      /Unsupported value: "Sometimes": supported values: "Foreground", "Background", "Orphan", "nil"$/,
    ],
  ] as const) {
    test(`refuses ${JSON.stringify(request)}`, async () => {
      const fixture = await having();
      assert.match((await statusOf(remove(fixture, request))).message, message);
      assert.equal(await exists(fixture), true);
    });
  }

  test("a dry run changes nothing", async () => {
    const fixture = await having({ finalizers: ["x.io/y"] });
    const { gone, entry } = await remove(fixture, { dryRun: true });
    assert.ok(!gone && entry.object().metadata.deletionTimestamp);
    assert.equal(await fixture.storage.revision(), 2);
  });
});

describe("graceful delete", () => {
  const times = (entry: {
    object(): { readonly metadata: { deletionTimestamp?: string; deletionGracePeriodSeconds?: number } };
  }) => {
    const { deletionTimestamp, deletionGracePeriodSeconds } = entry.object().metadata;
    return `${deletionTimestamp?.slice(11, 19)} ${deletionGracePeriodSeconds}`;
  };

  test("marks the object; grace can only be shortened; none left removes it", async () => {
    const fixture = await having({}, [graceful]);
    const first = await remove(fixture);
    assert.deepEqual([times(first.entry), first.gone], ["00:00:30 30", false]);
    await fixture.clock.advance(5000);
    assert.equal(times((await remove(fixture)).entry), "00:00:30 30");
    assert.equal(times((await remove(fixture, { gracePeriodSeconds: 60 })).entry), "00:00:30 30");
    assert.equal(await fixture.storage.revision(), 3, "a longer grace writes nothing");
    assert.equal(times((await remove(fixture, { gracePeriodSeconds: 10 })).entry), "00:00:10 10");
    assert.equal(times((await remove(fixture, { gracePeriodSeconds: 2 })).entry), "00:00:05 1");
    assert.equal((await remove(fixture, { gracePeriodSeconds: 0 })).gone, true);
    assert.equal(await exists(fixture), false);
  });

  test("a negative grace is one second", async () => {
    const fixture = await having({}, [graceful]);
    assert.equal(times((await remove(fixture, { gracePeriodSeconds: -1 })).entry), "00:00:01 1");
  });

  test("with finalizers, an object without grace left stays, and goes with its last finalizer", async () => {
    const fixture = await having({ finalizers: ["x.io/y"] }, [graceful]);
    await remove(fixture);
    await setFinalizers(fixture, []);
    assert.equal(await exists(fixture), true, "grace is not over");
    assert.equal((await remove(fixture, { gracePeriodSeconds: 0 })).gone, true);
  });

  test("what the kind itself holds stays until it lets go", async () => {
    const held: Strategy = {
      group: "",
      resource: "configmaps",
      holdsDeletion: (object) => (object as unknown as { data: { key: string } }).data.key === "held",
      beginGracefulDeletion: (object) => Object.assign(object, { data: { key: "held" } }),
    };
    const fixture = await startFixture([held]);
    await fixture.store("configmaps").create(fixture.context(), "d", configMap("a", "held"), plainWrite);
    assert.equal((await remove(fixture)).gone, false);
    await fixture
      .store("configmaps")
      .update(
        fixture.context(),
        "d",
        "a",
        (current) => Object.assign(cloneJson(current!) as KubernetesObject, { data: { key: "free" } }),
        plainWrite,
      );
    assert.equal(await exists(fixture), false);
  });
});

describe("deletecollection", () => {
  test("deletes what matches and tells what was there", async () => {
    const fixture = await startFixture();
    const store = fixture.store("configmaps");
    for (let index = 0; index < 50; index++) {
      const object = configMap(`m${index}`, "1", { odd: String(index % 2) });
      await store.create(fixture.context(), "d", object, plainWrite);
    }
    const list = await store.deleteCollection(fixture.context(), "d", { dryRun: false }, { labelSelector: "odd=1" });
    assert.equal(list.count, 25);
    assert.equal((await store.list(fixture.context(), "", {})).count, 25);
  });
});
