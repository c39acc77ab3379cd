/** Whole lives of pods: a kubelet on the simulated runtime under a virtual clock. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { configMaps, pods, secrets } from "@k8ts/api/core/v1";
import { noFilesystem } from "../filesystem/no-filesystem.ts";
import { container, TestNode } from "../testing/test-node.ts";

async function started(options: ConstructorParameters<typeof TestNode>[0] = {}): Promise<TestNode> {
  const node = new TestNode(options);
  await node.start();
  return node;
}

const crash = container("main", { command: ["sh", "-c", "exit 1"] });

test("a container that keeps crashing waits ever longer, and says so", async () => {
  const node = await started();
  await node.create("crash", { containers: [crash] });
  const waits: string[] = [];
  for (let round = 0; round < 6; round++) {
    const status = node.pod("crash")?.status?.containerStatuses?.[0];
    assert.equal(status?.state?.waiting?.reason, "CrashLoopBackOff");
    const wait = /^back-off (\S+) restarting failed container=main pod=crash_default\(/.exec(
      status?.state?.waiting?.message ?? "",
    )?.[1];
    waits.push(wait ?? "");
    assert.equal(status?.restartCount, round + 1);
    assert.equal(status?.lastState?.terminated?.exitCode, 1);
    assert.equal(node.pod("crash")?.status?.phase, "Running");
    await node.advance([10_000, 20_000, 40_000, 80_000, 160_000, 300_000][round]!);
  }
  assert.deepEqual(waits, ["10s", "20s", "40s", "1m20s", "2m40s", "5m0s"]);
  const backoff = node.events.find((event) => event.reason === "BackOff");
  assert.match(
    backoff?.message ?? "",
    /^Back-off restarting failed container main in pod crash_default\([0-9a-f-]+\)$/,
  );
  assert.equal(backoff?.fieldPath, "spec.containers{main}");
  // One dead container is kept beside the newest, the others are collected.
  await node.advance(61_000);
  assert.ok((await node.runtime.listContainers()).length <= 2);
  await node.kubelet.stop();
});

test("restart policies decide the phase at the end", async () => {
  const cases = [
    ["Never", "exit 0", "Succeeded", 0],
    ["Never", "exit 3", "Failed", 0],
    ["OnFailure", "exit 0", "Succeeded", 0],
    ["OnFailure", "exit 3", "Running", 1],
    ["Always", "exit 0", "Running", 1],
  ] as const;
  const node = await started();
  for (const [restartPolicy, script, phase, restarts] of cases) {
    const name = `${restartPolicy}-${script.replace(" ", "")}`.toLowerCase();
    await node.create(name, { restartPolicy, containers: [container("main", { command: ["sh", "-c", script] })] });
    const status = node.pod(name)?.status;
    assert.equal(status?.phase, phase, name);
    assert.equal(status?.containerStatuses?.[0]?.restartCount, restarts, name);
    const ready = status?.conditions?.find((condition) => condition.type === "Ready");
    assert.equal(ready?.status, "False");
    assert.equal(
      ready?.reason,
      { Succeeded: "PodCompleted", Failed: "PodFailed", Running: "ContainersNotReady" }[phase],
    );
  }
  await node.kubelet.stop();
});

test("init containers run one after the other, then the regular ones", async () => {
  const node = await started();
  const sleep = (name: string, seconds: number) => container(name, { command: ["sleep", String(seconds)] });
  await node.create("init", { initContainers: [sleep("one", 5), sleep("two", 5)] });
  const states = () => {
    const status = node.pod("init")?.status;
    const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    return all.map(({ state }) => Object.keys(state ?? {})[0]).join(" ");
  };
  assert.equal(states(), "running waiting waiting");
  assert.equal(node.pod("init")?.status?.phase, "Pending");
  assert.equal(node.pod("init")?.status?.containerStatuses?.[0]?.state?.waiting?.reason, "PodInitializing");
  await node.advance(5_000);
  assert.equal(states(), "terminated running waiting");
  await node.advance(5_000);
  assert.equal(states(), "terminated terminated running");
  assert.equal(node.pod("init")?.status?.phase, "Running");
  await node.kubelet.stop();
});

test("a failed init container ends a pod that never restarts", async () => {
  const node = await started();
  await node.create("init", {
    restartPolicy: "Never",
    initContainers: [container("one", { command: ["sh", "-c", "exit 7"] })],
  });
  const status = node.pod("init")?.status;
  assert.equal(status?.phase, "Failed");
  assert.equal(status?.initContainerStatuses?.[0]?.state?.terminated?.exitCode, 7);
  await node.kubelet.stop();
});

test("sidecars start before the containers, in order, and end after them, in reverse", async () => {
  const node = await started();
  await node.create("side", {
    initContainers: [container("a", { restartPolicy: "Always" }), container("b", { restartPolicy: "Always" })],
  });
  const startedOrder = node.events.filter((event) => event.reason === "Started").map((event) => event.fieldPath);
  assert.deepEqual(startedOrder, ["spec.initContainers{a}", "spec.initContainers{b}", "spec.containers{main}"]);
  const stops: string[] = [];
  const original = node.runtime.stopContainer.bind(node.runtime);
  node.runtime.stopContainer = async (id, seconds) => {
    stops.push((await node.runtime.containerStatus(id)).metadata.name);
    await original(id, seconds);
  };
  await node.delete("side");
  await node.advance(40_000);
  assert.deepEqual(stops, ["main", "b", "a"]);
  assert.equal(node.pod("side"), undefined);
  await node.kubelet.stop();
});

test("an image that does not exist: ErrImagePull, then ImagePullBackOff", async () => {
  const node = await started();
  const image = "missing.k8ts.io/nothing:1";
  await node.create("pull", { containers: [container("main", { image })] });
  const waiting = () => node.pod("pull")?.status?.containerStatuses?.[0]?.state?.waiting;
  const told = JSON.stringify(node.api.calls.filter((call) => call.verb === "patch").map((call) => call.body));
  assert.ok(told.includes('"ErrImagePull"'));
  await node.advance(3_000);
  assert.equal(waiting()?.reason, "ImagePullBackOff");
  assert.match(waiting()?.message ?? "", /^Back-off pulling image "missing\.k8ts\.io\/nothing:1": ErrImagePull: /);
  assert.equal(node.pod("pull")?.status?.phase, "Pending");
  const reasons = node.reasons("pull");
  assert.deepEqual(reasons.slice(0, 3), ["Pulling", "Failed", "Failed"]);
  assert.ok(reasons.includes("BackOff"));
  await node.kubelet.stop();
});

test("pull policies and image names that cannot be", async () => {
  const node = await started();
  await node.create("never", { containers: [container("main", { imagePullPolicy: "Never", image: "absent:1" })] });
  const waiting = (name: string) => node.pod(name)?.status?.containerStatuses?.[0]?.state?.waiting;
  assert.deepEqual(waiting("never"), {
    reason: "ErrImageNeverPull",
    message: 'Container image "absent:1" is not present with pull policy of Never',
  });
  await node.create("name", { containers: [container("main", { image: "Nginx:1" })] });
  assert.equal(waiting("name")?.reason, "InvalidImageName");
  assert.match(waiting("name")?.message ?? "", /repository name must be lowercase$/);
  await node.kubelet.stop();
});

test("a missing ConfigMap keeps the container waiting until it appears, without a poll", async () => {
  const node = await started();
  const env = [{ name: "A", valueFrom: { configMapKeyRef: { name: "settings", key: "a" } } }];
  await node.create("env", { containers: [container("main", { env })] });
  const status = () => node.pod("env")?.status?.containerStatuses?.[0]?.state;
  assert.deepEqual(status()?.waiting, {
    reason: "CreateContainerConfigError",
    message: 'configmap "settings" not found',
  });
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace: "default" } } as const;
  await node.api.client.create(configMaps, { ...object, data: { b: "1" } });
  await node.settle();
  assert.equal(status()?.waiting?.message, "couldn't find key a in ConfigMap default/settings");
  await node.api.client.patch(configMaps, { namespace: "default", name: "settings" }, { data: { a: "1" } });
  await node.settle();
  assert.ok(status()?.running);
  await node.kubelet.stop();
});

test("a missing Secret volume is an event, and the pod starts when the Secret is there", async () => {
  const node = await started();
  await node.create("vol", { volumes: [{ name: "keys", secret: { secretName: "keys" } }] });
  assert.equal(node.pod("vol")?.status?.containerStatuses?.[0]?.state?.waiting?.reason, "ContainerCreating");
  const mount = node.events.find((event) => event.reason === "FailedMount");
  assert.equal(mount?.message, 'MountVolume.SetUp failed for volume "keys" : secret "keys" not found');
  const object = { apiVersion: "v1", kind: "Secret", metadata: { name: "keys", namespace: "default" } } as const;
  await node.api.client.create(secrets, { ...object, data: {} });
  await node.settle();
  assert.equal(node.pod("vol")?.status?.phase, "Running");
  await node.kubelet.stop();
});

test("a volume that this node cannot mount is refused clearly", async () => {
  const node = await started();
  await node.create("nfs", { volumes: [{ name: "data", nfs: { server: "a", path: "/b" } }] });
  await node.create("claim", { volumes: [{ name: "data", persistentVolumeClaim: { claimName: "none" } }] });
  const message = (name: string) =>
    node.events.find((event) => event.about === name && event.reason === "FailedMount")?.message;
  assert.equal(
    message("nfs"),
    'MountVolume.SetUp failed for volume "data" : volume type "nfs" is not supported by this node',
  );
  assert.match(message("claim") ?? "", /failed to fetch PVC from API server: persistentvolumeclaims "none" not found/);
  await node.kubelet.stop();
});

test("a restarted kubelet adopts what runs, ends what was deleted meanwhile, and restarts nothing", async () => {
  const node = await started();
  await node.create("kept");
  await node.create("gone");
  await node.create("ending");
  const id = node.pod("kept")?.status?.containerStatuses?.[0]?.containerID;
  await node.kubelet.stop();
  await node.delete("gone", 0);
  await node.delete("ending");
  const events = node.events.length;
  await node.restart();
  await node.advance(31_000);
  assert.equal(node.pod("kept")?.status?.containerStatuses?.[0]?.containerID, id);
  assert.equal(node.pod("kept")?.status?.containerStatuses?.[0]?.restartCount, 0);
  assert.equal(node.pod("ending"), undefined);
  assert.deepEqual(
    (await node.runtime.listContainers()).map((one) => one.labels["io.kubernetes.pod.name"]),
    ["kept"],
  );
  assert.deepEqual(
    node.events.slice(events).filter((event) => event.about === "kept"),
    [],
  );
  await node.kubelet.stop();
});

test("a kubelet that stops touches no pod, whatever happens while it does", async () => {
  const node = await started();
  await node.create("web");
  await node.create("other");
  const [container] = await node.runtime.listContainers({ labels: { "io.kubernetes.pod.name": "other" } });
  const stopping = node.kubelet.stop();
  await node.runtime.stopContainer(container!.id, 0);
  await stopping;
  await node.advance(120_000);
  const left = await node.runtime.listContainers();
  assert.deepEqual(left.map((one) => [one.labels["io.kubernetes.pod.name"], one.state]).sort(), [
    ["other", "EXITED"],
    ["web", "RUNNING"],
  ]);
});

test("lost sandboxes are made anew, and the pod runs again", async () => {
  const node = await started();
  await node.create("lost");
  const [sandbox] = await node.runtime.listPodSandboxes();
  await node.runtime.stopPodSandbox(sandbox!.id);
  await node.settle();
  await node.advance(11_000);
  const status = node.pod("lost")?.status;
  assert.equal(status?.phase, "Running");
  assert.equal(status?.containerStatuses?.[0]?.restartCount, 1);
  assert.ok(node.reasons("lost").includes("SandboxChanged"));
  await node.kubelet.stop();
});

test("statuses survive an API server that refuses for a while", async () => {
  const node = await started();
  node.api.fault = (call) => {
    if (call.verb === "patch") throw new Error("down");
  };
  await node.create("patient");
  assert.equal(node.pod("patient")?.status?.phase, "Pending");
  node.api.fault = undefined;
  await node.advance(10_000);
  assert.equal(node.pod("patient")?.status?.phase, "Running");
  await node.kubelet.stop();
});

test("what others write into the status is put right", async () => {
  const node = await started();
  await node.create("web");
  const conditions = [{ type: "Ready", status: "False", reason: "NodeLost" }];
  await node.api.client.patch(
    pods,
    { namespace: "default", name: "web" },
    { status: { conditions } },
    { subresource: "status" },
  );
  await node.settle();
  const ready = node.pod("web")?.status?.conditions?.find((condition) => condition.type === "Ready");
  assert.equal(ready?.status, "True");
  assert.equal(ready?.reason, undefined);
  await node.kubelet.stop();
});

test("an ephemeral container joins a running pod, and is never restarted", async () => {
  const node = await started();
  await node.create("web");
  const ephemeralContainers = [
    { ...container("debug", { command: ["sh", "-c", "exit 1"] }), targetContainerName: "main" },
  ];
  await node.api.client.patch(pods, { namespace: "default", name: "web" }, { spec: { ephemeralContainers } });
  await node.settle();
  const debug = () => node.pod("web")?.status?.ephemeralContainerStatuses?.[0];
  assert.equal(debug()?.state?.terminated?.exitCode, 1);
  await node.advance(120_000);
  assert.equal(debug()?.restartCount, 0);
  assert.equal(node.pod("web")?.status?.phase, "Running");
  assert.equal(node.events.find((event) => event.fieldPath === "spec.ephemeralContainers{debug}")?.reason, "Pulled");
  await node.kubelet.stop();
});

test("another image restarts the container in place", async () => {
  const node = await started();
  await node.create("web");
  const containers = [container("main", { image: "nginx:1.9.1" })];
  await node.api.client.patch(pods, { namespace: "default", name: "web" }, { spec: { containers } });
  await node.settle();
  await node.advance(40_000);
  const status = node.pod("web")?.status?.containerStatuses?.[0];
  assert.deepEqual([status?.image, status?.restartCount], ["nginx:1.9.1", 1]);
  const killing = node.events.find((event) => event.reason === "Killing");
  assert.equal(killing?.message, "Container main definition changed, will be restarted");
  await node.kubelet.stop();
});

test("an ending pod still tells what becomes of its containers", async () => {
  const node = await started();
  const slow = container("slow", { lifecycle: { preStop: { sleep: { seconds: 20 } } } });
  await node.create("two", { containers: [container("main"), slow] });
  await node.delete("two");
  await node.advance(1_000);
  const states = () => node.pod("two")?.status?.containerStatuses?.map(({ state }) => Object.keys(state ?? {})[0]);
  assert.deepEqual(states(), ["terminated", "running"]);
  await node.advance(30_000);
  assert.equal(node.pod("two"), undefined);
  await node.kubelet.stop();
});

test("all containers restart in place when a rule says so", async () => {
  const node = await started();
  const restartPolicyRules = [{ action: "RestartAllContainers", exitCodes: { operator: "In", values: [9] } }];
  const failing = container("failing", {
    command: ["sh", "-c", "sleep 5; exit 9"],
    restartPolicy: "Never",
    restartPolicyRules,
  });
  await node.create("reset", { containers: [container("main"), failing] });
  const id = () => node.pod("reset")?.status?.containerStatuses?.find(({ name }) => name === "main")?.containerID;
  const first = id();
  await node.advance(5_500);
  await node.advance(3_000);
  assert.notEqual(id(), first);
  const status = node.pod("reset")?.status?.containerStatuses?.find(({ name }) => name === "main");
  assert.equal(status?.restartCount, 1);
  assert.ok(status?.state?.running);
  assert.equal((await node.runtime.listPodSandboxes()).length, 1);
  await node.kubelet.stop();
});

test("a full disk is told of, and the pod starts when there is room", async () => {
  let full = true;
  const makeDirectory = async (): Promise<void> => {
    if (full) throw new Error("ENOSPC: no space left on device, mkdir '/var/lib/kubelet/pods/x'");
  };
  const node = await started({ files: { ...noFilesystem, makeDirectory } });
  await node.create("web");
  const event = node.events.find((one) => one.about === "web");
  assert.equal(
    event?.message,
    "error making pod data directories: ENOSPC: no space left on device, mkdir '/var/lib/kubelet/pods/x'",
  );
  assert.equal(node.pod("web")?.status?.phase, "Pending");
  full = false;
  await node.advance(10_000);
  assert.equal(node.pod("web")?.status?.phase, "Running");
  await node.kubelet.stop();
});
