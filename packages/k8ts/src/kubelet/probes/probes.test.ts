/** Probes over time, on the simulated runtime under a virtual clock; and real probes against local servers. */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { realClock } from "@k8ts/api";
import type { Probe } from "@k8ts/api/core/v1";
import { RuntimeError, type ContainerRuntime } from "../runtimes/runtime.ts";
import { container, TestNode } from "../testing/test-node.ts";
import type { ProbeOutcome } from "./probe-result.ts";
import { createProber, type Prober } from "./prober.ts";

/** A prober that says what it is told, by the probe's command. */
class ToldProber implements Prober {
  readonly answers = new Map<string, ProbeOutcome["result"]>();
  readonly asked: string[] = [];

  async probe({ probe }: Parameters<Prober["probe"]>[0]): Promise<ProbeOutcome> {
    const name = probe.exec?.command?.[0] ?? "";
    this.asked.push(name);
    const result = this.answers.get(name) ?? "Success";
    return { result, output: result === "Failure" ? "not well" : "" };
  }
}

const probe = (name: string, fields: Partial<Probe> = {}): Probe => ({
  exec: { command: [name] },
  periodSeconds: 10,
  ...fields,
});

async function startedNode(): Promise<{ node: TestNode; prober: ToldProber }> {
  const prober = new ToldProber();
  const node = new TestNode({ prober });
  await node.start();
  return { node, prober };
}

test("a pod is ready when its readiness probe says so, and no longer than that", async () => {
  const { node, prober } = await startedNode();
  prober.answers.set("ready", "Failure");
  await node.create("web", {
    containers: [container("main", { readinessProbe: probe("ready", { initialDelaySeconds: 5 }) })],
  });
  const ready = () => node.pod("web")?.status?.containerStatuses?.[0]?.ready;
  assert.equal(ready(), false);
  assert.deepEqual(prober.asked, []);
  await node.advance(5_000);
  assert.deepEqual(prober.asked, ["ready"]);
  const event = node.events.find((one) => one.reason === "Unhealthy");
  assert.equal(event?.message, "Readiness probe failed: not well");
  prober.answers.set("ready", "Success");
  await node.advance(10_000);
  assert.equal(ready(), true);
  prober.answers.set("ready", "Failure");
  await node.advance(20_000);
  assert.equal(ready(), true, "two failures are not three");
  await node.advance(10_000);
  assert.equal(ready(), false);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.restartCount, 0);
  await node.kubelet.stop();
});

test("a container that fails its liveness probe is restarted", async () => {
  const { node, prober } = await startedNode();
  const livenessProbe = probe("alive", { failureThreshold: 2, terminationGracePeriodSeconds: 1 });
  await node.create("web", { containers: [container("main", { livenessProbe })] });
  prober.answers.set("alive", "Failure");
  await node.advance(10_000);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.restartCount, 0);
  await node.advance(15_000);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.restartCount, 1);
  const killing = node.events.find((one) => one.reason === "Killing");
  assert.equal(killing?.message, "Container main failed liveness probe, will be restarted");
  await node.kubelet.stop();
});

test("nothing else is asked before the startup probe has succeeded", async () => {
  const { node, prober } = await startedNode();
  prober.answers.set("started", "Failure");
  const startupProbe = probe("started", { failureThreshold: 30 });
  await node.create("web", {
    containers: [container("main", { startupProbe, livenessProbe: probe("alive"), readinessProbe: probe("ready") })],
  });
  await node.advance(60_000);
  assert.deepEqual([...new Set(prober.asked)], ["started"]);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.started, false);
  prober.answers.set("started", "Success");
  await node.advance(20_000);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.started, true);
  assert.equal(node.pod("web")?.status?.containerStatuses?.[0]?.ready, true);
  const asked = prober.asked.filter((name) => name === "started").length;
  await node.advance(60_000);
  assert.equal(prober.asked.filter((name) => name === "started").length, asked, "once is enough");
  await node.kubelet.stop();
});

test("a pod that ends is not killed by its liveness probe, and probes end with it", async () => {
  const { node, prober } = await startedNode();
  const lifecycle = { preStop: { sleep: { seconds: 60 } } };
  await node.create("web", {
    terminationGracePeriodSeconds: 100,
    containers: [container("main", { lifecycle, livenessProbe: probe("alive", { failureThreshold: 1 }) })],
  });
  await node.advance(1_000);
  await node.delete("web");
  prober.answers.set("alive", "Failure");
  const asked = prober.asked.length;
  await node.advance(50_000);
  assert.equal(prober.asked.length, asked);
  assert.ok(node.pod("web"));
  await node.advance(60_000);
  assert.equal(node.pod("web"), undefined);
  await node.kubelet.stop();
});

