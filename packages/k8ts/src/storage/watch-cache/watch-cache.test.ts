import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type KubernetesObject, parseFieldSelector, type LogFields, silentLogger, VirtualClock } from "@k8ts/api";
import type { Change, StoredValue } from "../storage.ts";
import { CacheFeed } from "./cache-feed.ts";
import { openMemoryStorage } from "../backends/memory.ts";
import type { WatchEvent } from "./event.ts";
import { type RecordFormat, beginsWith } from "./record.ts";
import { fieldNamesMark, indexText, LabelTable, parseLabels, splitIndex } from "./record-index.ts";
import { runsOf } from "./runs.ts";
import { WatchCache } from "./watch-cache.ts";
import { Watcher } from "./watcher.ts";

const head = Buffer.from('{"kind":"Pod","apiVersion":"v1","metadata":{');

interface Counts {
  parsed: number;
}

function podFormat(counts: Counts = { parsed: 0 }): RecordFormat {
  const parse = (value: Uint8Array): KubernetesObject & { spec?: { nodeName?: string } } => {
    counts.parsed++;
    return JSON.parse(Buffer.from(value).toString()) as KubernetesObject;
  };
  return {
    head,
    fieldNames: ["spec.nodeName"],
    mark: fieldNamesMark(["spec.nodeName"]),
    normalize: (value) => pod(parse(value).metadata.name ?? ""),
    index: (value) => {
      const { metadata, spec } = parse(value);
      return indexText(metadata.labels, fieldNamesMark(["spec.nodeName"]), [spec?.nodeName ?? ""]);
    },
    share: (object) => object,
  };
}

