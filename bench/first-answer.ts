/**
 * Manifest applied to first HTTP 200 through the Service, image present, beside the raw CRI time of the same pod in the
 * same run (sandbox, container, start, first answer on the pod's own address) plus 500 ms. Needs root and containerd.
 */
import { mkdirSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { Agent, request } from "node:https";
import { realClock } from "@k8ts/api";
import { hostLayout } from "../packages/k8ts/src/host/index.ts";
import { createCriRuntime } from "../packages/k8ts/src/kubelet/runtimes/cri.ts";
import type { ContainerConfig, PodSandboxConfig } from "../packages/k8ts/src/kubelet/runtimes/runtime.ts";
import { buildDemoImages } from "../scripts/build-images.ts";
import { daemonSite } from "./daemon.ts";
import { median, ms, report } from "./report.ts";

const rounds = 7;
const image = "docker.io/library/nginx:1.7.9";
const site = await daemonSite(21_950, []);
for (const archive of await buildDemoImages(console.log)) site.k8ts(["image", "load", archive]);
site.k8ts(["up"]);
const layout = hostLayout(site.directory);
const runtime = createCriRuntime({ socket: layout.containerd.socket, clock: realClock });
await runtime.pullImage(image, undefined, undefined);

const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const call = get(url, { agent: false, timeout: 200 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("error", () => resolve(false));
    call.on("timeout", () => call.destroy());
  });

/** Asks every few milliseconds until the first 200. */
async function firstAnswer(url: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await answers(url))) {
    if (performance.now() > deadline) throw new Error(`${url} does not answer`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}

const sandbox = (name: string): PodSandboxConfig => ({
  metadata: { name, uid: name, namespace: "bench", attempt: 0 },
  hostname: name,
  logDirectory: join(site.directory, "bench-logs", name),
  dns: { servers: [], searches: [], options: [] },
  portMappings: [],
  labels: {},
  annotations: {},
  cgroupParent: "/k8bench/raw",
  sysctls: {},
  securityContext: {
    namespaceOptions: { network: "POD", pid: "CONTAINER", ipc: "POD" },
    readonlyRootfs: false,
    supplementalGroups: [],
    privileged: false,
  },
});

const container: ContainerConfig = {
  metadata: { name: "nginx", attempt: 0 },
  image,
  userSpecifiedImage: image,
  command: [],
  args: [],
  workingDir: "",
  envs: [],
  mounts: [],
  devices: [],
  labels: {},
  annotations: {},
  logPath: "nginx.log",
  stdin: false,
  stdinOnce: false,
  tty: false,
  resources: {},
  securityContext: {
    capabilities: { add: [], drop: [] },
    privileged: false,
    namespaceOptions: { network: "POD", pid: "CONTAINER", ipc: "POD" },
    readonlyRootfs: false,
    supplementalGroups: [],
    noNewPrivs: false,
    maskedPaths: [],
    readonlyPaths: [],
  },
};

/** The same pod by CRI alone: what nobody can be faster than. */
async function rawPod(round: number): Promise<number> {
  const config = sandbox(`raw-${round}`);
  mkdirSync(config.logDirectory, { recursive: true });
  const begun = performance.now();
  const id = await runtime.runPodSandbox(config, "");
  const containerId = await runtime.createContainer(id, container, config);
  await runtime.startContainer(containerId);
  const { ips } = await runtime.podSandboxStatus(id);
  await firstAnswer(`http://${ips[0]}/`);
  const elapsed = performance.now() - begun;
  await runtime.stopPodSandbox(id);
  await runtime.removePodSandbox(id);
  return elapsed;
}

const agent = new Agent({ keepAlive: true, ...site.credentials() });

/** One API call as the administrator, over a kept connection, as kubectl's own start-up is not what is measured. */
function api(method: string, path: string, body?: object): Promise<any> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" };
    const call = request({ host: "127.0.0.1", port: site.port, method, path, agent, headers }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => {
        if ((response.statusCode ?? 500) < 400) resolve(JSON.parse(text));
        else reject(new Error(text));
      });
    });
    call.on("error", reject);
    call.end(body && JSON.stringify(body));
  });
}

/** The pod as a Deployment of one with a Service, through everything k8ts is. */
async function throughCluster(round: number): Promise<number> {
  const name = `bench-${round}`;
  const labels = { app: name };
  const service = await api("POST", "/api/v1/namespaces/default/services", {
    metadata: { name },
    spec: { selector: labels, ports: [{ port: 80 }] },
  });
  const begun = performance.now();
  await api("POST", "/apis/apps/v1/namespaces/default/deployments", {
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "nginx", image: "nginx:1.7.9" }] },
      },
    },
  });
  await firstAnswer(`http://${service.spec.clusterIP}/`);
  const elapsed = performance.now() - begun;
  await api("DELETE", `/apis/apps/v1/namespaces/default/deployments/${name}`);
  await api("DELETE", `/api/v1/namespaces/default/services/${name}`);
  while ((await api("GET", `/api/v1/namespaces/default/pods?labelSelector=app%3D${name}`)).items.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return elapsed;
}

const raw: number[] = [];
const ours: number[] = [];
await rawPod(-1);
await throughCluster(-1);
for (let round = 0; round < rounds; round++) {
  raw.push(await rawPod(round));
  ours.push(await throughCluster(round));
}
agent.destroy();
await runtime.close();
site.remove();

const limit = median(raw) + 500;
report(`Manifest to first HTTP 200 (median of ${rounds})`, [
  { what: "raw CRI: sandbox, container, first answer", value: ms(median(raw)), beside: "" },
  {
    what: "Deployment applied to first answer of its Service",
    value: ms(median(ours)),
    beside: `limit: raw + 500 ms = ${ms(limit)}`,
    holds: median(ours) <= limit,
  },
]);