const noRuntime = {} as ContainerRuntime;

async function ask(fields: Probe, runtime: ContainerRuntime = noRuntime): Promise<ProbeOutcome> {
  const ports = [{ name: "web", containerPort: 1 }];
  const request = { probe: fields, container: { name: "main", ports }, containerId: "id", podIP: "127.0.0.1" };
  return await createProber(runtime, realClock).probe(request);
}

test("HTTP probes", async (context) => {
  const server = createServer((request, response) => {
    const [, path = ""] = (request.url ?? "").split("/");
    if (path === "slow") return;
    if (path === "away") response.writeHead(302, { location: "http://example.test/" });
    else if (path === "moved") response.writeHead(302, { location: "/200" });
    else response.writeHead(Number(path) || 200);
    response.end(
      request.headers["x-mine"] === "yes" && request.headers["user-agent"]?.startsWith("kube-probe/") ? "mine" : "",
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.closeAllConnections());
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const get = (path: string) => ask({ httpGet: { path, port, httpHeaders: [{ name: "X-Mine", value: "yes" }] } });
  assert.deepEqual(await get("/"), { result: "Success", output: "mine" });
  assert.deepEqual(await get("/moved"), { result: "Success", output: "mine" });
  assert.deepEqual(await get("/404"), { result: "Failure", output: "HTTP probe failed with statuscode: 404" });
  assert.equal((await get("/away")).result, "Warning");
  const slow = await get("/slow");
  assert.equal(
    slow.output,
    `Get "http://127.0.0.1:${port}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  );
  const refused = await ask({ httpGet: { path: "/", port: "web" } });
  assert.equal(refused.output, 'Get "http://127.0.0.1:1/": dial tcp 127.0.0.1:1: connect: connection refused');
  await assert.rejects(ask({ httpGet: { path: "/", port: "nobody" } }), /invalid port number/);
});

test("TCP probes", async (context) => {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.equal((await ask({ tcpSocket: { port } })).result, "Success");
  assert.deepEqual(await ask({ tcpSocket: { port: 1 } }), {
    result: "Failure",
    output: "dial tcp 127.0.0.1:1: connect: connection refused",
  });
});

test("exec probes: exit codes, timeouts, and a runtime that fails", async () => {
  const exec = { exec: { command: ["check"] } };
  const answering = (exitCode: number): ContainerRuntime =>
    ({
      execSync: async () => ({ exitCode, stdout: Buffer.from("out"), stderr: Buffer.from("err") }),
    }) as unknown as ContainerRuntime;
  const failing = (code: string): ContainerRuntime =>
    ({ execSync: async () => Promise.reject(new RuntimeError(code, "broken")) }) as unknown as ContainerRuntime;
  assert.equal((await ask(exec, answering(0))).result, "Success");
  assert.deepEqual(await ask(exec, answering(2)), { result: "Failure", output: "outerr" });
  assert.equal((await ask(exec, failing("DEADLINE_EXCEEDED"))).result, "Failure");
  await assert.rejects(ask(exec, failing("UNAVAILABLE")), /broken/);
});

test("a gRPC server that is not there", async () => {
  const { grpcHealth } = await import("./grpc-health.ts");
  const outcome = await grpcHealth(realClock, "127.0.0.1", 1, "", 2);
  assert.equal(outcome.result, "Failure");
});

test("gRPC health", async (context) => {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const server = new Server();
  const raw = (bytes: Buffer): Buffer => bytes;
  const method = { path: "/grpc.health.v1.Health/Check", requestStream: false, responseStream: false };
  const codec = { requestSerialize: raw, requestDeserialize: raw, responseSerialize: raw, responseDeserialize: raw };
  server.addService({ Check: { ...method, ...codec } } as never, {
    Check: (call: { request: Buffer }, reply: (error: null, answer: Buffer) => void) =>
      reply(null, Buffer.from([0x08, call.request.toString("utf8", 2) === "sick" ? 2 : 1])),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  context.after(() => server.forceShutdown());
  const { grpcHealth } = await import("./grpc-health.ts");
  assert.equal((await grpcHealth(realClock, "127.0.0.1", port, "", 2)).result, "Success");
  assert.deepEqual(await grpcHealth(realClock, "127.0.0.1", port, "sick", 2), {
    result: "Failure",
    output: 'service unhealthy (responded with "NOT_SERVING")',
  });
});
