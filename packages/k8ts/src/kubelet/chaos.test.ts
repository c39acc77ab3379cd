/**
 * Random lives under faults: pods come and go, containers die, sandboxes vanish, the runtime and the API server fail, the
 * kubelet is restarted. Whatever the order, in the end every pod that is wanted runs, and of the others nothing is left.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, type Random } from "@k8ts/api";
import { pods } from "@k8ts/api/core/v1";
import { RuntimeError } from "./runtimes/runtime.ts";
import { container, TestNode } from "./testing/test-node.ts";

const steps = 60;
const seeds = Number(process.env["K8TS_CHAOS_SEEDS"] ?? 15);

/** Calls of the runtime that may fail. */
const fallible = [
  "runPodSandbox",
  "createContainer",
  "startContainer",
  "stopContainer",
  "removeContainer",
  "listContainers",
  "listPodSandboxes",
  "containerStatus",
  "podSandboxStatus",
  "removePodSandbox",
  "stopPodSandbox",
  "imageStatus",
  "pullImage",
] as const;

class Chaos {
  readonly node: TestNode;
  readonly #random: Random;
  #rate = 0;
  #made = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.node = new TestNode({ pullTime: 300 });
    const runtime = this.node.runtime as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const name of fallible) {
      const call = runtime[name]!.bind(this.node.runtime);
      runtime[name] = async (...args) => {
        if (this.#random.next() < this.#rate) throw new RuntimeError("UNKNOWN", `chaos in ${name}`);
        return await call(...args);
      };
    }
    this.node.api.fault = () => {
      if (this.#random.next() < this.#rate) throw new Error("chaos in the API server");
    };
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[Math.floor(this.#random.next() * items.length)];
  }

  /** What tests do themselves does not fail. */
  async calmly(action: () => Promise<unknown>): Promise<void> {
    const rate = this.#rate;
    this.#rate = 0;
    await action();
    this.#rate = rate;
  }

  async #create(): Promise<void> {
    const shapes = [
      {},
      {
        initContainers: [
          container("init", { command: ["sleep", "2"] }),
          container("side", { restartPolicy: "Always" }),
        ],
      },
      { containers: [container("main", { command: ["sh", "-c", "sleep 3; exit 1"] }), container("other")] },
      {
        containers: [container("main", { lifecycle: { preStop: { sleep: { seconds: 4 } } } })],
        terminationGracePeriodSeconds: 8,
      },
    ];
    await this.node.create(`pod-${this.#made++}`, this.#pick(shapes));
  }

  async step(): Promise<void> {
    const { node } = this;
    const dice = this.#random.next();
    const pod = this.#pick(node.api.objects(pods));
    if (dice < 0.3) await this.calmly(() => this.#create());
    else if (dice < 0.45 && pod) {
      const grace = this.#pick([undefined, 0, 1]);
      await this.calmly(() => node.delete(pod.metadata.name!, grace).catch(() => undefined));
    } else if (dice < 0.55) await this.#kill();
    else if (dice < 0.6) this.#rate = this.#rate === 0 ? 0.15 : 0;
    else if (dice < 0.63) await this.calmly(() => node.restart());
    await node.advance(this.#random.next() * 4_000);
  }

  async #kill(): Promise<void> {
    await this.calmly(async () => {
      const running = (await this.node.runtime.listContainers()).filter((one) => one.state === "RUNNING");
      const victim = this.#pick(running);
      if (victim === undefined) return;
      if (this.#random.next() < 0.3) await this.node.runtime.stopPodSandbox(victim.podSandboxId);
      else await this.node.runtime.stopContainer(victim.id, 0);
    });
  }

  calm(): void {
    this.#rate = 0;
  }
}

for (let seed = 1; seed <= seeds; seed++) {
  test(`chaos, seed ${seed}`, async () => {
    const chaos = new Chaos(seed);
    const { node } = chaos;
    await node.start();
    for (let step = 0; step < steps; step++) await chaos.step();
    chaos.calm();
    for (let minute = 0; minute < 8; minute++) await node.advance(60_000);
    for (const pod of node.api.objects(pods)) {
      assert.equal(pod.metadata.deletionTimestamp, undefined, `${pod.metadata.name} is still ending`);
      assert.equal(pod.status?.phase, "Running", `${pod.metadata.name}: ${JSON.stringify(pod.status, undefined, 1)}`);
    }
    const wanted = new Set(node.api.objects(pods).map((pod) => pod.metadata.uid));
    const sandboxes = await node.runtime.listPodSandboxes();
    for (const sandbox of sandboxes)
      assert.ok(wanted.has(sandbox.metadata.uid), `${sandbox.metadata.name} is left over`);
    const ready = sandboxes.filter((sandbox) => sandbox.state === "READY").map((sandbox) => sandbox.metadata.uid);
    assert.deepEqual(new Set(ready).size, ready.length, "two sandboxes of one pod");
    for (const pod of node.api.objects(pods)) await node.delete(pod.metadata.name!);
    await node.advance(60_000);
    assert.deepEqual(await node.runtime.listContainers(), []);
    assert.deepEqual(await node.runtime.listPodSandboxes(), []);
    await node.kubelet.stop();
  });
}
