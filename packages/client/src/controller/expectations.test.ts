import assert from "node:assert/strict";
import { it } from "node:test";
import { VirtualClock } from "@k8ts/api";
import { Expectations } from "./expectations.ts";

it("waits for creations and deletions to be seen", () => {
  const expectations = new Expectations(new VirtualClock());
  assert.equal(expectations.satisfied("n/a"), true);
  expectations.expectCreations("n/a", 2);
  expectations.creationObserved("n/a");
  assert.equal(expectations.satisfied("n/a"), false);
  assert.equal(expectations.satisfied("n/b"), true);
  expectations.creationObserved("n/a");
  assert.equal(expectations.satisfied("n/a"), true);
  expectations.expectDeletions("n/a", ["uid1", "uid2"]);
  // The same deletion may be heard of twice: as a deletionTimestamp, and as gone.
  expectations.deletionObserved("n/a", "uid1");
  expectations.deletionObserved("n/a", "uid1");
  expectations.deletionObserved("n/a", "foreign");
  assert.equal(expectations.satisfied("n/a"), false);
  expectations.deletionObserved("n/a", "uid2");
  assert.equal(expectations.satisfied("n/a"), true);
});

it("does not wait for ever", async () => {
  const clock = new VirtualClock();
  const expectations = new Expectations(clock);
  expectations.expectCreations("n/a", 1);
  await clock.advance(5 * 60_000);
  assert.equal(expectations.satisfied("n/a"), false);
  await clock.advance(1);
  assert.equal(expectations.satisfied("n/a"), true);
});

it("forgets a deleted owner", () => {
  const expectations = new Expectations(new VirtualClock());
  expectations.expectCreations("n/a", 1);
  expectations.delete("n/a");
  assert.equal(expectations.satisfied("n/a"), true);
});
