/** Images on a machine without a network: loaded by name, pulled from the embedded registry, else from their own. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { silentLogger } from "@k8ts/api";
import type { Pod } from "@k8ts/api/core/v1";
import { createRegistryServer, ImageLayout, loadArchive } from "../packages/k8ts/src/images/index.ts";
import { TestCluster } from "./cluster.ts";

const cluster = new TestCluster({ number: 8 });
const busybox = join(import.meta.dirname, "..", ".cache", "images", "busybox.tar");
const elsewhere = 20_089;

const pod = (name: string, image: string, policy: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: "c", image, imagePullPolicy: policy, command: ["sleep", "3600"] }],
    },
  });

async function runs(name: string, image: string, policy = "Always"): Promise<string> {
  await cluster.apply(pod(name, image, policy));
  await cluster.run(["wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s"]);
  const found = await cluster.object<Pod>(["pod", name]);
  return found!.status!.containerStatuses![0]!.imageID!;
}

describe("images", { timeout: 240_000 }, () => {
  before(async () => {
    await cluster.up();
  });
  after(async () => {
    await cluster.down();
  });

  it("are listed, loaded under other names, and removed", async () => {
    const loaded = await cluster.k8ts(["image", "load", busybox, "--name", "registry.example.com/tools/box:1"]);
    assert.equal(loaded.stdout, "image/registry.example.com/tools/box:1 loaded\n");
    assert.match(
      (await cluster.k8ts(["image", "ls"])).stdout,
      /^registry\.example\.com\/tools\/box:1 +[0-9a-f]{12} +5\.5MB$/m,
    );
    await runs("other-name", "registry.example.com/tools/box:1");
    const removed = await cluster.k8ts(["image", "rm", "registry.example.com/tools/box:1"]);
    assert.equal(removed.stdout, "image/registry.example.com/tools/box:1 removed\n");
    assert.doesNotMatch((await cluster.k8ts(["image", "ls"])).stdout, /tools\/box/);
  });

  it("are pulled by name and digest, with every policy", async () => {
    const id = await runs("by-name", "busybox:1.36");
    await runs("by-digest", id, "IfNotPresent");
    await runs("never", "busybox:1.36", "Never");
  });

  it("that nobody loaded come from their own registry", async () => {
    const layout = new ImageLayout(join(cluster.directory, "elsewhere"));
    await layout.open();
    await loadArchive(busybox, layout, ["team/app:7"]);
    const registry = createRegistryServer({ layout, port: elsewhere, logger: silentLogger });
    await registry.start();
    try {
      // Always pulled, and under a name that only that registry knows.
      await runs("elsewhere", `localhost:${elsewhere}/team/app:7`);
      assert.doesNotMatch((await cluster.k8ts(["image", "ls"])).stdout, /team\/app/);
    } finally {
      await registry.stop();
    }
  });
});
