import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { isConflict, noMetrics, type ObjectKey, seededRandom, silentLogger, VirtualClock } from "@k8ts/api";
import { type ReplicaSet, replicaSets } from "@k8ts/api/apps/v1";
import { type ConfigMap, configMaps, type Pod, pods } from "@k8ts/api/core/v1";
import { createInformerFactory } from "../cache/informer-factory.ts";
import type { InformerFactory } from "../cache/informer.ts";
import type { Client } from "../rest/client.ts";
import { createClient } from "../rest/create-client.ts";
import { MemoryApi } from "../testing/memory-api.ts";
import { ControllerManager } from "./controller-manager.ts";
import { type Controller, type ControllerContext, TerminalError } from "./controller.ts";

const set = (name: string): ReplicaSet =>
  ({ apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name, namespace: "n" } }) as ReplicaSet;
const pod = (name: string, owner?: string): Pod =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "n",
      ...(owner && {
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name: owner, uid: "u", controller: true }],
      }),
    },
  }) as Pod;

describe("controller", () => {
  let clock: VirtualClock;
  let api: MemoryApi;
  let client: Client;
  let informers: InformerFactory;
  let manager: ControllerManager | undefined;
  let reconciled: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    api = new MemoryApi();
    client = createClient(api);
    informers = createInformerFactory({ client, clock, random: seededRandom(1), logger: silentLogger });
    reconciled = [];
    manager = undefined;
  });
  afterEach(async () => {
    await manager?.stop();
    await informers.stop();
    assert.equal(clock.pending, 0);
  });

  type Extra = Partial<Controller<ReplicaSet>>;
  function controller(extra: Extra = {}): Controller<ReplicaSet> {
    return {
      name: "test-controller",
      for: replicaSets,
      owns: [pods],
      reconcile(key) {
        reconciled.push(`${key.namespace}/${key.name}`);
        return Promise.resolve();
      },
      ...extra,
    };
  }

  async function run(extra: Extra = {}): Promise<void> {
    manager = new ControllerManager({
      controllers: [controller(extra)],
      clientFor: () => client,
      informers,
      clock,
      random: seededRandom(1),
      logger: silentLogger,
      metrics: noMetrics,
    });
    await manager.start();
    await clock.advance(0);
  }

  it("reconciles what there is, what changes, and owners of what changes", async () => {
    await client.create(replicaSets, set("a"));
    await client.create(pods, pod("early", "a"));
    await run();
    assert.deepEqual(reconciled, ["n/a"]);
    await client.create(pods, pod("p", "b"));
    await client.create(pods, pod("orphan"));
    await clock.advance(0);
    await client.update(replicaSets, set("a"));
    await clock.advance(0);
    assert.deepEqual(reconciled, ["n/a", "n/b", "n/a"]);
    reconciled.length = 0;
    await client.update(pods, pod("p", "c"));
    await clock.advance(0);
    assert.deepEqual(reconciled.sort(), ["n/b", "n/c"]);
    reconciled.length = 0;
    await client.delete(pods, { namespace: "n", name: "p" });
    await clock.advance(0);
    assert.deepEqual(reconciled, ["n/c"]);
  });

  it("maps and filters watches, and sees indexes of its setup", async () => {
    const map = (object: ConfigMap): readonly ObjectKey[] => [{ namespace: "n", name: `of-${object.metadata.name}` }];
    let listed = -1;
    await client.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "n" } });
    await run({
      watches: [{ resource: configMaps, map, filter: ({ metadata }: ConfigMap) => metadata.name !== "no" }],
      setup: (context) => context.informers.of(configMaps).addIndex("all", () => ["it"]),
      reconcile(key, context) {
        reconciled.push(key.name);
        listed = context.informers.of(configMaps).lister.byIndex("all", "it").length;
        return Promise.resolve();
      },
    });
    await client.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "no", namespace: "n" } });
    await clock.advance(0);
    assert.deepEqual(reconciled, ["of-x"]);
    assert.equal(listed, 1);
  });

  it("retries with growing delays, and stops where that cannot help", async () => {
    const times: number[] = [];
    await run({
      reconcile() {
        times.push(clock.monotonic());
        if (times.length === 5) throw new TerminalError("hopeless");
        throw new Error("not yet");
      },
    });
    await client.create(replicaSets, set("a"));
    await clock.advance(60_000);
    assert.deepEqual(
      times.map((time, n) => time - (times[n - 1] ?? time)),
      [0, 5, 10, 20, 40],
    );
  });

  it("looks again when asked to, with the failures forgotten", async () => {
    const times: number[] = [];
    await run({
      reconcile() {
        times.push(clock.monotonic());
        return Promise.resolve(times.length < 3 ? { requeueAfter: 1000 } : undefined);
      },
    });
    await client.create(replicaSets, set("a"));
    await clock.advance(60_000);
    assert.deepEqual(
      times.map((time, n) => time - (times[n - 1] ?? time)),
      [0, 1000, 1000],
    );
  });

  it("never reconciles one key twice at once, but many keys side by side", async () => {
    let [running, most, same] = [0, 0, 0];
    const active = new Set<string>();
    await run({
      workers: 3,
      async reconcile({ name }) {
        if (active.has(name)) same++;
        active.add(name);
        most = Math.max(most, ++running);
        await clock.sleep(100);
        running--;
        active.delete(name);
      },
    });
    for (const name of ["a", "b", "c", "d"]) await client.create(replicaSets, set(name));
    for (let n = 0; n < 10; n++) {
      await client.update(replicaSets, set("a"));
      await clock.advance(30);
    }
    await clock.advance(1000);
    assert.deepEqual([most, same, running], [3, 0, 0]);
  });

  it("waits for running reconciles when it stops, and starts no more", async () => {
    let aborted = false;
    let ended = 0;
    await run({
      workers: 1,
      async reconcile(_key, context: ControllerContext) {
        await clock.sleep(1000, context.signal).catch(() => (aborted = true));
        ended++;
      },
    });
    await client.create(replicaSets, set("a"));
    await client.create(replicaSets, set("b"));
    await clock.advance(10);
    await manager!.stop();
    assert.deepEqual([aborted, ended], [true, 1]);
  });

  it("meets conflicts as ordinary failures", async () => {
    let tries = 0;
    await run({
      async reconcile({ name }, { client, informers }) {
        tries++;
        const cached = informers.of(replicaSets).lister.get("n", name)!;
        if (tries === 1) await client.update(replicaSets, set(name));
        const copy = { ...cached, metadata: { ...cached.metadata, labels: { done: "yes" } } } as ReplicaSet;
        if (cached.metadata.labels?.done) return;
        await client.update(replicaSets, copy).catch((error: unknown) => {
          assert.ok(isConflict(error));
          throw error;
        });
      },
    });
    await client.create(replicaSets, set("a"));
    await clock.advance(1000);
    assert.equal(api.objects(replicaSets)[0]!.metadata.labels?.done, "yes");
  });

  it("may have keys that are no objects of its own, and hears nothing once it has stopped", async () => {
    const heard: string[] = [];
    await run({
      for: undefined,
      owns: undefined,
      setup: (context) =>
        void context.informers.of(replicaSets).addHandler({
          add({ metadata }) {
            heard.push(metadata.name!);
            context.enqueue({ namespace: "some", name: "thing" });
          },
        }),
    });
    await client.create(replicaSets, set("a"));
    await clock.advance(0);
    await manager!.stop();
    await client.create(replicaSets, set("b"));
    await clock.advance(0);
    assert.deepEqual(heard, ["a"]);
    assert.deepEqual(reconciled, ["some/thing"]);
  });

  it("acts as its service account", async () => {
    const asked: string[] = [];
    const extra = { serviceAccount: "node-controller" };
    const clientFor = (name: string): Client => {
      asked.push(name);
      return client;
    };
    manager = new ControllerManager({
      controllers: [controller(), controller(extra)],
      clientFor,
      informers,
      clock,
      random: seededRandom(1),
      logger: silentLogger,
      metrics: noMetrics,
    });
    await manager.start();
    assert.deepEqual(asked, ["test-controller", "node-controller"]);
  });
});
