import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@k8ts/api";
import { SortedMap } from "./sorted-map.ts";

test("behaves as a sorted Map under random writes", () => {
  const random = seededRandom(7);
  const map = new SortedMap<{ key: string; value: number }>();
  const model = new Map<string, number>();
  for (let step = 0; step < 20_000; step++) {
    const key = `k${Math.floor(random.next() * 3000)}`;
    if (random.next() < 0.4) {
      assert.equal(map.delete(key)?.value, model.get(key));
      model.delete(key);
    } else {
      assert.equal(map.set({ key, value: step })?.value, model.get(key));
      model.set(key, step);
    }
  }
  const keys = [...model.keys()].sort();
  assert.equal(map.size, keys.length);
  assert.deepEqual(
    [...map.from("")].map(({ key }) => key),
    keys,
  );
  assert.deepEqual(
    map.range("k1").map(({ key }) => key),
    keys.filter((key) => key.startsWith("k1")),
  );
  const after = keys[100]!;
  assert.deepEqual(
    map.range("k", after).map(({ key }) => key),
    keys.slice(101),
  );
  for (const key of keys) assert.equal(map.get(key)?.value, model.get(key));
});

test("filled in order or backwards, it holds everything", () => {
  for (const numbers of [Array.from({ length: 5000 }, (_, n) => n), Array.from({ length: 5000 }, (_, n) => 4999 - n)]) {
    const map = new SortedMap<{ key: string }>();
    for (const number of numbers) map.set({ key: String(number).padStart(5, "0") });
    assert.equal(map.range("").length, 5000);
    for (const number of numbers) map.delete(String(number).padStart(5, "0"));
    assert.deepEqual([map.size, map.range("")], [0, []]);
    map.set({ key: "again" });
    assert.equal(map.get("again")?.key, "again");
  }
});
