import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "./virtual-clock.ts";

test("timers fire in order of time, then of setting, each at its own time", async () => {
  const clock = new VirtualClock(1000);
  const fired: [string, number][] = [];
  const set = (name: string, delay: number): unknown => clock.setTimer(delay, () => fired.push([name, clock.now()]));
  set("late", 30);
  set("first", 10);
  set("second", 10);
  set("now", 0);
  await clock.advance(20);
  assert.deepEqual(fired, [
    ["now", 1000],
    ["first", 1010],
    ["second", 1010],
  ]);
  assert.equal(clock.now(), 1020);
  assert.equal(clock.monotonic(), 20);
  assert.equal(clock.pending, 1);
  assert.equal(clock.next, 1030);
});

test("what a sleeper does next happens within the same step", async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  const loop = (async () => {
    for (let turn = 0; turn < 3; turn++) {
      await clock.sleep(1000);
      seen.push(clock.monotonic());
    }
  })();
  await clock.advance(3000);
  await loop;
  assert.deepEqual(seen, [1000, 2000, 3000]);
});

test("cancelled timers do not fire, and sleepers hear the signal", async () => {
  const clock = new VirtualClock();
  let fired = 0;
  const timer = clock.setTimer(5, () => fired++);
  timer.cancel();
  timer.cancel();
  const controller = new AbortController();
  const sleeping = clock.sleep(1000, controller.signal);
  controller.abort(new Error("stop"));
  await assert.rejects(sleeping, { message: "stop" });
  await clock.runUntilIdle();
  assert.equal(fired, 0);
  assert.equal(clock.pending, 0);
});

test("a timer that sets itself for ever is found out", async () => {
  const clock = new VirtualClock();
  const again = (): void => void clock.setTimer(1, again);
  again();
  await assert.rejects(clock.runUntilIdle(10), { message: "timers still pending after 10 fired" });
});

test("many timers keep their order", async () => {
  const clock = new VirtualClock(0);
  const fired: number[] = [];
  for (let index = 0; index < 500; index++) clock.setTimer((index * 7919) % 1000, () => fired.push(clock.now()));
  await clock.runUntilIdle();
  assert.equal(fired.length, 500);
  assert.deepEqual(
    fired,
    [...fired].sort((a, b) => a - b),
  );
});
