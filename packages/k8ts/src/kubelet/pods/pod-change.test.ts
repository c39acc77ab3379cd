/** Which changes of a pod make its worker look again, and which are only told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pods } from "@k8ts/api/core/v1";
import { RuntimeError } from "../runtimes/runtime.ts";
import { TestNode } from "../testing/test-node.ts";

async function started(): Promise<TestNode> {
  const node = new TestNode();
  await node.start();
  return node;
}

test("a container that cannot be created is not tried again because its failure was reported", async () => {
  const node = await started();
  let tries = 0;
  node.runtime.createContainer = async () => {
    throw new RuntimeError("UNKNOWN", `failed to generate container "${tries++}"`);
  };
  await node.create("broken");
  const first = tries;
  await node.advance(5_000);
  assert.equal(tries, first);
  assert.equal(node.pod("broken")?.status?.containerStatuses?.[0]?.state?.waiting?.reason, "CreateContainerError");
  await node.advance(5_000);
  assert.equal(tries, first + 1);
  // A change of the pod itself is a reason.
  await node.api.client.patch(pods, { namespace: "default", name: "broken" }, { metadata: { labels: { a: "b" } } });
  await node.settle();
  assert.equal(tries, first + 2);
  await node.kubelet.stop();
});

test("a readiness gate that opens makes the pod ready at once", async () => {
  const node = await started();
  await node.create("gated", { readinessGates: [{ conditionType: "example.com/gate" }] });
  const ready = () => node.pod("gated")?.status?.conditions?.find((condition) => condition.type === "Ready")?.status;
  assert.equal(ready(), "False");
  const conditions = [{ type: "example.com/gate", status: "True" }];
  const target = { namespace: "default", name: "gated" };
  await node.api.client.patch(pods, target, { status: { conditions } }, { subresource: "status" });
  await node.settle();
  assert.equal(ready(), "True");
  await node.kubelet.stop();
});
