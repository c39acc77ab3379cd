import assert from "node:assert/strict";
import { it } from "node:test";
import { seededRandom } from "@k8ts/api";
import { Heap } from "./heap.ts";

it("keeps order through pushes, updates and removals from the middle", () => {
  const random = seededRandom(42);
  const heap = new Heap<{ key: string; rank: number }>(
    (item) => item.key,
    (a, b) => a.rank < b.rank,
  );
  const model = new Map<string, number>();
  for (let step = 0; step < 2000; step++) {
    const key = `k${Math.floor(random.next() * 50)}`;
    if (random.next() < 0.3) {
      assert.equal(heap.delete(key)?.rank, model.get(key));
      model.delete(key);
    } else {
      const rank = Math.floor(random.next() * 1000);
      heap.push({ key, rank });
      model.set(key, rank);
    }
    assert.equal(heap.size, model.size);
    assert.equal(heap.peek()?.rank, model.size === 0 ? undefined : Math.min(...model.values()));
  }
});
