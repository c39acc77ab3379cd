import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { realClock, seededRandom, VirtualClock } from "@k8ts/api";
import { containerFor, sandboxFor } from "./contract.fixture.ts";
import { runtimeContract } from "./contract.ts";
import type { RuntimeEvent } from "./runtime.ts";
import { SimulatedRuntime } from "./simulated.ts";
import { simulatedAnnotations } from "./simulated/annotations.ts";

runtimeContract("simulated", async () => {
  const runtime = new SimulatedRuntime({ clock: realClock, random: seededRandom(1) });
  const image = "registry.k8ts.test/tools:1";
  await runtime.pullImage(image);
  return {
    runtime,
    image,
    logs: runtime.logs,
    logDirectory: "/var/log/pods",
    cgroupParent: "",
    echoServer: ["echo-server"],
    stop: () => runtime.close(),
  };
});

describe("simulated runtime under a virtual clock", () => {
  const under = { image: "nginx", logDirectory: "/var/log/pods", cgroupParent: "" };

  /** A runtime with its image, and a pod of one container. */
  async function pod(command: readonly string[], annotations: Record<string, string> = {}, pullTime = 0) {
    const clock = new VirtualClock();
    const runtime = new SimulatedRuntime({ clock, random: seededRandom(7), podCidr: "10.9.0.0/29", pullTime });
    const pulled = runtime.pullImage("nginx");
    await clock.advance(pullTime);
    await pulled;
    const config = sandboxFor(under, { annotations });
    const sandbox = await runtime.runPodSandbox(config, "");
    const container = await runtime.createContainer(sandbox, containerFor(under, command), config);
    await runtime.startContainer(container);
    return { clock, runtime, sandbox, container };
  }

  it("exits by annotation, with code and times of the clock", async () => {
    const { exitAfter, exitCode } = simulatedAnnotations;
    const { clock, runtime, container } = await pod(["nginx"], { [exitAfter]: "90", [exitCode]: "5" });
    const events: RuntimeEvent[] = [];
    runtime.events(
      (event) => events.push(event),
      () => undefined,
      new AbortController().signal,
    );
    await clock.advance(89_999);
    assert.equal((await runtime.containerStatus(container)).state, "RUNNING");
    await clock.advance(1);
    const status = await runtime.containerStatus(container);
    assert.deepEqual([status.state, status.exitCode, status.reason], ["EXITED", 5, "Error"]);
    assert.equal(status.finishedAt - status.startedAt, 90_000_000_000n);
    assert.deepEqual(events, [{ type: "EXITED", id: container }]);
  });

  it("uses what its annotations say", async () => {
    const { cpu, memory } = simulatedAnnotations;
    const { clock, runtime, container } = await pod(["nginx"], { [cpu]: "250m", [memory]: "64Mi" });
    await clock.advance(8000);
    const stats = await runtime.containerStats(container);
    assert.deepEqual([stats.cpuUsageCoreNanoSeconds, stats.memoryWorkingSetBytes], [2_000_000_000n, 64 * 1024 * 1024]);
  });

  it("hands out each address once, and a freed one again only when it must", async () => {
    const { runtime, sandbox } = await pod(["nginx"]);
    const addresses: string[] = [...(await runtime.podSandboxStatus(sandbox)).ips];
    const ids: string[] = [];
    for (let index = 0; index < 4; index++) {
      ids.push(await runtime.runPodSandbox(sandboxFor(under), ""));
      addresses.push(...(await runtime.podSandboxStatus(ids.at(-1)!)).ips);
    }
    assert.deepEqual(addresses, ["10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5", "10.9.0.6"]);
    await assert.rejects(runtime.runPodSandbox(sandboxFor(under), ""), /no IP addresses available/);
    await runtime.stopPodSandbox(ids[1]!);
    const next = await runtime.runPodSandbox(sandboxFor(under), "");
    assert.deepEqual((await runtime.podSandboxStatus(next)).ips, ["10.9.0.4"]);
  });

  it("takes its time to pull, and cannot pull everything", async () => {
    const { clock, runtime } = await pod(["nginx"], {}, 500);
    const missing = assert.rejects(runtime.pullImage("missing.k8ts.io/a:1"), { code: "NOT_FOUND" });
    let pulled = false;
    const pulling = runtime.pullImage("redis").then(() => (pulled = true));
    await clock.advance(499);
    assert.equal(pulled, false);
    await clock.advance(1);
    await Promise.all([pulling, missing]);
    assert.deepEqual((await runtime.imageStatus("redis"))?.repoTags, ["docker.io/library/redis:latest"]);
  });

  it("costs an idle container no timer and little memory", async () => {
    const clock = new VirtualClock();
    const runtime = new SimulatedRuntime({ clock, random: seededRandom(7), podCidr: "10.0.0.0/8" });
    await runtime.pullImage("nginx");
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 5000; index++) {
      const config = sandboxFor(under);
      const sandbox = await runtime.runPodSandbox(config, "");
      await runtime.startContainer(await runtime.createContainer(sandbox, containerFor(under, ["nginx"]), config));
    }
    const each = (process.memoryUsage().heapUsed - before) / 5000;
    assert.equal(clock.pending, 0);
    assert.ok(each < 12_000, `${Math.round(each)} bytes for a pod`);
  });
});
