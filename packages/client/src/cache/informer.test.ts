import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { badRequest, invalid, seededRandom, serviceUnavailable, silentLogger, VirtualClock } from "@k8ts/api";
import { type ConfigMap, configMaps } from "@k8ts/api/core/v1";
import { createClient } from "../rest/create-client.ts";
import { type ApiCall, MemoryApi } from "../testing/memory-api.ts";
import { createInformerFactory } from "./informer-factory.ts";
import type { InformerFactory } from "./informer.ts";

const namespace = "n";
const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

describe("informer", () => {
  let clock: VirtualClock;
  let api: MemoryApi;
  let factory: InformerFactory;
  let heard: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    api = new MemoryApi();
    const client = createClient(api);
    factory = createInformerFactory({ client, clock, random: seededRandom(7), logger: silentLogger });
    heard = [];
  });
  afterEach(async () => {
    await factory.stop();
    assert.equal(api.watchers, 0);
    assert.equal(clock.pending, 0);
  });

  const create = (name: string, data?: Record<string, string>) =>
    api.request({ verb: "create", resource: configMaps, namespace, body: configMap(name, data) });
  const update = (name: string, data: Record<string, string>) =>
    api.request({ verb: "update", resource: configMaps, namespace, name, body: configMap(name, data) });
  const remove = (name: string) => api.request({ verb: "delete", resource: configMaps, namespace, name });
  const verbs = (): string[] =>
    api.calls
      .filter(({ verb }) => verb === "list" || verb === "watch")
      .map(({ verb, query }) => {
        const { sendInitialEvents, resourceVersion } = query ?? {};
        return `${verb}${sendInitialEvents ? " initial" : ""} ${String(resourceVersion)}`;
      });

  function start() {
    const informer = factory.of(configMaps);
    informer.addHandler({
      add: ({ metadata }, initial) => heard.push(`add ${metadata.name}${initial ? " initially" : ""}`),
      update: ({ metadata, data }, old) => heard.push(`update ${metadata.name} ${old.data?.v}→${data?.v}`),
      delete: ({ metadata }, stale) => heard.push(`delete ${metadata.name}${stale ? " stale" : ""}`),
    });
    factory.start();
    return informer;
  }

  it("streams what there is, then what changes", async () => {
    await create("a", { v: "1" });
    const informer = start();
    assert.equal(informer.hasSynced(), false);
    await informer.synced();
    await update("a", { v: "2" });
    await create("b");
    await remove("a");
    assert.deepEqual(heard, ["add a initially", "update a 1→2", "add b", "delete a"]);
    assert.deepEqual(
      informer.lister.list().map(({ metadata }) => metadata.name),
      ["b"],
    );
    assert.deepEqual(verbs(), ["watch initial "]);
  });

  it("shares objects, as they came from the transport", async () => {
    const made = await create("a");
    const informer = start();
    await informer.synced();
    assert.equal(informer.lister.get(namespace, "a"), made);
  });

  it("lists in pages where the server does not stream lists", async () => {
    for (let n = 0; n < 1200; n++) await create(`c${n}`);
    api.fault = ({ query }) => {
      if (query?.sendInitialEvents) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", []);
    };
    const informer = start();
    await informer.synced();
    await clock.advance(0);
    assert.equal(informer.lister.list().length, 1200);
    assert.deepEqual(verbs(), ["watch initial ", "list 0", "list undefined", "list undefined", "watch 1200"]);
    await create("later");
    assert.equal(heard.at(-1), "add later");
  });

  it("takes a stream without an end for none", async () => {
    await create("a");
    api.fault = ({ query }) => {
      // An old server: it knows nothing of initial events and says so to nobody.
      if (query) delete (query as Record<string, unknown>).sendInitialEvents;
    };
    const informer = start();
    await clock.advance(0);
    assert.equal(informer.hasSynced(), false);
    await clock.advance(400_000);
    api.cutWatches();
    await clock.advance(60_000);
    assert.equal(informer.hasSynced(), true);
    assert.deepEqual(heard, ["add a initially"]);
  });

  it("resumes a watch that ended from the last revision seen", async () => {
    const informer = start();
    await informer.synced();
    await create("a");
    await clock.advance(60_000);
    api.bookmark();
    api.cutWatches();
    await create("b");
    await clock.advance(0);
    assert.deepEqual(heard, ["add a", "add b"]);
    assert.deepEqual(verbs(), ["watch initial ", "watch 1"]);
  });

  it("lists again when its revision has expired, and finds what it missed", async () => {
    for (const name of ["kept", "changed", "gone"]) await create(name, { v: "1" });
    const informer = start();
    await informer.synced();
    await clock.advance(60_000);
    heard.length = 0;
    api.fault = ({ verb }) => {
      if (verb === "watch") throw serviceUnavailable("down");
    };
    api.cutWatches();
    await clock.advance(1);
    await update("changed", { v: "2" });
    await remove("gone");
    await create("new");
    api.compact();
    api.fault = undefined;
    await clock.advance(60_000);
    assert.deepEqual(heard.sort(), ["add new", "delete gone stale", "update changed 1→2"]);
    assert.equal(informer.lister.list().length, 3);
  });

  it("never runs hot, whatever the server does", async () => {
    const faults: ((call: ApiCall) => void)[] = [
      () => {
        throw serviceUnavailable("down");
      },
      () => {
        throw badRequest("no");
      },
      ({ verb }) => {
        if (verb === "watch") clock.setTimer(100, () => api.cutWatches());
      },
    ];
    for (const fault of faults) {
      api.calls.length = 0;
      api.fault = fault;
      const informer = start();
      await clock.advance(10 * 60_000);
      assert.ok(api.calls.length > 10 && api.calls.length < 60, String(api.calls.length));
      void informer;
    }
    api.fault = undefined;
  });

  it("tells a late handler of what is cached, and a removed one of nothing", async () => {
    await create("a");
    const informer = start();
    await informer.synced();
    const late: string[] = [];
    const removeHandler = informer.addHandler({ add: ({ metadata }) => late.push(metadata.name!) });
    await create("b");
    removeHandler();
    await create("c");
    assert.deepEqual(late, ["a", "b"]);
  });

  it("outlives a handler that throws", async () => {
    const informer = factory.of(configMaps);
    informer.addHandler({
      add() {
        throw new Error("broken");
      },
    });
    start();
    await informer.synced();
    await create("a");
    await create("b");
    assert.deepEqual(heard, ["add a", "add b"]);
  });

  it("shares informers of one resource and scope", () => {
    assert.equal(factory.of(configMaps), factory.of(configMaps, {}));
    assert.notEqual(factory.of(configMaps), factory.of(configMaps, { namespace }));
    assert.notEqual(factory.of(configMaps, { labelSelector: "a" }), factory.of(configMaps, { labelSelector: "b" }));
  });

  it("rejects whoever waits for its cache when it is stopped", async () => {
    api.fault = () => {
      throw serviceUnavailable("down");
    };
    const informer = start();
    const waiting = assert.rejects(informer.synced(), /stopped before its cache synced/);
    await clock.advance(1000);
    await factory.stop();
    await waiting;
  });
});
