import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Node, NodeSpec, NodeStatus } from "@k8ts/api/core/v1";
import { createFaults, defaulted, row, updateFaults } from "../strategy-fixture.ts";

const node = (spec: NodeSpec = {}, status: NodeStatus = {}, labels: Record<string, string> = {}): Node => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "n1", labels },
  spec,
  status,
});

test("all of a node is there for pods unless it says otherwise", () => {
  assert.deepEqual(defaulted(node({}, { capacity: { cpu: "2" } })).status?.allocatable, { cpu: "2" });
});

test("podCIDR and the first of podCIDRs are one", () => {
  assert.deepEqual(defaulted(node({ podCIDR: "10.0.0.0/24" })).spec?.podCIDRs, ["10.0.0.0/24"]);
  assert.equal(defaulted(node({ podCIDRs: ["10.0.0.0/24", "fd00::/64"] })).spec?.podCIDR, "10.0.0.0/24");
});

describe("is refused for", () => {
  const taint = { key: "a", effect: "NoSchedule" };
  const faulty: readonly [string, NodeSpec, RegExp][] = [
    [
      "a taint without effect",
      { taints: [{ key: "a" } as typeof taint] },
      /^metadata\.taints\[0\]\.effect: Required value/,
    ],
    ["an effect that is none", { taints: [{ key: "a", effect: "Bounce" }] }, /Unsupported value: "Bounce"/],
    ["the same taint twice", { taints: [taint, taint] }, /taints must be unique by key and effect pair/],
    [
      "two ranges of one family",
      { podCIDRs: ["10.0.0.0/24", "10.0.1.0/24"] },
      /no more than one CIDR for each IP family/,
    ],
    ["a range that is none", { podCIDRs: ["10.0.0.0"] }, /^spec\.podCIDRs\[0\]: Invalid value/],
  ];
  for (const [name, spec, fault] of faulty) test(name, () => assert.match(createFaults(node(spec)).join("; "), fault));
});

describe("an update may not", () => {
  const faulty: readonly [string, NodeSpec, NodeSpec, RegExp][] = [
    [
      "move its pods' addresses",
      { podCIDRs: ["10.0.1.0/24"] },
      { podCIDRs: ["10.0.0.0/24"] },
      /may not change podCIDR/,
    ],
    ["become another machine", { providerID: "b" }, { providerID: "a" }, /may not change providerID/],
  ];
  for (const [name, spec, old, fault] of faulty) {
    test(name, () => assert.match(updateFaults(node(spec), node(old)).join("; "), fault));
  }

  test("but may cordon, and be given addresses", () => {
    assert.deepEqual(updateFaults(node({ unschedulable: true, podCIDRs: ["10.0.0.0/24"] }), node()), []);
  });
});

test("a status has each address once", () => {
  const address = { type: "InternalIP", address: "10.0.0.1" };
  const faults = updateFaults(node({}, { addresses: [address, address] }), node(), "status");
  assert.match(faults.join(), /^status\.addresses\[1\]: Duplicate value/);
});

test("shows what it is for and whether it takes pods", () => {
  const ready = (status: string): NodeStatus => ({ conditions: [{ type: "Ready", status }] });
  const roles = { "node-role.kubernetes.io/control-plane": "", "kubernetes.io/role": "worker" };
  const shown = row(node({ unschedulable: true }, ready("True"), roles));
  assert.deepEqual([shown["Status"], shown["Roles"]], ["Ready,SchedulingDisabled", "control-plane,worker"]);
  assert.equal(row(node({}, ready("Unknown")))["Status"], "NotReady");
  assert.equal(row(node())["Status"], "Unknown");
});
