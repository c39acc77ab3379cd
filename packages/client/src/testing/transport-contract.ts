/** What every Transport does, whatever it travels on: the contract suite of rest/transport.ts. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type DeepReadonly, isAlreadyExists, isBadRequest, isConflict, isNotFound, StatusError } from "@k8ts/api";
import { type ConfigMap, configMaps } from "@k8ts/api/core/v1";
import type { ResourceRequest, Transport, WatchEvent } from "../rest/transport.ts";

/** A transport to a server of its own, which has a namespace `default` and serves ConfigMaps in it. */
export interface TransportUnderTest {
  readonly transport: Transport;
  stop(): Promise<void>;
}

const namespace = "default";
const on = { resource: configMaps, namespace };

const configMap = (name: string, data: Record<string, string>, labels: Record<string, string> = {}): ConfigMap => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace, labels },
  data,
});

/** Collects a watch's events and lets a test wait for them. */
class Watched {
  readonly events: WatchEvent<ConfigMap>[] = [];
  readonly closes: (Error | undefined)[] = [];
  readonly stop = new AbortController();
  #changed = Promise.withResolvers<void>();

  event(event: WatchEvent<ConfigMap>): void {
    this.events.push(event);
    this.#wake();
  }

  closed(error?: Error): void {
    this.closes.push(error);
    this.#wake();
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  async until(done: () => boolean): Promise<void> {
    while (!done()) await this.#changed.promise;
  }

  get summary(): string[] {
    return this.events.map(({ type, object }) => `${type} ${object.metadata.name ?? ""}`.trim());
  }
}

/** Runs the suite; `make` gives a fresh server and transport. */
export function transportContract(name: string, make: () => Promise<TransportUnderTest>): void {
  describe(`transport: ${name}`, () => {
    let under: TransportUnderTest;
    before(async () => {
      under = await make();
    });
    after(() => under.stop());
    const call = (request: Omit<ResourceRequest, "resource" | "namespace">): Promise<DeepReadonly<ConfigMap>> =>
      under.transport.request<ConfigMap>({ ...on, ...request });
    const create = (object: ConfigMap) => call({ verb: "create", body: object });
    requests(() => under.transport, call, create);
    watches(() => under.transport, call, create);
  });
}

type Call = (request: Omit<ResourceRequest, "resource" | "namespace">) => Promise<DeepReadonly<ConfigMap>>;
type Create = (object: ConfigMap) => Promise<DeepReadonly<ConfigMap>>;

function requests(transport: () => Transport, call: Call, create: Create): void {
  it("creates, gets, updates, patches and deletes", async () => {
    const created = await create(configMap("life", { a: "1" }));
    assert.ok(created.metadata.uid);
    const read = await call({ verb: "get", name: "life" });
    assert.equal(read.metadata.resourceVersion, created.metadata.resourceVersion);
    assert.equal(read.kind, "ConfigMap");
    const body = { ...read, data: { a: "2" } };
    const updated = await call({ verb: "update", name: "life", body });
    assert.notEqual(updated.metadata.resourceVersion, created.metadata.resourceVersion);
    const patch = {
      verb: "patch",
      name: "life",
      patchType: "application/merge-patch+json",
      body: { data: { b: "3" } },
    } as const;
    assert.deepEqual({ ...(await call(patch)).data }, { a: "2", b: "3" });
    await call({ verb: "delete", name: "life" });
    await assert.rejects(call({ verb: "get", name: "life" }), isNotFound);
  });

  it("throws the server's StatusErrors", async () => {
    await assert.rejects(call({ verb: "get", name: "absent" }), (error) => {
      assert.ok(error instanceof StatusError && isNotFound(error));
      assert.equal(error.message, 'configmaps "absent" not found');
      assert.equal(error.code, 404);
      return true;
    });
    const first = await create(configMap("twice", {}));
    await assert.rejects(create(configMap("twice", {})), isAlreadyExists);
    await call({ verb: "update", name: "twice", body: { ...first, data: { a: "1" } } });
    await assert.rejects(call({ verb: "update", name: "twice", body: { ...first, data: { a: "2" } } }), isConflict);
  });

  it("refuses requests that have no URL", async () => {
    await assert.rejects(call({ verb: "get", name: "" }), isBadRequest);
    await assert.rejects(transport().request({ verb: "get", resource: configMaps, name: "a" }), isBadRequest);
  });

  it("lists by label, in pages", async () => {
    for (const name of ["p1", "p2", "p3"]) await create(configMap(name, {}, { set: "pages" }));
    const list = (query: ResourceRequest["query"]) =>
      transport().request<{ metadata: { continue?: string }; items: ConfigMap[] }>({ verb: "list", ...on, query });
    const first = await list({ labelSelector: "set=pages", limit: 2 });
    assert.deepEqual(
      first.items.map((item) => item.metadata.name),
      ["p1", "p2"],
    );
    const second = await list({ labelSelector: "set=pages", limit: 2, continue: first.metadata.continue });
    assert.deepEqual(
      second.items.map((item) => item.metadata.name),
      ["p3"],
    );
    assert.ok(!second.metadata.continue);
  });

  it("deletes a collection", async () => {
    for (const name of ["c1", "c2"]) await create(configMap(name, {}, { set: "gone" }));
    await call({ verb: "deletecollection", query: { labelSelector: "set=gone" } });
    await assert.rejects(call({ verb: "get", name: "c1" }), isNotFound);
  });

  it("rejects with the signal's reason", async () => {
    const reason = new Error("never mind");
    await assert.rejects(call({ verb: "get", name: "a", signal: AbortSignal.abort(reason) }), reason);
  });

  it("answers raw calls without throwing for statuses", async () => {
    await create(configMap("raw", { a: "ü" }));
    const found = await transport().raw({ method: "GET", path: "/api/v1/namespaces/default/configmaps/raw" });
    assert.equal(found.status, 200);
    assert.match(found.headers["content-type"] ?? "", /application\/json/);
    assert.equal((JSON.parse(await new Response(found.body).text()) as ConfigMap).data?.a, "ü");
    const missing = await transport().raw({ method: "GET", path: "/api/v1/namespaces/default/configmaps/none" });
    assert.equal(missing.status, 404);
    assert.equal((JSON.parse(await new Response(missing.body).text()) as { reason: string }).reason, "NotFound");
  });
}

function watches(transport: () => Transport, call: Call, create: Create): void {
  const watch = async (query: ResourceRequest["query"]): Promise<Watched> => {
    const watched = new Watched();
    await transport().watch<ConfigMap>({ ...on, query, signal: watched.stop.signal }, watched);
    return watched;
  };

  it("watches from a revision, in order", async () => {
    const start = await create(configMap("w0", {}, { set: "watched" }));
    const watched = await watch({ resourceVersion: start.metadata.resourceVersion, labelSelector: "set=watched" });
    await create(configMap("w1", { text: "ä\n€".repeat(2000) }, { set: "watched" }));
    await create(configMap("other", {}));
    await call({ verb: "patch", name: "w1", patchType: "application/merge-patch+json", body: { data: { b: "1" } } });
    await call({ verb: "delete", name: "w1" });
    await watched.until(() => watched.events.length >= 3);
    assert.deepEqual(watched.summary, ["ADDED w1", "MODIFIED w1", "DELETED w1"]);
    assert.equal(watched.events[0]!.object.data?.text, "ä\n€".repeat(2000));
    watched.stop.abort();
    await watched.until(() => watched.closes.length > 0);
    assert.deepEqual(watched.closes, [undefined]);
  });

  it("streams the initial events and says when they are over", async () => {
    await create(configMap("i1", {}, { set: "initial" }));
    const query = { sendInitialEvents: true, resourceVersionMatch: "NotOlderThan", resourceVersion: "" };
    const watched = await watch({ ...query, allowWatchBookmarks: true, labelSelector: "set=initial" });
    await watched.until(() => watched.events.some(({ type }) => type === "BOOKMARK"));
    assert.deepEqual(
      watched.events.map(({ type }) => type),
      ["ADDED", "BOOKMARK"],
    );
    assert.equal(watched.events[1]!.object.metadata.annotations?.["k8s.io/initial-events-end"], "true");
    assert.ok(watched.events[1]!.object.metadata.resourceVersion);
    watched.stop.abort();
  });

  it("says nothing after a watch is aborted", async () => {
    const start = await create(configMap("q0", {}));
    const watched = await watch({ resourceVersion: start.metadata.resourceVersion });
    watched.stop.abort();
    await watched.until(() => watched.closes.length > 0);
    await create(configMap("q1", {}));
    const again = await watch({ resourceVersion: start.metadata.resourceVersion });
    await again.until(() => again.events.length > 0);
    again.stop.abort();
    assert.deepEqual(watched.events, []);
    assert.equal(watched.closes.length, 1);
  });

  it("rejects a watch whose signal has aborted", async () => {
    const reason = new Error("never mind");
    const watched = new Watched();
    await assert.rejects(transport().watch({ ...on, signal: AbortSignal.abort(reason) }, watched), reason);
    assert.deepEqual(watched.closes, []);
  });
}
