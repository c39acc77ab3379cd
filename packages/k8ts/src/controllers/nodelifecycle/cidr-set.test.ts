import assert from "node:assert/strict";
import { test } from "node:test";
import { CidrSet } from "./cidr-set.ts";

test("gives blocks in order, and again when all were given once", () => {
  const set = new CidrSet("10.244.0.0/22", 24);
  assert.deepEqual([set.allocate(), set.allocate()], ["10.244.0.0/24", "10.244.1.0/24"]);
  set.release("10.244.0.0/24");
  assert.deepEqual(
    [set.allocate(), set.allocate(), set.allocate()],
    ["10.244.2.0/24", "10.244.3.0/24", "10.244.0.0/24"],
  );
  assert.throws(() => set.allocate(), { message: /^CIDR allocation failed; there are no remaining CIDRs left/ });
});

test("never gives what overlaps an occupied block", () => {
  const set = new CidrSet("10.0.0.0/22", 24);
  set.occupy("10.0.0.0/23");
  set.occupy("10.0.2.128/25");
  assert.equal(set.allocate(), "10.0.3.0/24");
});

test("refuses other addresses", () => {
  const set = new CidrSet("10.0.0.0/22", 24);
  assert.equal(set.overlaps("192.168.0.0/16"), false);
  assert.equal(set.overlaps("10.0.0.0/8"), true);
  assert.equal(set.overlaps("fd00::/64"), false);
  assert.throws(() => set.occupy("192.168.0.0/24"), {
    message: "cidr 192.168.0.0/24 is out the range of cluster cidr 10.0.0.0/22",
  });
  assert.throws(() => set.occupy("nonsense"));
});

test("works for IPv6", () => {
  const set = new CidrSet("fd00:10:244::/56", 64);
  assert.deepEqual([set.allocate(), set.allocate()], ["fd00:10:244::/64", "fd00:10:244:1::/64"]);
});

test("refuses ranges that make no sense", () => {
  for (const [cidr, mask] of [
    ["10.0.0.0/24", 16],
    ["10.0.0.0/8", 30],
    ["10.0.0.0", 24],
    ["10.0.0.0/24", 33],
  ] as const) {
    assert.throws(() => new CidrSet(cidr, mask), `${cidr} ${mask}`);
  }
});
