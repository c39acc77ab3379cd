import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Wire } from "./wire.ts";

const wire = new Wire(`
Inner: text string 1, numbers []int64 2
All: name string 1, bytes bytes 2, on bool 3, count int32 4, time nanos 5, kind enum(A|B|C) 6, inner Inner 7, wrapped wrapped 8, labels map 9, inners []Inner 10, names []string 11
`);

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("Wire", () => {
  it("gives back what it wrote, and defaults for the rest", () => {
    const value = {
      name: "ä",
      bytes: Buffer.from([0, 255]),
      on: true,
      count: -1,
      time: 1_795_411_417_425_981_697n,
      kind: "C",
      inner: { text: "", numbers: [1, -2, 2 ** 40] },
      wrapped: 0,
      labels: { a: "1", b: "" },
      inners: [{ text: "x", numbers: [] }],
      names: ["", "y"],
    };
    assert.deepEqual(wire.decode("All", wire.encode("All", value)), value);
    assert.deepEqual(wire.decode("All", wire.encode("All", { name: undefined, count: 0, kind: "A" })), {
      name: "",
      bytes: Buffer.alloc(0),
      on: false,
      count: 0,
      time: 0n,
      kind: "A",
      inner: undefined,
      wrapped: undefined,
      labels: {},
      inners: [],
      names: [],
    });
  });

  it("writes protobuf's bytes", () => {
    assert.deepEqual(wire.encode("All", { name: "ab", count: 300, on: true }), hex("0a 02 6162 18 01 20 ac02"));
    assert.deepEqual(wire.encode("All", { count: -1 }), hex("20 ffffffffffffffffff01"));
    assert.deepEqual(wire.encode("All", { wrapped: 0 }), hex("42 00"));
  });

  it("reads packed and unpacked numbers, and skips what it does not know", () => {
    assert.deepEqual(wire.decode("Inner", hex("12 03 01 ac02 10 05")).numbers, [1, 300, 5]);
    // Field 15 as varint, bytes, 64 and 32 bit.
    const unknown = hex("78 01 7a 02 0000 79 0000000000000000 7d 00000000 0a 01 61");
    assert.equal(wire.decode("Inner", unknown).text, "a");
    assert.equal(wire.decode("All", hex("30 63")).kind, "A");
  });

  for (const [what, bytes] of [
    ["a field longer than its message", "0a 05 61"],
    ["a varint that does not end", "20 ff"],
    ["a varint of eleven bytes", "20 ffffffffffffffffffff01"],
    ["an unknown wire type", "7b 00"],
    ["a skipped field that is cut off", "79 00"],
  ] as const) {
    it(`refuses ${what}`, () => assert.throws(() => wire.decode("All", hex(bytes)), RangeError));
  }

  it("refuses a value that an enum does not have", () => {
    assert.throws(() => wire.encode("All", { kind: "D" }), TypeError);
  });
});
