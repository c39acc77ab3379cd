/** A machine that loses power: the API server still thinks that its pods run, the runtime has forgotten them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "@k8ts/api";
import { SimulatedRuntime } from "./runtimes/simulated.ts";
import { container, TestNode } from "./testing/test-node.ts";

test("pods of a rebooted node run again, counted once; those that had ended stay so", async () => {
  const node = new TestNode();
  await node.start();
  await node.create("web", { initContainers: [container("init", { command: ["true"] })] });
  await node.create("done", { restartPolicy: "Never", containers: [container("main", { command: ["true"] })] });
  assert.equal(node.pod("done")?.status?.phase, "Succeeded");
  await node.kubelet.stop();
  await node.reboot(new SimulatedRuntime({ clock: node.clock, random: seededRandom(9) }));
  await node.advance(1_000);
  const web = node.pod("web")?.status;
  assert.equal(web?.phase, "Running");
  assert.equal(web?.containerStatuses?.[0]?.restartCount, 1);
  assert.equal(web?.containerStatuses?.[0]?.ready, true);
  assert.equal(web?.initContainerStatuses?.[0]?.state?.terminated?.exitCode, 0);
  const done = node.pod("done")?.status;
  assert.equal(done?.phase, "Succeeded");
  assert.equal(done?.containerStatuses?.[0]?.state?.terminated?.exitCode, 0);
  assert.deepEqual(
    (await node.runtime.listPodSandboxes()).map((one) => one.metadata.name),
    ["web"],
  );
  assert.ok(node.reasons("node-1").includes("Rebooted"));
  await node.advance(120_000);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.restartCount, 1);
  await node.kubelet.stop();
});
