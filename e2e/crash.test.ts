/** kill -9 and restarts: no acknowledged write is lost, no running pod is harmed, and `down` leaves nothing. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { KubernetesList } from "@k8ts/api";
import type { ConfigMap, Pod } from "@k8ts/api/core/v1";
import { eventually, execute, get, pause, TestCluster } from "./cluster.ts";

const cluster = new TestCluster({ number: 3 });

const manifest = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      terminationGracePeriodSeconds: 2
      containers:
      - name: nginx
        image: nginx:1.7.9
        readinessProbe: { httpGet: { path: /, port: 80 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`;

async function pods(): Promise<Pod[]> {
  return (await cluster.object<KubernetesList<Pod>>(["pods", "-l", "app=web"]))?.items ?? [];
}

/** What must not change for a pod that went on running. */
const identity = (pod: Pod): string =>
  [
    pod.metadata.uid,
    pod.status?.podIP,
    pod.status?.containerStatuses?.[0]?.containerID,
    pod.status?.containerStatuses?.[0]?.restartCount,
  ].join(" ");

/** Creates ConfigMaps with as many kubectls as it takes to be killed between two of them; returns the acknowledged names. */
async function writeUntil(stopped: () => boolean, prefix: string): Promise<string[]> {
  const acknowledged: string[] = [];
  let next = 0;
  const writer = async (): Promise<void> => {
    while (!stopped()) {
      const first = next;
      next += 20;
      const items = Array.from({ length: 20 }, (_, at) => ({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: `${prefix}-${first + at}` },
        data: { n: String(first + at) },
      }));
      const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
      const output = await cluster.kubectl(["create", "-f", "-"], list);
      acknowledged.push(...[...output.stdout.matchAll(/configmap\/(\S+) created/g)].map((match) => match[1]!));
    }
  };
  await Promise.all([writer(), writer(), writer()]);
  return acknowledged;
}

describe("crashes", { timeout: 600_000 }, () => {
  before(async () => {
    await cluster.up();
    await cluster.apply(manifest);
    await cluster.run(["rollout", "status", "deployment/web", "--timeout=60s"]);
  });
  after(async () => {
    await cluster.down();
  });

  it("kill -9 under write load loses no acknowledged write and no running pod", async () => {
    const before = (await pods()).map(identity).sort();
    let killed = false;
    const writing = writeUntil(() => killed, "load");
    await pause(3000);
    process.kill(cluster.pid, "SIGKILL");
    killed = true;
    const acknowledged = await writing;
    assert.ok(acknowledged.length > 20, `only ${acknowledged.length} writes were acknowledged`);
    await cluster.k8ts(["up"]);
    const maps = await cluster.object<KubernetesList<ConfigMap>>(["configmaps"]);
    const present = new Set(maps!.items.map((map) => map.metadata.name));
    assert.deepEqual(
      acknowledged.filter((name) => !present.has(name)),
      [],
    );
    await cluster.run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    await pause(3000);
    assert.deepEqual((await pods()).map(identity).sort(), before);
  });

  it("a Service goes on answering while k8ts is down", async () => {
    const ip = await cluster.run(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
    assert.equal((await get(`http://${ip}/`)).status, 200);
    process.kill(cluster.pid, "SIGKILL");
    for (let call = 0; call < 10; call++) assert.equal((await get(`http://${ip}/`)).status, 200);
    await cluster.k8ts(["up"]);
    assert.equal((await get(`http://${ip}/`)).status, 200);
  });

  it("containerd killed and restarted keeps its pods", async () => {
    const before = (await pods()).map(identity).sort();
    process.kill(Number(readFileSync(`${cluster.directory}/containerd/containerd.pid`, "utf8")), "SIGKILL");
    await eventually("containerd again", async () => (await cluster.k8ts(["status"])).code === 0, 30_000);
    await cluster.run(["rollout", "status", "deployment/web", "--timeout=60s"]);
    const name = (await pods())[0]!.metadata.name!;
    await eventually(
      "exec works again",
      async () => (await cluster.kubectl(["exec", name, "--", "true"])).code === 0,
      30_000,
    );
    assert.deepEqual((await pods()).map(identity).sort(), before);
  });

  it("down and up again bring the pods back", async () => {
    assert.equal((await cluster.k8ts(["down"])).code, 0);
    assert.deepEqual(await footprint(), []);
    await cluster.k8ts(["up"]);
    await cluster.run(["rollout", "status", "deployment/web", "--timeout=90s"]);
    const ip = await cluster.run(["get", "service", "web", "-o", "jsonpath={.spec.clusterIP}"]);
    await eventually("an answer", async () => (await get(`http://${ip}/`)).status === 200);
  });

  it("down leaves no container, mount, link, rule or cgroup, and --purge no data", async () => {
    assert.equal((await cluster.k8ts(["down", "--purge"])).code, 0);
    assert.deepEqual(await footprint(), []);
    assert.equal(existsSync(cluster.directory), false);
  });
});

/** What of the cluster is on the machine. */
async function footprint(): Promise<string[]> {
  const left: string[] = [];
  const lines = async (program: string, args: string[], keep: RegExp): Promise<void> => {
    const { stdout } = await execute(program, args);
    left.push(...stdout.split("\n").filter((line) => keep.test(line)));
  };
  await lines("ps", ["-eo", "pid,args"], new RegExp(`${cluster.directory}/containerd|${cluster.directory}.*server`));
  await lines("cat", ["/proc/self/mountinfo"], new RegExp(`${cluster.directory}/`));
  await lines("ip", ["-o", "link"], new RegExp(`${cluster.name}0`));
  await lines("nft", ["list", "tables"], new RegExp(` ${cluster.name}$`));
  await lines("nft", ["list", "table", "ip", "nat"], new RegExp(cluster.podRange));
  await lines("find", ["/sys/fs/cgroup", "-type", "d", "-name", cluster.name], /./);
  return left;
}
