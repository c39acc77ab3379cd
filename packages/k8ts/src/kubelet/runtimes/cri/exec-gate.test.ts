import assert from "node:assert/strict";
import { it } from "node:test";
import { ExecGate } from "./exec-gate.ts";

it("lets twelve commands of a pod start at a time, in order, and other pods' beside them", async () => {
  const gate = new ExecGate();
  const entered: number[] = [];
  const leaves: (() => void)[] = [];
  const all = Array.from({ length: 30 }, async (_each, index) => {
    leaves[index] = await gate.enter("a");
    entered.push(index);
  });
  (await gate.enter("b"))();
  assert.equal(entered.length, 12);
  leaves[3]!();
  leaves[3]!();
  await all[12];
  assert.deepEqual(entered.slice(12), [12]);
  for (let index = 0; index < 30; index++) {
    await all[index];
    leaves[index]!();
  }
  assert.equal(entered.length, 30);
});
