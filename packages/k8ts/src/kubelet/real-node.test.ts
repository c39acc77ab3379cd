/** The kubelet on real containers: containerd, runc, cgroups, mounts. Only the API server is in memory. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { after, before, test } from "node:test";
import { noMetrics, realClock, realRandom, silentLogger, type DeepReadonly, type Logger } from "@k8ts/api";
import { configMaps, pods, secrets, type Container, type Pod, type PodSpec } from "@k8ts/api/core/v1";
import { createCgroups } from "./cgroups/create-cgroups.ts";
import type { CgroupManager } from "./cgroups/cgroup-manager.ts";
import { realFilesystem } from "./filesystem/real-filesystem.ts";
import { createKubelet } from "./kubelet.ts";
import type { Kubelet } from "./kubelet-options.ts";
import { linuxMachine } from "./node/linux-machine.ts";
import {
  cannotRunContainerd,
  startTestContainerd,
  testImage,
  type TestContainerd,
} from "./runtimes/cri/containerd.fixture.ts";
import { createCriRuntime } from "./runtimes/cri.ts";
import type { ContainerRuntime } from "./runtimes/runtime.ts";
import { NodeApi } from "./testing/node-api.ts";

const skip = (await cannotRunContainerd()) ?? false;
const verbose = process.env["K8TS_TEST_LOG"] !== undefined;
const log = (message: string, fields?: unknown): void => {
  if (verbose) console.log(message, fields);
};
const logger: Logger = { ...silentLogger, warn: log, info: log, error: log, debug: log, child: () => logger };

let root: string;
let containerd: TestContainerd;
let runtime: ContainerRuntime;
let cgroups: CgroupManager;
let kubelet: Kubelet;
const api = new NodeApi(realClock);
const events: string[] = [];

function makeKubelet(): Kubelet {
  return createKubelet({
    client: api.client,
    runtime,
    nodeName: "node-1",
    machine: linuxMachine({ hostname: "node-1", nodeFsPath: root, now: () => Date.now() }),
    directories: { root, podLogs: `${containerd.directory}/logs` },
    files: realFilesystem,
    cgroups,
    clusterDNS: ["10.96.0.10"],
    resolvConf: "/etc/resolv.conf",
    clock: realClock,
    random: realRandom,
    logger,
    metrics: noMetrics,
    recorder: {
      event: (about, _, reason, message) => void events.push(`${about.metadata.name} ${reason}: ${message}`),
    },
  });
}

before(async () => {
  if (skip !== false) return;
  root = await mkdtemp("/tmp/k8ts-kubelet-");
  await chmod(root, 0o755);
  // Volumes that are mounted here have to be seen by containerd, which lives in a mount namespace of its own.
  execFileSync("mount", ["--bind", root, root]);
  execFileSync("mount", ["--make-shared", root]);
  containerd = await startTestContainerd();
  runtime = createCriRuntime({ socket: containerd.socket, clock: realClock });
  cgroups = await createCgroups(containerd.cgroupParent);
  kubelet = makeKubelet();
  await kubelet.start();
});

after(async () => {
  if (skip !== false) return;
  await kubelet.stop();
  await runtime.close();
  await containerd.stop();
  await cgroups.removeAll();
  execFileSync("umount", ["-l", root]);
  await rm(root, { recursive: true, force: true });
});

async function until<T>(what: string, look: () => T | undefined | false, limit = 20_000): Promise<T> {
  const end = Date.now() + limit;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end)
      assert.fail(
        `${what} did not happen; events:\n${events.join("\n")}\n${JSON.stringify(
          api.objects(pods).map((one) => one.status),
          undefined,
          1,
        )}`,
      );
    await realClock.sleep(20);
  }
}

const shell = (script: string, fields: Partial<Container> = {}): Container => ({
  name: "main",
  image: testImage,
  imagePullPolicy: "IfNotPresent",
  command: ["/bin/sh", "-c", script],
  terminationMessagePath: "/dev/termination-log",
  terminationMessagePolicy: "File",
  ...fields,
});

async function create(name: string, spec: Partial<PodSpec>): Promise<DeepReadonly<Pod>> {
  return await api.client.create(pods, {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "default", labels: { app: name } },
    spec: {
      nodeName: "node-1",
      terminationGracePeriodSeconds: 2,
      enableServiceLinks: true,
      restartPolicy: "Always",
      containers: [],
      ...spec,
    },
    status: { phase: "Pending" },
  });
}

async function logOf(pod: DeepReadonly<Pod>, path: string): Promise<string> {
  const { namespace, name, uid } = pod.metadata;
  const text = await readFile(`${containerd.directory}/logs/${namespace}_${name}_${uid}/${path}`, "utf8");
  return text.replace(/^\S+ std(?:out|err) F ?/gm, "");
}

test("environment, volumes, limits and probes of a real pod, and nothing is left of it", { skip }, async () => {
  const object = { apiVersion: "v1", metadata: { namespace: "default" } } as const;
  await api.client.create(configMaps, {
    ...object,
    kind: "ConfigMap",
    metadata: { ...object.metadata, name: "settings" },
    data: { color: "green", "app.conf": "a=1\n" },
  });
  await api.client.create(secrets, {
    ...object,
    kind: "Secret",
    metadata: { ...object.metadata, name: "keys" },
    data: { password: Buffer.from("hunter2").toString("base64") },
  });
  const script = [
    "echo color=$COLOR password=$PASSWORD pod=$POD ip=$IP cpu=$CPU dns=$KUBERNETES_SERVICE_HOST",
    "cat /config/app.conf /secret/password /token/token /sub/conf",
    "echo; cat /etc/hosts | while read l; do case $l in *custom.example*) echo aliased;; esac; done",
    "cat /etc/resolv.conf",
    "trap 'exit 0' TERM; echo ready > /memory/ready; echo started; echo bye > /dev/termination-log; while true; do sleep 0.1; done",
  ].join("; ");
  const pod = await create("full", {
    securityContext: { fsGroup: 4321 },
    hostAliases: [{ ip: "10.9.9.9", hostnames: ["custom.example"] }],
    containers: [
      shell(script, {
        env: [
          { name: "COLOR", valueFrom: { configMapKeyRef: { name: "settings", key: "color" } } },
          { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "keys", key: "password" } } },
          { name: "POD", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
          { name: "IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
          { name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu", divisor: "1m" } } },
        ],
        resources: { limits: { cpu: "250m", memory: "64Mi" }, requests: { cpu: "250m", memory: "64Mi" } },
        readinessProbe: { exec: { command: ["/bin/cat", "/memory/ready"] }, periodSeconds: 1 },
        volumeMounts: [
          { name: "config", mountPath: "/config" },
          { name: "secret", mountPath: "/secret", readOnly: true },
          { name: "token", mountPath: "/token" },
          { name: "memory", mountPath: "/memory" },
          { name: "config", mountPath: "/sub/conf", subPath: "app.conf" },
        ],
      }),
    ],
    volumes: [
      { name: "config", configMap: { name: "settings" } },
      { name: "secret", secret: { secretName: "keys" } },
      { name: "token", projected: { sources: [{ serviceAccountToken: { path: "token", expirationSeconds: 3607 } }] } },
      { name: "memory", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
    ],
  });
  const ready = await until("readiness", () => {
    const found = api.pod("full");
    return found?.status?.containerStatuses?.[0]?.ready === true && found;
  });
  assert.equal(ready.status?.phase, "Running");
  assert.equal(ready.status?.qosClass, "Guaranteed");
  assert.match(ready.status?.containerStatuses?.[0]?.containerID ?? "", /^containerd:\/\/[0-9a-f]{64}$/);
  const output = await logOf(pod, "main/0.log");
  assert.match(output, new RegExp(`^color=green password=hunter2 pod=full ip=${ready.status?.podIP} cpu=250`));
  assert.match(output, /a=1\n.*hunter2token-\d+a=1/s);
  assert.match(output, /aliased/);
  assert.match(
    output,
    /search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local[^\n]*\nnameserver 10\.96\.0\.10\noptions ndots:5/,
  );
  const { uid = "" } = pod.metadata;
  assert.deepEqual(await cgroups.pods(), [uid]);

  // A changed ConfigMap is seen inside.
  await api.client.patch(configMaps, { namespace: "default", name: "settings" }, { data: { "app.conf": "a=2\n" } });
  const id = ready.status!.containerStatuses![0]!.containerID!.slice("containerd://".length);
  let seen = "";
  for (let attempt = 0; attempt < 50 && seen !== "a=2\n"; attempt++) {
    seen = new TextDecoder().decode((await runtime.execSync(id, ["/bin/cat", "/config/app.conf"], 5)).stdout);
  }
  assert.equal(seen, "a=2\n");

  await api.client.delete(pods, { namespace: "default", name: "full" });
  await until("deletion", () => api.pod("full") === undefined);
  await until("clean-up", () => events.some((event) => event.startsWith("full Killing")));
  for (let attempt = 0; attempt < 100 && (await readdir(`${root}/pods`)).length > 0; attempt++)
    await realClock.sleep(20);
  assert.deepEqual(await readdir(`${root}/pods`), []);
  assert.deepEqual(await cgroups.pods(), []);
  assert.deepEqual(await runtime.listPodSandboxes(), []);
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  assert.ok(!mounts.includes(uid));
});

test(
  "containers restart, init containers and sidecars run in order, and a restarted kubelet adopts them",
  { skip },
  async () => {
    const pod = await create("ordered", {
      shareProcessNamespace: false,
      initContainers: [
        shell("echo first > /shared/log", { name: "init", volumeMounts: [{ name: "shared", mountPath: "/shared" }] }),
        shell("echo sidecar >> /shared/log; trap 'exit 0' TERM; while true; do sleep 0.1; done", {
          name: "sidecar",
          restartPolicy: "Always",
          volumeMounts: [{ name: "shared", mountPath: "/shared" }],
        }),
      ],
      containers: [
        shell(
          "echo main >> /shared/log; cat /shared/log; echo the end > /dev/termination-log; [ -f /shared/again ] || { echo > /shared/again; exit 3; }; trap 'exit 0' TERM; while true; do sleep 0.1; done",
          { volumeMounts: [{ name: "shared", mountPath: "/shared" }] },
        ),
      ],
      volumes: [{ name: "shared", emptyDir: {} }],
    });
    const running = await until("the restart", () => {
      const found = api.pod("ordered");
      const status = found?.status?.containerStatuses?.[0];
      return status?.restartCount === 1 && status.state?.running !== undefined && found;
    });
    const status = running.status!.containerStatuses![0]!;
    assert.equal(status.lastState?.terminated?.exitCode, 3);
    assert.equal(status.lastState?.terminated?.message, "the end\n");
    assert.equal(await logOf(pod, "main/0.log"), "first\nsidecar\nmain\n");
    assert.equal(running.status?.initContainerStatuses?.[0]?.state?.terminated?.reason, "Completed");
    assert.equal(running.status?.initContainerStatuses?.[1]?.started, true);

    await kubelet.stop();
    kubelet = makeKubelet();
    const before = events.length;
    await kubelet.start();
    await realClock.sleep(300);
    assert.equal(api.pod("ordered")?.status?.containerStatuses?.[0]?.containerID, status.containerID);
    assert.deepEqual(
      events.slice(before).filter((event) => event.startsWith("ordered")),
      [],
    );

    await api.client.delete(pods, { namespace: "default", name: "ordered" });
    await until("deletion", () => api.pod("ordered") === undefined);
  },
);

test("containerd is killed and comes back: pods run on, and what ended meanwhile is seen", { skip }, async () => {
  const loop = "trap 'exit 0' TERM; while true; do sleep 0.1; done";
  await create("steady", { containers: [shell(loop)] });
  await create("fleeting", { restartPolicy: "Never", containers: [shell("sleep 1.5; exit 4")] });
  const phase = (name: string) => api.pod(name)?.status?.phase;
  await until("both run", () => phase("steady") === "Running" && phase("fleeting") === "Running");
  const id = api.pod("steady")?.status?.containerStatuses?.[0]?.containerID;
  await containerd.killDaemon();
  await realClock.sleep(1_700);
  await containerd.startDaemon();
  await until("the end is seen", () => phase("fleeting") === "Failed");
  assert.equal(api.pod("fleeting")?.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 4);
  assert.equal(api.pod("steady")?.status?.containerStatuses?.[0]?.containerID, id);
  for (const name of ["steady", "fleeting"]) await api.client.delete(pods, { namespace: "default", name });
  await until("deletion", () => api.objects(pods).length === 0);
});

test(
  "over the memory limit: OOMKilled; root where it may not be, and a program that is not there: refused",
  { skip },
  async () => {
    await create("oom", {
      restartPolicy: "Never",
      containers: [
        shell("exec dd if=/dev/zero of=/dev/null bs=64M count=1", {
          resources: { limits: { memory: "16Mi" }, requests: { memory: "16Mi" } },
        }),
      ],
    });
    await create("root", { securityContext: { runAsNonRoot: true }, containers: [shell("true")] });
    const oom = await until("the kill", () => api.pod("oom")?.status?.containerStatuses?.[0]?.state?.terminated);
    assert.deepEqual([oom.reason, oom.exitCode], ["OOMKilled", 137]);
    const refused = await until("the refusal", () => {
      const waiting = api.pod("root")?.status?.containerStatuses?.[0]?.state?.waiting;
      return waiting?.reason === "CreateContainerConfigError" && waiting;
    });
    assert.match(
      refused.message ?? "",
      /^container has runAsNonRoot and image will run as root \(pod: "root_default\(/,
    );
    await create("absent", { containers: [shell("", { command: ["/bin/nothing"] })] });
    const absent = await until("the failure", () => {
      const status = api.pod("absent")?.status?.containerStatuses?.[0];
      return status?.state?.waiting?.reason === "CrashLoopBackOff" && status;
    });
    assert.deepEqual(
      [absent.lastState?.terminated?.reason, absent.lastState?.terminated?.exitCode],
      ["StartError", 128],
    );
    assert.ok(
      events.some((event) =>
        /^absent Failed: Error: .*"\/bin\/nothing": stat \/bin\/nothing: no such file/.test(event),
      ),
    );
    for (const name of ["oom", "root", "absent"]) await api.client.delete(pods, { namespace: "default", name });
    await until("deletion", () => api.objects(pods).length === 0);
  },
);
