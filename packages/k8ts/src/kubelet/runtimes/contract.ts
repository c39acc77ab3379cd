/** What every container runtime must do for the kubelet, as one suite; cri.test.ts and simulated.test.ts run it. */
import assert from "node:assert/strict";
import { PassThrough, type Duplex } from "node:stream";
import { after, before, describe, it } from "node:test";
import {
  collect,
  containerFor,
  Events,
  failsWith,
  logText,
  namespaceOptions,
  never,
  request,
  sandboxFor,
  type RuntimeUnderTest,
} from "./contract.fixture.ts";
import { RuntimeError, type ContainerConfig, type ContainerRuntime } from "./runtime.ts";

/** Runs the suite. `skip` names the reason why this machine cannot. */
export function runtimeContract(name: string, create: () => Promise<RuntimeUnderTest>, skip?: string): void {
  describe(`container runtime: ${name}`, { skip }, () => {
    let under: RuntimeUnderTest;
    let runtime: ContainerRuntime;
    const events = new Events();
    const subscription = new AbortController();

    /** A sandbox with one started container. */
    const start = async (command: readonly string[], overrides?: Partial<ContainerConfig>) => {
      const config = sandboxFor(under);
      const sandbox = await runtime.runPodSandbox(config, "");
      const container = await runtime.createContainer(sandbox, containerFor(under, command, overrides), config);
      await runtime.startContainer(container);
      return { config, sandbox, container };
    };

    before(async () => {
      under = await create();
      runtime = under.runtime;
      await new Promise<void>((resolve) => {
        runtime.events(events.listener, resolve, subscription.signal);
        // A runtime that cannot lose events has none to report at the start.
        if (name === "simulated") resolve();
      });
    });

    after(async () => {
      subscription.abort();
      await under?.stop();
    });

    it("tells its version and that it is ready", async () => {
      const version = await runtime.version();
      assert.match(version.name, /^\w+$/);
      assert.match(version.version, /^\d/);
      const status = await runtime.status();
      assert.deepEqual([status.runtimeReady, status.networkReady, status.message], [true, true, ""]);
      assert.ok(status.handlers.includes("runc"));
    });

    it("keeps a sandbox: address, labels, metadata; stopped, it stays until it is removed", async () => {
      const config = sandboxFor(under);
      const id = await runtime.runPodSandbox(config, "");
      const status = await runtime.podSandboxStatus(id);
      assert.equal(status.state, "READY");
      assert.deepEqual(status.metadata, config.metadata);
      assert.deepEqual(status.labels, config.labels);
      assert.deepEqual(status.annotations, config.annotations);
      assert.equal(status.ips.length, 1);
      assert.ok(status.createdAt > 0n);
      assert.deepEqual(
        (await runtime.listPodSandboxes({ labels: config.labels })).map((each) => each.id),
        [id],
      );
      await runtime.stopPodSandbox(id);
      await runtime.stopPodSandbox(id);
      assert.equal((await runtime.podSandboxStatus(id)).state, "NOTREADY");
      await runtime.removePodSandbox(id);
      await runtime.removePodSandbox(id);
      await runtime.stopPodSandbox(id);
      await assert.rejects(runtime.podSandboxStatus(id), failsWith("NOT_FOUND"));
      assert.deepEqual(await runtime.listPodSandboxes({ id }), []);
    });

    it("gives a pod on the node's network no address", async () => {
      const securityContext = {
        namespaceOptions: { ...namespaceOptions, network: "NODE" as const },
        readonlyRootfs: false,
        supplementalGroups: [],
        privileged: false,
      };
      const id = await runtime.runPodSandbox(sandboxFor(under, { securityContext, hostname: "" }), "");
      assert.deepEqual((await runtime.podSandboxStatus(id)).ips, []);
      await runtime.removePodSandbox(id);
    });

    it("refuses a sandbox whose name is taken", async () => {
      const config = sandboxFor(under);
      const id = await runtime.runPodSandbox(config, "");
      await assert.rejects(runtime.runPodSandbox(config, ""), /is reserved for/);
      await runtime.removePodSandbox(id);
      await runtime.removePodSandbox(await runtime.runPodSandbox(config, ""));
    });

    it("runs a container from creation to its exit, with times, code, events and log", async () => {
      const config = sandboxFor(under);
      const sandbox = await runtime.runPodSandbox(config, "");
      const script = "echo $GREETING; echo problem >&2; sleep 0.2; exit 3";
      const wanted = containerFor(under, ["/bin/sh", "-c", script]);
      const id = await runtime.createContainer(sandbox, wanted, config);
      const created = await runtime.containerStatus(id);
      assert.deepEqual([created.state, created.podSandboxId, created.startedAt], ["CREATED", sandbox, 0n]);
      assert.deepEqual(created.labels, wanted.labels);
      await runtime.startContainer(id);
      const running = await runtime.containerStatus(id);
      assert.deepEqual([running.state, running.finishedAt], ["RUNNING", 0n]);
      await events.next("EXITED", id);
      const exited = await runtime.containerStatus(id);
      assert.deepEqual([exited.state, exited.exitCode, exited.reason], ["EXITED", 3, "Error"]);
      assert.ok(exited.startedAt >= created.createdAt && exited.finishedAt > exited.startedAt);
      assert.equal(exited.logPath, `${config.logDirectory}/main_0.log`);
      const lines = (await logText(under, exited.logPath)).trim().split("\n").sort();
      assert.match(lines[0] ?? "", /^\d{4}-\d\d-\d\dT\S+ (stdout F hello|stderr F problem)$/);
      assert.equal(lines.length, 2);
      await runtime.removePodSandbox(sandbox);
    });

    it("says Completed of exit code 0", async () => {
      const { container, sandbox } = await start(["/bin/true"]);
      await events.next("EXITED", container);
      const { exitCode, reason } = await runtime.containerStatus(container);
      assert.deepEqual([exitCode, reason], [0, "Completed"]);
      await runtime.removePodSandbox(sandbox);
    });

    it("lists containers by sandbox, id and labels", async () => {
      const first = await start(["/bin/sleep", "1000"], { labels: { which: "first" } });
      const second = await start(["/bin/sleep", "1000"], { labels: { which: "second" } });
      const ids = async (filter: Parameters<ContainerRuntime["listContainers"]>[0]) =>
        (await runtime.listContainers(filter)).map(({ id }) => id);
      assert.deepEqual(await ids({ podSandboxId: first.sandbox }), [first.container]);
      assert.deepEqual(await ids({ id: second.container }), [second.container]);
      assert.deepEqual(await ids({ labels: { which: "second" } }), [second.container]);
      const all = await ids({});
      assert.ok(all.includes(first.container) && all.includes(second.container));
      await runtime.removePodSandbox(first.sandbox);
      await runtime.removePodSandbox(second.sandbox);
    });

    it("stops a container, again and again, and frees its name when it is removed", async () => {
      const { config, sandbox, container } = await start(["/bin/sleep", "1000"]);
      await runtime.stopContainer(container, 0);
      await runtime.stopContainer(container, 0);
      await events.next("EXITED", container);
      assert.ok([137, 143].includes((await runtime.containerStatus(container)).exitCode));
      const again = containerFor(under, ["/bin/sleep", "1000"]);
      await assert.rejects(runtime.createContainer(sandbox, again, config), /is reserved for/);
      await runtime.removeContainer(container);
      await runtime.removeContainer(container);
      await runtime.stopContainer(container, 0);
      await events.next("DELETED", container);
      await assert.rejects(runtime.containerStatus(container), failsWith("NOT_FOUND"));
      await runtime.createContainer(sandbox, again, config);
      await runtime.removePodSandbox(sandbox);
    });

    it("kills a sandbox's containers when it is stopped", async () => {
      const { sandbox, container } = await start(["/bin/sleep", "1000"]);
      await runtime.stopPodSandbox(sandbox);
      await events.next("EXITED", sandbox);
      assert.equal((await runtime.containerStatus(container)).state, "EXITED");
      await runtime.removePodSandbox(sandbox);
      await assert.rejects(runtime.containerStatus(container), failsWith("NOT_FOUND"));
    });

    it("fails for what is not there", async () => {
      const config = sandboxFor(under);
      await assert.rejects(runtime.startContainer("missing"), failsWith("NOT_FOUND"));
      await assert.rejects(runtime.containerStatus("missing"), failsWith("NOT_FOUND"));
      await assert.rejects(runtime.execSync("missing", ["true"], 1), failsWith("NOT_FOUND"));
      await assert.rejects(runtime.createContainer("missing", containerFor(under, ["true"]), config), RuntimeError);
      const sandbox = await runtime.runPodSandbox(config, "");
      const missingImage = containerFor(under, ["true"], { image: "registry.k8ts.test/missing:1" });
      await assert.rejects(runtime.createContainer(sandbox, missingImage, config), RuntimeError);
      await runtime.removePodSandbox(sandbox);
    });

    describe("with a container that runs", () => {
      let sandbox = "";
      let container = "";

      before(async () => {
        ({ sandbox, container } = await start(["/bin/sh", "-c", "while true; do sleep 1000; done"]));
      });

      after(() => runtime.removePodSandbox(sandbox));

      it("runs a command and tells its output and exit code", async () => {
        const script = "echo out; echo err >&2; exit 7";
        const result = await runtime.execSync(container, ["sh", "-c", script], 10);
        assert.deepEqual(
          [Buffer.from(result.stdout).toString(), Buffer.from(result.stderr).toString(), result.exitCode],
          ["out\n", "err\n", 7],
        );
        const environment = await runtime.execSync(container, ["env"], 10);
        assert.match(Buffer.from(environment.stdout).toString(), /^GREETING=hello$/m);
      });

      it("ends a command at its deadline", async () => {
        await assert.rejects(runtime.execSync(container, ["sleep", "100"], 1), failsWith("DEADLINE_EXCEEDED"));
      });

      it("fails where there is no such program", async () => {
        await assert.rejects(runtime.execSync(container, ["no-such-program"], 5), /executable file not found/);
        const streams = { stdout: collect().stream, stderr: collect().stream };
        await assert.rejects(
          runtime.exec(request(container, ["no-such-program"]), streams, never),
          /executable file not found/,
        );
      });

      it("feeds a command until its stdin ends", async () => {
        const [stdout, stderr] = [collect(), collect()];
        const stdin = new PassThrough();
        const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
        const done = runtime.exec(request(container, ["cat"], { stdin: true }), streams, never);
        stdin.write("first ");
        stdin.end("last");
        assert.equal(await done, 0);
        assert.equal(stdout.text(), "first last");
      });

      it("feeds a command of which nothing else is wanted", async () => {
        const stdin = new PassThrough();
        const command = ["sh", "-c", "cat; exit 4"];
        const only = request(container, command, { stdin: true, stdout: false, stderr: false });
        const done = runtime.exec(only, { stdin }, never);
        stdin.end("input");
        assert.equal(await done, 4);
      });

      it("tells a command's streams apart, and its exit code", async () => {
        const [stdout, stderr] = [collect(), collect()];
        const streams = { stdout: stdout.stream, stderr: stderr.stream };
        const command = ["sh", "-c", "echo out; echo err >&2; exit 42"];
        assert.equal(await runtime.exec(request(container, command), streams, never), 42);
        assert.deepEqual([stdout.text(), stderr.text()], ["out\n", "err\n"]);
      });

      it("lets go of a command when its caller goes", async () => {
        const stopped = new AbortController();
        const stdout = collect();
        const command = ["sh", "-c", "echo started; sleep 1000"];
        stdout.stream.once("data", () => stopped.abort());
        const done = runtime.exec(request(container, command), { stdout: stdout.stream }, stopped.signal);
        await assert.rejects(done, failsWith("CANCELLED"));
      });

      it("opens a new log when its log was moved away", async () => {
        const { logPath } = await runtime.containerStatus(container);
        const before = await under.logs.open(logPath);
        await under.moveLog?.(logPath);
        await runtime.reopenContainerLog(container);
        const next = await under.logs.open(logPath);
        assert.ok(before && next);
        assert.notEqual(next.identity, before.identity);
        await before.close();
        await next.close();
      });

      it("takes new limits", () => runtime.updateContainerResources(container, { cpuShares: 512 }));

      it("tells what it uses", async () => {
        const stats = await runtime.containerStats(container);
        assert.deepEqual([stats.id, stats.podSandboxId, stats.name], [container, sandbox, "main"]);
        assert.ok(stats.memoryWorkingSetBytes > 0 && stats.timestamp > 0n);
        const listed = await runtime.listContainerStats({ podSandboxId: sandbox });
        assert.deepEqual(
          listed.map(({ id, podSandboxId }) => [id, podSandboxId]),
          [[container, sandbox]],
        );
      });
    });

    it("attaches to a container's streams", async () => {
      const stdin = new PassThrough();
      const stdout = collect();
      const { sandbox, container } = await start(["/bin/cat"], { stdin: true, stdinOnce: true });
      const attached = runtime.attach(
        request(container, [], { stdin: true, stderr: false }),
        { stdin, stdout: stdout.stream },
        never,
      );
      const answered = new Promise((resolve) => stdout.stream.once("data", resolve));
      stdin.write("over\n");
      await answered;
      assert.equal(stdout.text(), "over\n");
      await runtime.stopContainer(container, 0);
      await attached;
      await runtime.removePodSandbox(sandbox);
    });

    it("connects to a port in the pod's network, and fails after the pod has ended", async () => {
      const { sandbox, container } = await start(under.echoServer);
      const connection = await untilListening(() => runtime.portForward(sandbox, 7000, never));
      assert.equal(connection.text(), "ping\n");
      connection.end();
      await runtime.stopContainer(container, 0);
      await assert.rejects(async () => untilEnd(await runtime.portForward(sandbox, 7000, never)), /connection refused/);
      await runtime.removePodSandbox(sandbox);
    });

    it("keeps images", async () => {
      const image = await runtime.imageStatus(under.image);
      assert.ok(image && image.size > 0);
      assert.ok(image.repoTags.some((tag) => tag.endsWith(under.image)));
      assert.ok((await runtime.listImages()).some(({ id }) => id === image.id));
      assert.equal((await runtime.imageStatus(image.id))?.id, image.id);
      assert.equal(await runtime.imageStatus("registry.k8ts.test/missing:1"), undefined);
      const [filesystem] = await runtime.imageFsInfo();
      assert.ok(filesystem && filesystem.mountpoint !== "");
    });
  });
}

interface Answer {
  text(): string;
  end(): void;
}

/** Sends "ping" until something listens; resolves with what came back. */
async function untilListening(connect: () => Promise<Duplex>): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await connect();
      connection.write("ping\n");
      const chunk = await new Promise<Buffer>((resolve, reject) => {
        connection.once("data", resolve).once("error", reject);
      });
      connection.on("error", () => undefined);
      return { text: () => chunk.toString("utf8"), end: () => connection.end() };
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function untilEnd(connection: Duplex): Promise<void> {
  await connection.resume().toArray();
}
