/**
 * What every storage backend does, as tests that each backend's own test file runs. A backend that differs is wrong, or
 * the contract is.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clock } from "@k8ts/api";
import { VirtualClock } from "@k8ts/api";
import type { HistoryLimits } from "./history.ts";
import { type Change, type Storage, StorageError, type StorageErrorCode } from "./storage.ts";

/** How the suite gets a fresh, empty store. */
export interface ContractBackend {
  readonly name: string;
  open(options: { clock: Clock; history?: HistoryLimits }): Promise<Storage>;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const text = (value: Uint8Array | undefined): string | undefined => value && Buffer.from(value).toString();

const put = (key: string, value: string, expected?: number, index?: string) => ({
  key,
  value: bytes(value),
  ...(expected !== undefined && { expected }),
  ...(index !== undefined && { index }),
});

const remove = (key: string, expected?: number) => ({
  key,
  value: undefined,
  ...(expected !== undefined && { expected }),
});

async function refused(promise: Promise<unknown>, code: StorageErrorCode): Promise<StorageError> {
  const error = await promise.then(
    () => assert.fail(`nothing was refused; expected ${code}`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof StorageError, `not a StorageError: ${String(error)}`);
  assert.equal(error.code, code);
  return error;
}

/** A sink that keeps what it hears. */
class Recorder {
  readonly changes: Change[] = [];
  readonly batches: (readonly Change[])[] = [];
  closed: StorageError | undefined;
  readonly sink = {
    changes: (changes: readonly Change[]): void => {
      assert.equal(this.closed, undefined, "changes after closed");
      this.batches.push(changes);
      this.changes.push(...changes);
    },
    closed: (error: StorageError): void => {
      this.closed = error;
    },
  };

  told(): string[] {
    return this.changes.map(({ key, revision, value }) => `${revision} ${key}=${text(value?.value) ?? "gone"}`);
  }
}

/** Long enough for the microtasks and I/O callbacks that are ready. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const keysOf = (page: { values: readonly { key: string }[] }): string => page.values.map(({ key }) => key).join(" ");

/** Runs the suite for one backend. */
export function storageContract(backend: ContractBackend): void {
  const open = (history?: HistoryLimits, clock: Clock = new VirtualClock()): Promise<Storage> =>
    backend.open({ clock, ...(history && { history }) });

  describe(`${backend.name}: revisions and compare-and-set`, () => revisionTests(open));
  describe(`${backend.name}: lists`, () => listTests(open));
  describe(`${backend.name}: watches`, () => watchTests(open));
  describe(`${backend.name}: compaction and closing`, () => compactionTests(open));
}

type Open = (history?: HistoryLimits, clock?: Clock) => Promise<Storage>;

function revisionTests(open: Open): void {
  test("an empty store is at revision 1, and every commit raises it by one", async () => {
    const storage = await open();
    assert.equal(await storage.revision(), 1);
    assert.equal(await storage.commit([put("/a", "1")]), 2);
    assert.equal(await storage.commit([put("/b", "1"), put("/c", "1")]), 3);
    assert.equal(await storage.revision(), 3);
    assert.equal((await storage.get("/b"))?.revision, 3);
    await storage.close();
  });

  test("a value comes back byte for byte, with its index", async () => {
    const storage = await open();
    const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await storage.commit([{ key: "/a", value, index: "app=ä,b=c\nnode" }]);
    await storage.commit([{ key: "/b", value: bytes("x"), index: "" }]);
    await storage.commit([{ key: "/c", value: bytes("x") }]);
    const stored = await storage.get("/a");
    assert.deepEqual(Buffer.from(stored!.value), value);
    assert.equal(stored!.index, "app=ä,b=c\nnode");
    assert.equal((await storage.get("/b"))!.index, "");
    assert.equal((await storage.get("/c"))!.index, undefined);
    assert.equal(await storage.get("/missing"), undefined);
    await storage.close();
  });

  for (const [what, operation, current] of [
    ["a create of a key that exists", put("/a", "2", 0), 2],
    ["an update at an older revision", put("/a", "2", 1), 2],
    ["an update of a key that does not exist", put("/missing", "2", 2), 0],
    ["a delete at another revision", remove("/a", 7), 2],
  ] as const) {
    test(`${what} is refused and says what is there`, async () => {
      const storage = await open();
      await storage.commit([put("/a", "1")]);
      assert.equal((await refused(storage.commit([operation]), "Conflict")).current, current);
      assert.equal(await storage.revision(), 2);
      assert.equal(text((await storage.get("/a"))?.value), "1");
      await storage.close();
    });
  }

  test("a commit of several operations does all or nothing", async () => {
    const storage = await open();
    await storage.commit([put("/a", "1")]);
    await refused(storage.commit([put("/b", "1"), put("/a", "2", 9)]), "Conflict");
    assert.equal(await storage.get("/b"), undefined);
    assert.equal(await storage.commit([put("/b", "1"), remove("/a", 2)]), 3);
    assert.equal(await storage.get("/a"), undefined);
    await storage.close();
  });

  test("of many writers at the same revision exactly one wins", async () => {
    const storage = await open();
    await storage.commit([put("/a", "0")]);
    const attempts = Array.from({ length: 50 }, (_, index) => storage.commit([put("/a", String(index), 2)]));
    const results = await Promise.allSettled(attempts);
    assert.equal(results.filter(({ status }) => status === "fulfilled").length, 1);
    assert.equal(await storage.revision(), 3);
    await storage.close();
  });

  test("deleting what is not there changes nothing", async () => {
    const storage = await open();
    assert.equal(await storage.commit([remove("/a")]), 1);
    assert.equal(await storage.revision(), 1);
    await storage.close();
  });
}

function listTests(open: Open): void {
  async function filled(): Promise<Storage> {
    const storage = await open();
    for (const key of ["/r/pods/b/2", "/r/pods/a/1", "/r/podsx/1", "/r/pods/b/1", "/r/nodes/1"]) {
      await storage.commit([put(key, key)]);
    }
    return storage;
  }

  test("a prefix lists its keys in order and no others", async () => {
    const storage = await filled();
    const page = await storage.list("/r/pods/");
    assert.equal(keysOf(page), "/r/pods/a/1 /r/pods/b/1 /r/pods/b/2");
    assert.deepEqual([page.revision, page.more], [6, false]);
    assert.equal(keysOf(await storage.list("/r/pods/b/")), "/r/pods/b/1 /r/pods/b/2");
    assert.equal(keysOf(await storage.list("/r/none/")), "");
    await storage.close();
  });

  test("pages follow each other without gap or overlap", async () => {
    const storage = await filled();
    const first = await storage.list("/r/pods/", { limit: 2 });
    assert.deepEqual([keysOf(first), first.more], ["/r/pods/a/1 /r/pods/b/1", true]);
    const second = await storage.list("/r/pods/", { limit: 2, after: "/r/pods/b/1" });
    assert.deepEqual([keysOf(second), second.more], ["/r/pods/b/2", false]);
    const exact = await storage.list("/r/pods/", { limit: 3 });
    assert.equal(exact.more, false);
    await storage.close();
  });

  test("a list at an older revision shows what was, whatever was written, changed or deleted since", async () => {
    const storage = await filled();
    await storage.commit([put("/r/pods/a/1", "changed"), remove("/r/pods/b/1"), put("/r/pods/c/1", "new")]);
    await storage.commit([put("/r/pods/b/1", "again")]);
    await storage.commit([remove("/r/pods/c/1")]);
    const page = await storage.list("/r/pods/", { revision: 6 });
    assert.deepEqual(
      page.values.map(({ value, revision }) => `${text(value)}@${revision}`),
      ["/r/pods/a/1@3", "/r/pods/b/1@5", "/r/pods/b/2@2"],
    );
    assert.equal(page.revision, 6);
    assert.equal(
      keysOf(await storage.list("/r/pods/", { revision: 6, after: "/r/pods/a/1", limit: 1 })),
      "/r/pods/b/1",
    );
    assert.equal(keysOf(await storage.list("/r/pods/", { revision: 7 })), "/r/pods/a/1 /r/pods/b/2 /r/pods/c/1");
    assert.equal(keysOf(await storage.list("/r/pods/", { revision: 1 })), "");
    await storage.close();
  });

  test("a revision that has not happened yet is refused", async () => {
    const storage = await filled();
    assert.equal((await refused(storage.list("/r/", { revision: 7 }), "FutureRevision")).current, 6);
    await storage.close();
  });
}

function watchTests(open: Open): void {
  test("a watch tells the past first, then what happens, in order and only its prefix", async () => {
    const storage = await open();
    await storage.commit([put("/r/a", "1")]);
    await storage.commit([put("/other", "1")]);
    await storage.commit([put("/r/b", "1")]);
    const recorder = new Recorder();
    storage.watch("/r/", 2, recorder.sink);
    assert.deepEqual(recorder.told(), [], "nothing before the watch is handed out");
    await storage.commit([put("/r/a", "2")]);
    await storage.commit([put("/other", "2"), remove("/r/b")]);
    await settle();
    assert.deepEqual(recorder.told(), ["4 /r/b=1", "5 /r/a=2", "6 /r/b=gone"]);
    assert.equal(text(recorder.changes[1]!.previous?.value), "1");
    assert.equal(recorder.changes[0]!.previous, undefined);
    await storage.close();
  });

  test("a commit is told whole, and before whoever made it goes on", async () => {
    const storage = await open();
    const recorder = new Recorder();
    storage.watch("/", 1, recorder.sink);
    await settle();
    const revision = await storage.commit([put("/a", "1"), put("/b", "1")]);
    assert.deepEqual(recorder.told(), [`${revision} /a=1`, `${revision} /b=1`]);
    assert.equal(recorder.batches.length, 1);
    await storage.close();
  });

  test("concurrent commits are told in revision order, each once", async () => {
    const storage = await open();
    const recorder = new Recorder();
    storage.watch("/", 1, recorder.sink);
    await Promise.all(Array.from({ length: 300 }, (_, index) => storage.commit([put(`/k${index}`, "x")])));
    await settle();
    assert.deepEqual(
      recorder.changes.map(({ revision }) => revision),
      Array.from({ length: 300 }, (_, index) => index + 2),
    );
    await storage.close();
  });

  test("a refused commit is told to nobody", async () => {
    const storage = await open();
    const recorder = new Recorder();
    storage.watch("/", 1, recorder.sink);
    await refused(storage.commit([put("/a", "1", 5)]), "Conflict");
    await settle();
    assert.deepEqual(recorder.told(), []);
    await storage.close();
  });

  test("nothing comes after a watch was stopped", async () => {
    const storage = await open();
    const recorder = new Recorder();
    const stop = storage.watch("/", 1, recorder.sink);
    await storage.commit([put("/a", "1")]);
    stop();
    await storage.commit([put("/a", "2")]);
    await settle();
    assert.deepEqual(recorder.told(), ["2 /a=1"]);
    assert.equal(recorder.closed, undefined);
    await storage.close();
  });
}

function compactionTests(open: Open): void {
  test("what was compacted can neither be listed nor watched, and current values stay", async () => {
    const storage = await open();
    for (let count = 0; count < 5; count++) await storage.commit([put("/a", String(count))]);
    await storage.compact(4);
    await refused(storage.list("/", { revision: 3 }), "Compacted");
    assert.equal(text((await storage.list("/", { revision: 4 })).values[0]!.value), "2");
    const recorder = new Recorder();
    storage.watch("/", 3, recorder.sink);
    await settle();
    assert.equal(recorder.closed?.code, "Compacted");
    const late = new Recorder();
    storage.watch("/", 4, late.sink);
    await settle();
    assert.deepEqual(late.told(), ["5 /a=3", "6 /a=4"]);
    await refused(storage.compact(7), "FutureRevision");
    assert.equal(text((await storage.get("/a"))?.value), "4");
    await storage.close();
  });

  test("history is bounded by age, without anybody writing", async () => {
    const clock = new VirtualClock();
    const storage = await open({ age: 300_000, bytes: 1 << 20, changes: 1000 }, clock);
    await storage.commit([put("/a", "1")]);
    await clock.advance(200_000);
    await storage.commit([put("/a", "2")]);
    await clock.advance(160_000);
    await refused(storage.list("/", { revision: 1 }), "Compacted");
    assert.equal(text((await storage.list("/", { revision: 2 })).values[0]!.value), "1");
    await clock.advance(400_000);
    await refused(storage.list("/", { revision: 2 }), "Compacted");
    assert.equal(clock.pending, 0, "no timer where nothing is left to forget");
    await storage.close();
  });

  test("history is bounded by number and by bytes", async () => {
    const storage = await open({ age: 1e9, bytes: 1e9, changes: 10 });
    for (let count = 0; count < 20; count++) await storage.commit([put("/a", String(count))]);
    await refused(storage.list("/", { revision: 10 }), "Compacted");
    assert.equal((await storage.list("/", { revision: 11 })).values.length, 1);
    await storage.close();
    const small = await open({ age: 1e9, bytes: 10_000, changes: 1e9 });
    for (let count = 0; count < 20; count++) await small.commit([put("/a", "x".repeat(1000))]);
    await refused(small.list("/", { revision: 10 }), "Compacted");
    await small.close();
  });

  test("a closed store refuses everything and tells its watchers", async () => {
    const storage = await open();
    const recorder = new Recorder();
    storage.watch("/", 1, recorder.sink);
    await settle();
    const last = storage.commit([put("/a", "1")]);
    await storage.close();
    await storage.close();
    assert.equal(await last, 2, "what was begun before is finished");
    assert.equal(recorder.closed?.code, "Closed");
    await refused(storage.commit([put("/a", "1")]), "Closed");
    await refused(storage.get("/a"), "Closed");
    await refused(storage.list("/"), "Closed");
    await refused(storage.revision(), "Closed");
    const late = new Recorder();
    storage.watch("/", 1, late.sink);
    await settle();
    assert.equal(late.closed?.code, "Closed");
  });
}