const pod = (name: string, padding = 0): Buffer =>
  Buffer.from(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"${name}"},"spec":{"pad":"${"x".repeat(padding)}"}}`);

const index = (node = ""): string => indexText(undefined, fieldNamesMark(["spec.nodeName"]), [node]);

const prefix = "/registry/pods/";

const stored = (key: string, revision: number, padding = 0, node = ""): StoredValue => ({
  key: prefix + key,
  value: pod(key, padding),
  revision,
  index: index(node),
});

function podCache(format = podFormat(), logger = silentLogger): WatchCache {
  const clock = new VirtualClock();
  const options = { prefix, namespaced: true, apiVersion: "v1", kind: "Pod", format, clock, logger };
  return new WatchCache(options, () => 0);
}

function load(cache: WatchCache, values: readonly StoredValue[], revision: number): void {
  const loading = cache.beginLoad();
  loading.add(values);
  loading.finish(revision);
}

/** Writes to the cache as storage would. */
class Writer {
  revision = 1;
  readonly #cache: WatchCache;
  readonly #values = new Map<string, StoredValue>();

  constructor(cache: WatchCache) {
    this.#cache = cache;
    load(cache, [], 1);
  }

  put(key: string, padding = 0, node = ""): void {
    const value = stored(key, ++this.revision, padding, node);
    this.#apply(key, value);
    this.#values.set(key, value);
  }

  remove(key: string): void {
    this.revision++;
    this.#apply(key, undefined);
    this.#values.delete(key);
  }

  #apply(key: string, value: StoredValue | undefined): void {
    const change: Change = { key: prefix + key, revision: this.revision, value, previous: this.#values.get(key) };
    this.#cache.apply(change);
  }
}

const bytesOf = (cache: WatchCache): string =>
  Buffer.concat([...runsOf(cache.list({ namespace: "" }))].map((run) => Buffer.from(run))).toString();

const namesOf = (cache: WatchCache): string[] =>
  (JSON.parse(`[${bytesOf(cache)}]`) as KubernetesObject[]).map(({ metadata }) => metadata.name ?? "");

describe("index text", () => {
  test("gives labels and fields back, whatever they hold", () => {
    const fields = ["", "a\nb", "back\\slash\\n", "ü"];
    const mark = fieldNamesMark(["a", "b", "c", "d"]);
    const split = splitIndex(indexText({ app: "web", "example.com/x": "" }, mark, fields));
    assert.deepEqual(parseLabels(split.labels), { app: "web", "example.com/x": "" });
    assert.deepEqual([split.mark, split.fields], [mark, fields]);
    assert.deepEqual(splitIndex(indexText(undefined, "", [])), { labels: "", mark: "", fields: [] });
  });

  test("objects of the same labels share one set", () => {
    const table = new LabelTable();
    assert.equal(table.get("a=b,c=d"), table.get("a=b,c=d"));
    assert.notEqual(table.get("a=b"), table.get("a=c"));
  });
});

describe("bytes at rest", () => {
  test("neighbours written in order are one run without copying; the bytes are the list", () => {
    const cache = podCache();
    const values = Array.from({ length: 1000 }, (_, number) => stored(`d/p${String(number).padStart(4, "0")}`, 5, 50));
    load(cache, values, 9);
    const runs = [...runsOf(cache.list({ namespace: "" }))];
    assert.ok(runs.length <= 8, `${runs.length} runs`);
    const slab = cache.get("d/p0999")!.slab.bytes;
    assert.equal(runs.at(-1)!.buffer, slab.buffer, "a long run is a view of its slab");
    const objects = JSON.parse(`[${bytesOf(cache)}]`) as KubernetesObject[];
    assert.equal(objects.length, 1000);
    assert.ok(objects.every(({ metadata }) => metadata.resourceVersion === "5"));
    assert.deepEqual(bytesOf(podCache()), "");
  });

  test("scattered records are gathered in order", () => {
    const cache = podCache();
    const writer = new Writer(cache);
    for (let number = 999; number >= 0; number--) writer.put(`d/p${String(number).padStart(4, "0")}`, 100);
    const sorted = Array.from({ length: 1000 }, (_, number) => `d/p${String(number).padStart(4, "0")}`);
    assert.deepEqual(namesOf(cache), sorted);
    assert.ok([...runsOf(cache.list({ namespace: "" }))].length < 10);
  });

  test("memory follows what lives, not what was written; views stay as they were", () => {
    const cache = podCache();
    const writer = new Writer(cache);
    writer.put("d/still", 1000);
    const view = cache.get("d/still")!.json();
    const before = Buffer.from(view).toString();
    for (let round = 0; round < 400; round++)
      for (let number = 0; number < 20; number++) writer.put(`d/p${number}`, 5000);
    assert.ok(cache.bytes < 1_000_000, `${cache.bytes} bytes for 21 objects of 5 kB, written 8,000 times`);
    assert.equal(Buffer.from(view).toString(), before);
    assert.equal(Buffer.from(cache.get("d/still")!.json()).toString(), before);
    for (let number = 0; number < 20; number++) writer.remove(`d/p${number}`);
    assert.deepEqual(namesOf(cache), ["d/still"]);
  });

  test("an idle cache holds nothing, a small one little", () => {
    const cache = podCache();
    assert.equal(cache.bytes, 0);
    new Writer(cache).put("d/a");
    assert.ok(cache.bytes <= 16 << 10);
  });

  test("loading and selecting parse nothing", () => {
    const counts = { parsed: 0 };
    const cache = podCache(podFormat(counts));
    load(cache, [stored("d/a", 2, 0, "n1"), stored("d/b", 3, 0, "n2")], 3);
    const fields = parseFieldSelector("spec.nodeName=n2");
    assert.deepEqual(
      cache.list({ namespace: "", fields }).map(({ key }) => key),
      ["d/b"],
    );
    assert.equal(counts.parsed, 0);
  });

  test("a value without index, with an index of other fields or in another order is made right", () => {
    const counts = { parsed: 0 };
    const cache = podCache(podFormat(counts));
    const foreign = Buffer.from('{"apiVersion":"v1","metadata":{"name":"d/b","labels":{"a":"b"}},"kind":"Pod"}');
    assert.equal(beginsWith(foreign, head), false);
    const other = { ...stored("d/c", 4), index: indexText(undefined, fieldNamesMark(["x"]), ["n9"]) };
    load(
      cache,
      [{ ...stored("d/a", 2), index: undefined }, { key: `${prefix}d/b`, value: foreign, revision: 3 }, other],
      4,
    );
    assert.deepEqual(namesOf(cache), ["d/a", "d/b", "d/c"]);
    assert.deepEqual(cache.get("d/b")!.labels, { a: "b" });
    assert.equal(cache.get("d/c")!.field("spec.nodeName"), "");
    assert.equal(counts.parsed, 4);
  });

  test("a value that is no object is left out, with an error in the log", () => {
    const errors: LogFields[] = [];
    const logger = { ...silentLogger, error: (_message: string, fields?: LogFields) => void errors.push(fields ?? {}) };
    const cache = podCache(podFormat(), logger);
    load(cache, [{ key: `${prefix}d/bad`, value: Buffer.from("not json"), revision: 2 }, stored("d/a", 3)], 3);
    assert.deepEqual(namesOf(cache), ["d/a"]);
    assert.equal(errors[0]?.["key"], "/registry/pods/d/bad");
  });
});

describe("watchers", () => {
  const watchNode = (cache: WatchCache, node: string, events: WatchEvent[]): Watcher =>
    cache.watch(
      { namespace: "", fields: parseFieldSelector(`spec.nodeName=${node}`), bookmarks: false },
      { events: (more) => void events.push(...more), closed: () => {} },
    );
  const tick = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  test("a change is offered only to the watchers of its field's value", async () => {
    const cache = podCache();
    const writer = new Writer(cache);
    const heard: WatchEvent[][] = Array.from({ length: 1000 }, () => []);
    for (const [node, events] of heard.entries()) watchNode(cache, `n${node}`, events);
    await tick();
    let offered = 0;
    const offer = Watcher.prototype.offer;
    Watcher.prototype.offer = function (this: Watcher, change) {
      offered++;
      return offer.call(this, change);
    };
    try {
      writer.put("d/a", 0, "n7");
      writer.put("d/a", 0, "n8");
    } finally {
      Watcher.prototype.offer = offer;
    }
    await tick();
    assert.equal(offered, 3);
    assert.deepEqual(
      heard[7]!.map(({ type }) => type),
      ["ADDED", "DELETED"],
    );
    assert.deepEqual(
      heard[8]!.map(({ type }) => type),
      ["ADDED"],
    );
    assert.equal(heard.flat().length, 3);
  });

  test("events of a tick come together", async () => {
    const cache = podCache();
    const writer = new Writer(cache);
    const calls: number[] = [];
    cache.watch(
      { namespace: "", bookmarks: false },
      { events: (events) => void calls.push(events.length), closed: () => {} },
    );
    await tick();
    for (let number = 0; number < 10; number++) writer.put(`d/${number}`);
    await tick();
    assert.deepEqual(calls, [10]);
  });

  test("a watcher that ended leaves nothing behind", async () => {
    const cache = podCache();
    const events: WatchEvent[] = [];
    const watcher = watchNode(cache, "n1", events);
    await tick();
    assert.equal(cache.watcherCount, 1);
    watcher.end();
    assert.equal(cache.watcherCount, 0);
    new Writer(cache).put("d/a", 0, "n1");
    await tick();
    assert.deepEqual(events, []);
  });
});

describe("feed", () => {
  test("a cache added while it runs has every change exactly once", async () => {
    const clock = new VirtualClock();
    const storage = openMemoryStorage({ clock, logger: silentLogger });
    const feed = new CacheFeed({ storage, clock, logger: silentLogger });
    await feed.start();
    const put = (key: string) => storage.commit([{ key: prefix + key, value: pod(key), index: index() }]);
    await put("d/a");
    const cache = podCache();
    const adding = feed.add(cache);
    const writing = Promise.all(["d/b", "d/c", "d/a"].map(put));
    await Promise.all([adding, writing]);
    await feed.reached(5, 1000);
    assert.deepEqual(namesOf(cache), ["d/a", "d/b", "d/c"]);
    assert.equal(feed.revision(), 5);
    feed.remove(cache);
    await put("d/e");
    assert.equal(cache.size, 3);
    feed.stop();
  });

  test("a feed that storage cut off fills its caches anew, and ends their watches", async () => {
    const clock = new VirtualClock();
    const storage = openMemoryStorage({ clock, logger: silentLogger });
    let lose = (): void => {};
    const watch: typeof storage.watch = (prefix, revision, sink) => {
      const stop = storage.watch(prefix, revision, sink);
      lose = () => {
        stop();
        sink.closed(Object.assign(new Error("lost"), { code: "Compacted" }) as never);
      };
      return stop;
    };
    const feed = new CacheFeed({
      storage: Object.assign(Object.create(storage) as typeof storage, bound(storage), { watch }),
      clock,
      logger: silentLogger,
    });
    const cache = podCache();
    await feed.add(cache);
    await feed.start();
    let closed = false;
    cache.watch({ namespace: "", bookmarks: false }, { events: () => {}, closed: () => (closed = true) });
    lose();
    await storage.commit([{ key: `${prefix}d/a`, value: pod("d/a"), index: index() }]);
    assert.equal(cache.size, 0);
    await clock.advance(1000);
    assert.deepEqual([namesOf(cache), closed], [["d/a"], true]);
    feed.stop();
  });
});

/** A store's methods, bound, so that one of them can be put in another's place. */
function bound(storage: ReturnType<typeof openMemoryStorage>) {
  return {
    revision: () => storage.revision(),
    list: (prefix: string, options?: object) => storage.list(prefix, options),
  };
}
