import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { it } from "node:test";
import { realClock } from "@k8ts/api";
import { fileLogs } from "../logs/index.ts";
import { containerFor, sandboxFor } from "./contract.fixture.ts";
import { runtimeContract } from "./contract.ts";
import { createCriRuntime } from "./cri.ts";
import type { RuntimeEvent } from "./runtime.ts";
import { cannotRunContainerd, startTestContainerd, testImage } from "./cri/containerd.fixture.ts";

/** An echo server in perl, which every Debian has: no module, so that the image needs no library of its own. */
const echoServer =
  'socket(S,2,1,0);setsockopt(S,1,2,1);bind(S,pack("Sna4x8",2,7000,"\\0\\0\\0\\0"));listen(S,9);' +
  "while(accept(C,S)){if(!fork){while(sysread(C,$b,4096)){syswrite(C,$b)}exit}close(C)}";

const skip = await cannotRunContainerd();

runtimeContract(
  "cri",
  async () => {
    const containerd = await startTestContainerd();
    const runtime = createCriRuntime({ socket: containerd.socket, clock: realClock });
    return {
      runtime,
      image: testImage,
      logs: fileLogs,
      logDirectory: `${containerd.directory}/logs`,
      cgroupParent: containerd.cgroupParent,
      echoServer: ["/bin/perl", "-e", echoServer],
      moveLog: (path) => rename(path, `${path}.old`),
      async stop() {
        await runtime.close();
        await containerd.stop();
      },
    };
  },
  skip,
);

it("goes on after containerd was killed: pods run, events come again", { skip }, async () => {
  const containerd = await startTestContainerd();
  const runtime = createCriRuntime({ socket: containerd.socket, clock: realClock });
  const subscription = new AbortController();
  let told: () => void = () => undefined;
  const exited: string[] = [];
  try {
    const subscribed = new Promise<void>((resolve) => (told = resolve));
    const listener = (event: RuntimeEvent): void => void (event.type === "EXITED" && exited.push(event.id));
    runtime.events(listener, () => told(), subscription.signal);
    await subscribed;
    const logDirectory = `${containerd.directory}/logs`;
    const under = { image: testImage, logDirectory, cgroupParent: containerd.cgroupParent };
    const config = sandboxFor(under);
    const sandbox = await runtime.runPodSandbox(config, "");
    const container = await runtime.createContainer(sandbox, containerFor(under, ["/bin/sleep", "1000"]), config);
    await runtime.startContainer(container);
    await containerd.killDaemon();
    await assert.rejects(runtime.startContainer(container), { code: "UNAVAILABLE" });
    const subscribedAgain = new Promise<void>((resolve) => (told = resolve));
    const listed = runtime.listContainers({ id: container });
    await containerd.startDaemon();
    assert.deepEqual(
      (await listed).map(({ state }) => state),
      ["RUNNING"],
    );
    await subscribedAgain;
    await runtime.stopPodSandbox(sandbox);
    while (!exited.includes(container)) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    subscription.abort();
    await runtime.close();
    await containerd.stop();
  }
});
