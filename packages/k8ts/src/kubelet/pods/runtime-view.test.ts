/** The view of the runtime: few calls, no lost changes, and faults that stay where they are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, silentLogger, VirtualClock } from "@k8ts/api";
import { sandboxConfig } from "../containers/sandbox-config.ts";
import { noFilesystem } from "../filesystem/no-filesystem.ts";
import { RuntimeError } from "../runtimes/runtime.ts";
import { SimulatedRuntime } from "../runtimes/simulated.ts";
import { podOf } from "../testing/observed.ts";
import { RuntimeView } from "./runtime-view.ts";

const settings = {
  attempt: 0,
  dns: { servers: [], searches: [], options: [] },
  clusterDomain: "",
  logDirectory: "",
  cgroupParent: "",
};

function podNamed(name: string) {
  const pod = podOf(["a"]);
  return sandboxConfig({ ...pod, metadata: { ...pod.metadata, name, uid: name } }, settings);
}

async function viewed() {
  const clock = new VirtualClock();
  const runtime = new SimulatedRuntime({ clock, random: seededRandom(1) });
  const lists = { count: 0 };
  const list = runtime.listPodSandboxes.bind(runtime);
  runtime.listPodSandboxes = async (filter) => {
    lists.count++;
    return await list(filter);
  };
  const changes: string[][] = [];
  const changed = (uids: ReadonlySet<string>): void => void changes.push([...uids].sort());
  const view = new RuntimeView({ runtime, files: noFilesystem, clock, logger: silentLogger, changed });
  await view.start();
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 10; round++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, runtime, view, changes, lists, settle };
}

test("a burst of events makes a list or two, not one each", async () => {
  const { runtime, view, lists, settle, changes } = await viewed();
  const before = lists.count;
  await Promise.all(Array.from({ length: 50 }, (_, index) => runtime.runPodSandbox(podNamed(`pod-${index}`), "")));
  await settle();
  assert.equal(view.pods().length, 50);
  assert.ok(lists.count - before <= 4, String(lists.count - before));
  assert.equal(new Set(changes.flat()).size, 50);
  view.stop();
});

test("only pods that have changed are told of", async () => {
  const { runtime, view, changes, settle } = await viewed();
  const id = await runtime.runPodSandbox(podNamed("one"), "");
  await runtime.runPodSandbox(podNamed("two"), "");
  await settle();
  changes.length = 0;
  await runtime.stopPodSandbox(id);
  await settle();
  assert.deepEqual(changes, [["one"]]);
  await runtime.removePodSandbox(id);
  await settle();
  assert.deepEqual(changes.at(-1), ["one"]);
  assert.deepEqual(view.get("one").sandboxes, []);
  view.stop();
});

test("changes that no event told of are found within a minute", async () => {
  const { clock, runtime, view } = await viewed();
  runtime.events = () => undefined;
  view.stop();
  const silent = new RuntimeView({
    runtime,
    files: noFilesystem,
    clock,
    logger: silentLogger,
    changed: () => undefined,
  });
  await silent.start();
  await runtime.runPodSandbox(podNamed("late"), "");
  assert.equal(silent.pods().length, 0);
  await clock.advance(60_000);
  assert.equal(silent.pods().length, 1);
  silent.stop();
});

test("a pod that cannot be read hides no other", async () => {
  const { clock, runtime, view, settle } = await viewed();
  const bad = await runtime.runPodSandbox(podNamed("bad"), "");
  await settle();
  const read = runtime.podSandboxStatus.bind(runtime);
  runtime.podSandboxStatus = async (id) => {
    if (id === bad) throw new RuntimeError("UNKNOWN", "broken");
    return await read(id);
  };
  await runtime.stopPodSandbox(bad);
  await runtime.runPodSandbox(podNamed("good"), "");
  await settle();
  assert.equal(view.get("good").sandboxes.length, 1);
  assert.equal(view.get("bad").sandboxes[0]?.state, "READY");
  runtime.podSandboxStatus = read;
  await clock.advance(2_000);
  assert.equal(view.get("bad").sandboxes[0]?.state, "NOTREADY");
  view.stop();
});

test("a runtime that does not answer is asked again every second", async () => {
  const { clock, runtime, view } = await viewed();
  const list = runtime.listContainers;
  runtime.listContainers = async () => Promise.reject(new RuntimeError("UNAVAILABLE", "gone"));
  await assert.rejects(view.refresh(), /gone/);
  const before = view.lastListed;
  await clock.advance(5_000);
  assert.equal(view.lastListed, before);
  runtime.listContainers = list;
  await clock.advance(1_000);
  assert.ok(view.lastListed > before);
  view.stop();
});
