import assert from "node:assert/strict";
import { test } from "node:test";
import { slowStart } from "./slow-start.ts";

test("batches double while all succeed", async () => {
  const batches: number[] = [];
  let running = 0;
  const result = await slowStart(10, async () => {
    running++;
    await Promise.resolve();
    if (running > 0) batches.push(running);
    running = 0;
  });
  assert.deepEqual(result, { successes: 10 });
  assert.deepEqual(batches, [1, 2, 4, 3]);
});

test("a failure ends it after its batch", async () => {
  let calls = 0;
  const result = await slowStart(100, async () => {
    if (++calls === 3) throw new Error("quota");
  });
  assert.equal(calls, 3);
  assert.equal(result.successes, 2);
  assert.match(String(result.error), /quota/);
});

test("nothing to make makes nothing", async () => {
  assert.deepEqual(await slowStart(0, () => Promise.reject(new Error("called"))), { successes: 0 });
});
