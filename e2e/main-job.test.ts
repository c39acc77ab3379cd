/** The main job: the nginx Deployment, from `kubectl apply` to HTTP answers, and everything people then do with it. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Deployment } from "@k8ts/api/apps/v1";
import type { KubernetesList } from "@k8ts/api";
import type { Pod, Service } from "@k8ts/api/core/v1";
import { eventually, execute, get, pause, TestCluster } from "./cluster.ts";

const examples = join(import.meta.dirname, "..", "examples", "nginx");
const cluster = new TestCluster({ number: 1 });

async function nginxPods(): Promise<Pod[]> {
  const list = await cluster.object<KubernetesList<Pod>>(["pods", "-l", "app=nginx"]);
  return (list?.items ?? []).filter((pod) => !pod.metadata.deletionTimestamp);
}

const isReady = (pod: Pod): boolean =>
  pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false;

async function readyPods(count: number): Promise<Pod[]> {
  return eventually(`${count} ready pods`, async () => {
    const pods = await nginxPods();
    return pods.length === count && pods.every(isReady) && pods;
  });
}

let clusterUrl = "";
let nodePortUrl = "";

describe("the main job", { timeout: 600_000 }, () => {
  before(async () => {
    const output = await cluster.up();
    assert.match(output.stdout, /is ready after/);
  });
  after(async () => {
    await cluster.down();
  });

  it("shows a ready node", async () => {
    assert.match(await cluster.run(["get", "nodes"]), /^NAME +STATUS +ROLES +AGE +VERSION\nk8ts +Ready +/);
  });

  it("creates the Deployment", async () => {
    const printed = await cluster.run(["apply", "-f", join(examples, "deployment.yaml")]);
    assert.equal(printed, "deployment.apps/nginx-deployment created\n");
    await cluster.run(["rollout", "status", "deployment/nginx-deployment", "--timeout=60s"]);
    assert.match(
      await cluster.run(["get", "deployments"]),
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nnginx-deployment +3\/3 +3 +3 +\d+s\n$/,
    );
  });

  it("answers through the ClusterIP and the NodePort from the host", async () => {
    await cluster.run(["apply", "-f", join(examples, "service.yaml")]);
    const service = await cluster.object<Service>(["service", "nginx"]);
    clusterUrl = `http://${service!.spec!.clusterIP}`;
    nodePortUrl = `http://${await nodeAddress()}:${service!.spec!.ports![0]!.nodePort}`;
    for (const url of [clusterUrl, nodePortUrl]) {
      const answer = await eventually(url, () => get(`${url}/`), 15_000);
      assert.equal(answer.status, 200);
      assert.match(answer.body, /Welcome to nginx!/);
    }
  });

  it("spreads requests over the pods", async () => {
    const seen = new Set<string>();
    for (let call = 0; call < 60; call++) seen.add((await get(`${clusterUrl}/hostname`)).body.trim());
    const names = (await nginxPods()).map((pod) => pod.metadata.name!);
    assert.deepEqual([...seen].sort(), names.sort());
  });

  it("answers through the ClusterIP from inside a pod, and to the pod itself", async () => {
    const [pod] = await readyPods(3);
    const printed = await cluster.run(["exec", pod!.metadata.name!, "--", "wget", "-qO-", `${clusterUrl}/version`]);
    assert.equal(printed, "1.7.9\n");
    for (let call = 0; call < 6; call++) {
      await cluster.run(["exec", pod!.metadata.name!, "--", "wget", "-qO-", `${clusterUrl}/hostname`]);
    }
  });

  it("gives logs", async () => {
    const [pod] = await readyPods(3);
    const name = pod!.metadata.name!;
    await get(`http://${pod!.status!.podIP}/version?from=logs-test`);
    await eventually("the request in the log", async () =>
      /GET \/version\?from=logs-test/.test(await cluster.run(["logs", name])),
    );
    assert.equal((await cluster.run(["logs", name, "--tail=1"])).split("\n").length, 2);
    assert.match(await cluster.run(["logs", name, "--timestamps", "--tail=1"]), /^\d{4}-\d\d-\d\dT[\d:.]+Z /);
    assert.notEqual(await cluster.run(["logs", name, "--since=1h"]), "");
    const follower = await cluster.spawnKubectl(["logs", "-f", name, "--tail=0"]);
    let followed = "";
    follower.stdout!.on("data", (text: Buffer) => (followed += text.toString()));
    await pause(1000);
    await get(`http://${pod!.status!.podIP}/version?from=follow`);
    await eventually("the request in the followed log", async () => followed.includes("from=follow"), 10_000);
    follower.kill();
  });

  it("executes commands with stdin, a terminal and exit codes", async () => {
    const name = (await readyPods(3))[0]!.metadata.name!;
    assert.equal(await cluster.run(["exec", "-i", name, "--", "cat"], "through stdin\n"), "through stdin\n");
    const failed = await cluster.kubectl(["exec", name, "--", "sh", "-c", "echo out; echo err >&2; exit 42"]);
    assert.equal(failed.code, 42);
    assert.equal(failed.stdout, "out\n");
    assert.match(failed.stderr, /err\n[^]*command terminated with exit code 42/);
    const script = `stty size; test -t 0 && echo is-a-terminal; exit`;
    const kubectl = `KUBECONFIG=${cluster.kubeconfig} ${await cluster.kubectlPath()}`;
    const typescript = await execute("script", [
      "-qec",
      `${kubectl} exec -it ${name} -- sh -c '${script}'`,
      "/dev/null",
    ]);
    assert.match(typescript.stdout, /is-a-terminal/);
    const missing = await cluster.kubectl(["exec", name, "--", "no-such-command"]);
    assert.notEqual(missing.code, 0);
    assert.match(missing.stderr, /executable file not found in \$PATH/);
  });

  it("copies files both ways", async () => {
    const name = (await readyPods(3))[0]!.metadata.name!;
    const big = join(cluster.directory, "big.bin");
    await execute("dd", ["if=/dev/urandom", `of=${big}`, "bs=1M", "count=8"]);
    await cluster.run(["cp", big, `${name}:/tmp/big.bin`]);
    await cluster.run(["cp", `${name}:/tmp/big.bin`, `${big}.back`]);
    assert.ok(readFileSync(big).equals(readFileSync(`${big}.back`)));
  });

  it("forwards ports", async () => {
    const forward = await cluster.spawnKubectl(["port-forward", "deployment/nginx-deployment", ":80"]);
    try {
      let printed = "";
      forward.stdout!.on("data", (text: Buffer) => (printed += text.toString()));
      const port = await eventually("a local port", async () => /127\.0\.0\.1:(\d+) ->/.exec(printed)?.[1], 15_000);
      for (let call = 0; call < 5; call++) {
        assert.match((await get(`http://127.0.0.1:${port}/`)).body, /Welcome to nginx!/);
      }
    } finally {
      forward.kill();
    }
  });

  it("describes and explains", async () => {
    const described = await cluster.run(["describe", "deployment", "nginx-deployment"]);
    assert.match(described, /Replicas: +3 desired \| 3 updated \| 3 total \| 3 available \| 0 unavailable/);
    assert.match(described, /ScalingReplicaSet.*Scaled up replica set nginx-deployment-[a-z0-9]+ from 0 to 3/);
    const pod = (await readyPods(3))[0]!.metadata.name!;
    const podText = await cluster.run(["describe", "pod", pod]);
    for (const reason of ["Scheduled", "Pulled", "Created", "Started"])
      assert.match(podText, new RegExp(`Normal +${reason}`));
    const explained = await cluster.run(["explain", "deployment.spec.replicas"]);
    assert.match(explained, /GROUP: +apps\nKIND: +Deployment\nVERSION: +v1/);
    assert.match(explained, /FIELD: replicas <integer>/);
  });

  it("restarts a killed container", async () => {
    const [pod] = await readyPods(3);
    const name = pod!.metadata.name!;
    await cluster.kubectl(["exec", name, "--", "sh", "-c", "kill -9 1; kill 1"]);
    await eventually("a restart", async () => {
      const now = await cluster.object<Pod>(["pod", name]);
      const status = now?.status?.containerStatuses?.[0];
      return status?.restartCount === 1 && status.ready;
    });
    await readyPods(3);
    assert.match(await cluster.run(["logs", name, "--previous"]), /signal|exit|start/i);
  });

  it("replaces a deleted pod", async () => {
    const [pod] = await readyPods(3);
    await cluster.run(["delete", "pod", pod!.metadata.name!]);
    const pods = await readyPods(3);
    assert.ok(!pods.some((each) => each.metadata.name === pod!.metadata.name));
  });

  it("scales to 5 and to 1", async () => {
    for (const count of [5, 1, 3]) {
      const printed = await cluster.run(["scale", "deployment", "nginx-deployment", `--replicas=${count}`]);
      assert.equal(printed, "deployment.apps/nginx-deployment scaled\n");
      await readyPods(count);
    }
  });

  it("rolls to another image with no failed request under load, and back", async () => {
    await readyPods(3);
    const load = startLoad(`${clusterUrl}/version`);
    try {
      await cluster.run(["set", "image", "deployment/nginx-deployment", "nginx=nginx:1.16.1"]);
      await cluster.run(["rollout", "status", "deployment/nginx-deployment", "--timeout=120s"]);
      await eventually("the new version", async () => (await get(`${clusterUrl}/version`)).body === "1.16.1\n");
    } finally {
      await load.stop();
    }
    assert.deepEqual(load.failures, []);
    assert.ok(load.answers.get("1.7.9\n")! > 0 && load.answers.get("1.16.1\n")! > 0);
    assert.match(await cluster.run(["rollout", "history", "deployment/nginx-deployment"]), /\n1 +<none>\n2 +<none>\n/);
    await cluster.run(["rollout", "undo", "deployment/nginx-deployment"]);
    await cluster.run(["rollout", "status", "deployment/nginx-deployment", "--timeout=120s"]);
    const deployment = await cluster.object<Deployment>(["deployment", "nginx-deployment"]);
    assert.equal(deployment!.spec!.template.spec!.containers[0]!.image, "nginx:1.7.9");
    assert.match(await cluster.run(["rollout", "history", "deployment/nginx-deployment"]), /\n2 +<none>\n3 +<none>\n/);
  });

  it("leaves nothing behind when deleted", async () => {
    await cluster.run(["delete", "deployment/nginx-deployment", "service/nginx", "--wait=true"]);
    await eventually("no pods", async () => (await nginxPods()).length === 0);
    await eventually("no containers, mounts, cgroups or rules", async () => {
      const left = await traces();
      if (left.length > 0) throw new Error(left.join("\n"));
      return true;
    });
  });
});

/** What of pods is still on the machine. */
async function traces(): Promise<string[]> {
  const left: string[] = [];
  const socket = join(cluster.directory, "containerd", "containerd.sock");
  const containers = await execute("ctr", ["-a", socket, "-n", "k8s.io", "containers", "ls", "-q"]);
  left.push(
    ...containers.stdout
      .split("\n")
      .filter(Boolean)
      .map((id) => `container ${id}`),
  );
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  left.push(...mounts.filter((line) => line.includes(`${cluster.directory}/`)).map((line) => `mount ${line}`));
  const groups = await execute("find", [
    "/sys/fs/cgroup",
    "-type",
    "d",
    "-path",
    `*/${cluster.name}/*`,
    "-name",
    "pod*-*",
  ]);
  left.push(
    ...groups.stdout
      .split("\n")
      .filter(Boolean)
      .map((path) => `cgroup ${path}`),
  );
  const rules = await execute("nft", ["list", "table", "ip", cluster.name]);
  left.push(
    ...rules.stdout
      .split("\n")
      .filter((line) => line.includes("default/nginx"))
      .map((line) => `rule ${line}`),
  );
  return left;
}

async function nodeAddress(): Promise<string> {
  return (
    await cluster.run(["get", "node", "-o", "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}"])
  ).trim();
}

/** Requests without a break, from two callers, until stopped. */
function startLoad(url: string): { failures: string[]; answers: Map<string, number>; stop(): Promise<void> } {
  const failures: string[] = [];
  const answers = new Map<string, number>();
  let running = true;
  const caller = async (): Promise<void> => {
    while (running) {
      try {
        const answer = await get(url);
        if (answer.status !== 200) failures.push(`status ${answer.status}`);
        answers.set(answer.body, (answers.get(answer.body) ?? 0) + 1);
      } catch (error) {
        failures.push((error as Error).message);
      }
      await pause(5);
    }
  };
  const callers = [caller(), caller()];
  return {
    failures,
    answers,
    stop: async () => {
      running = false;
      await Promise.all(callers);
    },
  };
}
