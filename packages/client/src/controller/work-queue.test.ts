import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { type Metrics, noMetrics, VirtualClock } from "@k8ts/api";
import { defaultRateLimiter, ExponentialFailures, TokenBucket } from "./rate-limiter.ts";
import { TimerHeap } from "./timer-heap.ts";
import { WorkQueue } from "./work-queue.ts";

describe("work queue", () => {
  let clock: VirtualClock;
  let queue: WorkQueue;
  beforeEach(() => {
    clock = new VirtualClock();
    queue = new WorkQueue({ name: "test", clock, metrics: noMetrics });
  });

  it("gives each key once, first come first served", async () => {
    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
    assert.deepEqual([await queue.get(), await queue.get(), await queue.get()], ["a", "b", "c"]);
    assert.equal(queue.length, 0);
  });

  it("holds a key back while a worker has it, and gives it again afterwards", async () => {
    queue.add("a");
    assert.equal(await queue.get(), "a");
    queue.add("a");
    queue.add("a");
    assert.equal(queue.length, 0);
    queue.done("a");
    assert.equal(queue.length, 1);
    assert.equal(await queue.get(), "a");
    queue.done("a");
    assert.equal(queue.length, 0);
  });

  it("wakes a waiting worker for each key", async () => {
    const [first, second] = [queue.get(), queue.get()];
    queue.add("a");
    queue.add("b");
    assert.deepEqual(await Promise.all([first, second]), ["a", "b"]);
  });

  it("adds delayed keys in order of their time, the earlier of two for one key", async () => {
    queue.addAfter("late", 200);
    queue.addAfter("early", 100);
    queue.addAfter("late", 50);
    queue.addAfter("early", 300);
    await clock.advance(60);
    assert.deepEqual([queue.length, await queue.get()], [1, "late"]);
    await clock.advance(1000);
    assert.deepEqual([queue.length, await queue.get()], [1, "early"]);
    assert.equal(clock.pending, 0);
  });

  it("backs off per key and forgets on success", async () => {
    const delays: number[] = [];
    for (let n = 0; n < 4; n++) {
      queue.addRateLimited("a");
      const from = clock.monotonic();
      await clock.runUntilIdle();
      delays.push(clock.monotonic() - from);
      queue.done((await queue.get())!);
    }
    assert.deepEqual(delays, [5, 10, 20, 40]);
    assert.equal(queue.retries("a"), 4);
    queue.forget("a");
    assert.equal(queue.retries("a"), 0);
  });

  it("lets workers finish what is ready when it is shut down", async () => {
    queue.add("a");
    queue.addAfter("later", 10);
    queue.shutDown();
    queue.add("b");
    assert.deepEqual([await queue.get(), await queue.get()], ["a", undefined]);
    assert.equal(clock.pending, 0);
  });

  it("keeps its order through many keys", async () => {
    const keys = Array.from({ length: 5000 }, (_, n) => String(n));
    for (const key of keys) queue.add(key);
    const seen: (string | undefined)[] = [];
    for (let n = 0; n < keys.length; n++) seen.push(await queue.get());
    assert.deepEqual(seen, keys);
  });

  it("counts depth, adds, retries, waiting and working", async () => {
    const values = new Map<string, number>();
    const note =
      (name: string) =>
      (value = 1) =>
        values.set(name, (values.get(name) ?? 0) + value);
    const metrics: Metrics = {
      counter: (name) => ({ add: note(name) }),
      gauge: (name) => ({ add: note(name), set: note(name) }),
      histogram: (name) => ({ observe: note(name) }),
    };
    const counted = new WorkQueue({ name: "test", clock, metrics });
    counted.add("a");
    counted.addRateLimited("b");
    await clock.advance(2000);
    assert.equal(values.get("workqueue_depth"), 2);
    const key = await counted.get();
    await clock.advance(500);
    counted.done(key!);
    assert.equal(values.get("workqueue_depth"), 1);
    assert.equal(values.get("workqueue_adds_total"), 2);
    assert.equal(values.get("workqueue_retries_total"), 1);
    assert.equal(values.get("workqueue_queue_duration_seconds"), 2);
    assert.equal(values.get("workqueue_work_duration_seconds"), 0.5);
  });
});

describe("rate limiters", () => {
  it("doubles from 5 ms to 1000 s", () => {
    const failures = new ExponentialFailures();
    const delays = Array.from({ length: 20 }, () => failures.when("a"));
    assert.deepEqual(delays.slice(0, 3), [5, 10, 20]);
    assert.deepEqual(delays.slice(-2), [1_000_000, 1_000_000]);
    assert.equal(failures.when("b"), 5);
  });

  it("lets a burst through and makes the rest wait its turn", async () => {
    const clock = new VirtualClock();
    const bucket = new TokenBucket(clock, 10, 3);
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => Math.round(bucket.reserve())),
      [0, 0, 0, 100, 200],
    );
    await clock.advance(300);
    assert.equal(bucket.tryTake(), true);
    assert.equal(bucket.tryTake(), false);
  });

  it("takes the longer of both by default", () => {
    const limiter = defaultRateLimiter(new VirtualClock());
    for (let n = 0; n < 100; n++) assert.equal(limiter.when(`item${n}`), 5);
    assert.equal(limiter.when("one more"), 100);
  });
});

describe("timer heap", () => {
  it("fires hundreds of timers in order, also moved ones", async () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const heap = new TimerHeap(clock, (item) => fired.push(Number(item)));
    for (let n = 0; n < 500; n++) heap.add(String((n * 7919) % 500), 10_000 + n);
    for (let n = 0; n < 500; n++) heap.add(String(n), n);
    await clock.runUntilIdle();
    assert.deepEqual(
      fired,
      Array.from({ length: 500 }, (_, n) => n),
    );
    assert.equal(heap.size, 0);
  });
});
