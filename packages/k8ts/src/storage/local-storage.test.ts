import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger, VirtualClock } from "@k8ts/api";
import { LocalStorage, type ValueEngine } from "./local-storage.ts";
import { SortedMap } from "./sorted-map.ts";
import type { Change, StoredValue } from "./storage.ts";

/** An engine whose flushes end when the test says so; reads show a batch before it is durable, as an engine's may. */
class SlowEngine implements ValueEngine {
  readonly values = new SortedMap<StoredValue>();
  readonly batches: number[] = [];
  #waiting: { succeed: () => void; fail: (error: Error) => void } | undefined;

  get(key: string): StoredValue | undefined {
    return this.values.get(key);
  }

  range(prefix: string, after: string): Iterable<StoredValue> {
    return this.values.range(prefix, after);
  }

  async apply(changes: readonly Change[]): Promise<void> {
    this.batches.push(changes.length);
    for (const change of changes) this.#put(change.key, change.value);
    try {
      await new Promise<void>((succeed, fail) => (this.#waiting = { succeed, fail }));
    } catch (error) {
      for (const change of changes.toReversed()) this.#put(change.key, change.previous);
      throw error;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async finish(error?: Error): Promise<void> {
    if (error) this.#waiting?.fail(error);
    else this.#waiting?.succeed();
    await settle();
  }

  #put(key: string, value: StoredValue | undefined): void {
    if (value) this.values.set(value);
    else this.values.delete(key);
  }
}

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const put = (key: string, value: string, expected?: number) => ({ key, value: Buffer.from(value), expected });

function slow(): { engine: SlowEngine; storage: LocalStorage } {
  const engine = new SlowEngine();
  return { engine, storage: new LocalStorage(engine, 1, { clock: new VirtualClock(), logger: silentLogger }) };
}

test("nobody sees a write before it is durable", async () => {
  const { engine, storage } = slow();
  const first = storage.commit([put("/a", "old"), put("/b", "old")]);
  await settle();
  await engine.finish();
  await first;
  const seen: unknown[] = [];
  storage.watch("/", 2, { changes: (changes) => void seen.push(...changes), closed: () => {} });
  const second = storage.commit([put("/a", "new"), { key: "/b", value: undefined }, put("/c", "new")]);
  await settle();
  const text = async (key: string): Promise<string | undefined> => (await storage.get(key))?.value.toString();
  assert.deepEqual([await text("/a"), await text("/b"), await text("/c")], ["old", "old", undefined]);
  assert.equal(
    (await storage.list("/")).values.map(({ key, value }) => `${key}=${value.toString()}`).join(),
    "/a=old,/b=old",
  );
  assert.deepEqual([await storage.revision(), seen.length], [2, 0]);
  await engine.finish();
  await second;
  assert.deepEqual([await text("/a"), await text("/b"), await text("/c")], ["new", undefined, "new"]);
  assert.deepEqual([await storage.revision(), seen.length], [3, 3]);
});

test("commits that come during a flush share the next one", async () => {
  const { engine, storage } = slow();
  const commits = [storage.commit([put("/0", "x")])];
  await settle();
  for (let number = 1; number <= 10; number++) commits.push(storage.commit([put(`/${number}`, "x")]));
  await settle();
  await engine.finish();
  await engine.finish();
  assert.deepEqual(await Promise.all(commits), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  assert.deepEqual(engine.batches, [1, 10]);
});

test("a flush that fails refuses all it carried, conflicts included, and the next starts from what is stored", async () => {
  const { engine, storage } = slow();
  const seen: unknown[] = [];
  storage.watch("/", 1, { changes: (changes) => void seen.push(...changes), closed: () => {} });
  const doomed = [storage.commit([put("/a", "1", 0)]), storage.commit([put("/a", "2", 0)])];
  const refused = Promise.allSettled(doomed);
  await settle();
  await engine.finish(new Error("no space left on device"));
  const reasons = (await refused).map(
    (result) => (result as PromiseRejectedResult).reason as { code: string; message: string },
  );
  assert.deepEqual(
    reasons.map(({ code, message }) => [code, message]),
    Array.from({ length: 2 }, () => ["Unavailable", "no space left on device"]),
  );
  assert.deepEqual([await storage.revision(), await storage.get("/a"), seen.length], [1, undefined, 0]);
  const next = storage.commit([put("/a", "3", 0)]);
  await settle();
  await engine.finish();
  assert.equal(await next, 2);
});
