import assert from "node:assert/strict";
import { test } from "node:test";
import { cidrContains, formatCIDR, formatIP, isCIDR, isIP, isLegacyIP, parseCIDR, parseIP } from "./addresses.ts";

test("addresses are read and printed canonically", () => {
  const cases: [string, string | undefined][] = [
    ["10.0.0.1", "10.0.0.1"],
    ["010.0.0.1", "10.0.0.1"],
    ["256.0.0.1", undefined],
    ["1.2.3", undefined],
    ["::", "::"],
    ["::1", "::1"],
    ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["::ffff:1.2.3.4", "1.2.3.4"],
    ["1::2::3", undefined],
    ["12345::", undefined],
    ["1:2:3:4:5:6:7", undefined],
    ["", undefined],
    [":", undefined],
    ["fe80::1%eth0", undefined],
  ];
  for (const [text, expected] of cases) {
    const bytes = parseIP(text);
    assert.equal(bytes && formatIP(bytes), expected, text);
  }
});

test("faults are in upstream's words", () => {
  assert.deepEqual(isIP("x"), ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]);
  assert.deepEqual(isIP("010.1.1.1"), ["must not have leading 0s"]);
  assert.deepEqual(isLegacyIP("010.1.1.1"), []);
  assert.deepEqual(isIP("::ffff:1.2.3.4"), ["must not be an IPv4-mapped IPv6 address"]);
  assert.deepEqual(isIP("2001:DB8::1"), ['must be in canonical form ("2001:db8::1")']);
  assert.deepEqual(isCIDR("10.0.0.0"), ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]);
  assert.deepEqual(isCIDR("10.0.0.1/8"), ["must not have bits set beyond the prefix length"]);
  assert.deepEqual(isCIDR("10.0.0.0/08"), ["must not have leading 0s in IP or prefix length"]);
  assert.deepEqual(isCIDR("10.0.0.0/8"), []);
});

test("blocks hold what they should", () => {
  const holds = (block: string, address: string): boolean => {
    const [cidr, bytes] = [parseCIDR(block), parseIP(address)];
    assert.ok(cidr && bytes);
    return cidrContains(cidr, bytes);
  };
  assert.equal(holds("10.0.0.0/8", "10.255.1.2"), true);
  assert.equal(holds("10.0.0.0/9", "10.128.0.0"), false);
  assert.equal(holds("0.0.0.0/0", "1.2.3.4"), true);
  assert.equal(holds("0.0.0.0/0", "::1"), false);
  assert.equal(holds("2001:db8::/33", "2001:db8:7fff::1"), true);
  assert.equal(formatCIDR(parseCIDR("10.1.2.3/12") as never), "10.0.0.0/12");
});
