/** A full disk: writes are refused in upstream's words, nothing else changes, and it goes on when there is room again. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { KubernetesList } from "@k8ts/api";
import type { ConfigMap } from "@k8ts/api/core/v1";
import { execute, TestCluster } from "./cluster.ts";

const cluster = new TestCluster({ number: 6, runtime: "simulated" });

const configMap = (name: string): string =>
  JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { text: "x".repeat(500_000) } });

const names = async (): Promise<string[]> => {
  const list = await cluster.object<KubernetesList<ConfigMap>>(["configmaps"]);
  return list!.items.map((map) => map.metadata.name!).sort();
};

describe("a full disk", { timeout: 180_000 }, () => {
  before(async () => {
    await execute("mount", ["-t", "tmpfs", "-o", "size=40m", "k8ts-e2e", cluster.directory]);
    await cluster.up();
  });
  after(async () => {
    await cluster.k8ts(["down"]);
    await execute("umount", [cluster.directory]);
    await cluster.down();
  });

  it("refuses writes, serves reads, and loses nothing that was acknowledged", async () => {
    const acknowledged = ["kube-root-ca.crt"];
    let refusal = "";
    for (let at = 0; at < 200 && refusal === ""; at++) {
      const name = `fill-${String(at).padStart(3, "0")}`;
      const output = await cluster.kubectl(["create", "-f", "-", "--validate=false"], configMap(name));
      if (output.code === 0) acknowledged.push(name);
      else refusal = output.stderr;
    }
    assert.match(refusal, /database space exceeded/);
    assert.deepEqual(await names(), acknowledged.sort());
    const pid = cluster.pid;
    await execute("mount", ["-o", "remount,size=120m", cluster.directory]);
    await cluster.run(["create", "-f", "-"], configMap("after"));
    assert.equal(cluster.pid, pid);
    process.kill(pid, "SIGKILL");
    assert.equal((await cluster.k8ts(["up"])).code, 0);
    assert.deepEqual(await names(), [...acknowledged, "after"].sort());
  });
});
