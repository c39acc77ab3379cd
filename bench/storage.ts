/**
 * Storage and watch cache, each beside its limit: durable creates of both backends, LISTs from slabs beside one
 * JSON.stringify, fan-out of a change, and what a cache costs in memory. Prints medians; read them as ratios.
 *
 *     npm run bench -- storage
 */
import { mkdtempSync, openSync, rmSync, writeSync, fdatasyncSync, closeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KubernetesObject, noMetrics, realClock, realRandom, scheme, silentLogger } from "@k8ts/api";
import { createRegistry, type RequestContext, type ResourceStore } from "../packages/k8ts/src/registry/index.ts";
import { openLmdbStorage, openMemoryStorage, type Storage } from "../packages/k8ts/src/storage/index.ts";
import { median } from "./report.ts";

const surroundings = { clock: realClock, logger: silentLogger };

/** A Pod of some 4.4 KB of JSON. */
function pod(name: string): KubernetesObject {
  const env = Array.from({ length: 60 }, (_, index) => ({
    name: `VARIABLE_${index}`,
    value: `value number ${index} of this pod`,
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: "bench", "pod-template-hash": "5d4f8c7b9" } },
    spec: { nodeName: "node-1", containers: [{ name: "app", image: "nginx:1.7.9", env }] },
  } as KubernetesObject;
}

const percentile = (values: number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

function print(title: string, rows: readonly (readonly (string | number)[])[]): void {
  console.log(`\n${title}`);
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    console.log(
      row.map((cell, column) => String(cell)[column === 0 ? "padEnd" : "padStart"](widths[column]!)).join("  "),
    );
  }
}

/** Commits of one value each by `clients` at once for a second: rate and latencies. */
async function commitRate(storage: Storage, clients: number, value: Buffer): Promise<(string | number)[]> {
  const latencies: number[] = [];
  const start = performance.now();
  const lane = async (client: number): Promise<void> => {
    for (let count = 0; performance.now() - start < 1000; count++) {
      const began = performance.now();
      const key = `/registry/pods/bench/${clients}-${client}-${count}`;
      await storage.commit([{ key, value, index: "app=bench", expected: 0 }]);
      latencies.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => lane(client)));
  const rate = Math.round(latencies.length / ((performance.now() - start) / 1000));
  return [clients, rate, percentile(latencies, 0.5).toFixed(2), percentile(latencies, 0.99).toFixed(2)];
}

/** The limit: one append and fdatasync after the other. */
function syncRate(directory: string, value: Buffer): number {
  const file = openSync(join(directory, "sync"), "w");
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < 1000; count++) {
    writeSync(file, value);
    fdatasyncSync(file);
  }
  closeSync(file);
  return count;
}

async function durableCreates(directory: string): Promise<void> {
  const value = Buffer.from(JSON.stringify(pod("x")));
  const limit = syncRate(directory, value);
  const rows: (string | number)[][] = [["backend", "clients", "writes/s", "p50 ms", "p99 ms", "x append+fdatasync"]];
  for (const backend of ["memory", "lmdb"] as const) {
    const storage =
      backend === "memory"
        ? openMemoryStorage(surroundings)
        : await openLmdbStorage({ ...surroundings, directory: join(directory, "lmdb") });
    for (const clients of [1, 16, 128]) {
      const row = await commitRate(storage, clients, value);
      rows.push([backend, ...row, (Number(row[1]) / limit).toFixed(2)]);
    }
    await storage.close();
  }
  print(`Durable writes of ${(value.length / 1000).toFixed(1)} KB (append + fdatasync: ${limit}/s)`, rows);
}

const context = (): RequestContext => ({
  user: { name: "bench", groups: [] },
  requestId: "bench",
  clock: realClock,
  random: realRandom,
  signal: new AbortController().signal,
  warnings: [],
});

const admission = { admit: () => Promise.resolve(), validate: () => Promise.resolve() };

async function filledStore(count: number): Promise<{ store: ResourceStore; stop: () => Promise<void> }> {
  const storage = openMemoryStorage(surroundings);
  const options = {
    scheme,
    storage,
    strategies: [],
    admission,
    random: realRandom,
    metrics: noMetrics,
    ...surroundings,
  };
  const registry = createRegistry(options);
  await registry.start();
  const store = registry.store("", "v1", "pods")!;
  const write = { dryRun: false, subresource: "" };
  const start = performance.now();
  for (let index = 0; index < count; index += 100) {
    const creates = Array.from({ length: 100 }, (_, lane) =>
      store.create(context(), "bench", pod(`p${index + lane}`), write),
    );
    await Promise.all(creates);
  }
  const each = ((performance.now() - start) * 1000) / count;
  console.log(`\nCreates through the store, in memory: ${each.toFixed(0)} µs each`);
  const stop = async (): Promise<void> => {
    await registry.stop();
    await storage.close();
  };
  return { store, stop };
}

async function lists(store: ResourceStore): Promise<void> {
  const times = { list: [] as number[], stringify: [] as number[] };
  const objects = [...(await store.list(context(), "", {})).entries()].map(
    (entry) => JSON.parse(Buffer.from(entry.json()).toString()) as object,
  );
  let bytes = 0;
  // What a socket does with a run: copies it into its own memory.
  const sent = Buffer.alloc(64 << 20);
  for (let round = 0; round < 9; round++) {
    let start = performance.now();
    bytes = 0;
    for (const run of (await store.list(context(), "", {})).runs()) {
      sent.set(run, 0);
      bytes += run.length;
    }
    times.list.push(performance.now() - start);
    start = performance.now();
    Buffer.from(JSON.stringify(objects));
    times.stringify.push(performance.now() - start);
  }
  const [list, stringify] = [median(times.list), median(times.stringify)];
  print(`LIST of ${objects.length} Pods, ${(bytes / 1e6).toFixed(0)} MB`, [
    ["", "ms", "ratio"],
    ["JSON.stringify", stringify.toFixed(1), 1],
    ["slabs (each byte copied once)", list.toFixed(1), (list / stringify).toFixed(3)],
  ]);
}

/** Changes of objects of one node, seen by watchers of every node. */
async function fanOut(store: ResourceStore): Promise<void> {
  const rows: (string | number)[][] = [["watchers", "µs a change", "µs a delivery"]];
  for (const watchers of [0, 1, 100, 1000]) {
    const abort = new AbortController();
    let delivered = 0;
    const from = String((await store.list(context(), "", { limit: 1 })).revision);
    for (let watcher = 0; watcher < watchers; watcher++) {
      const sink = {
        events: (events: readonly { frame(): Uint8Array }[]) => {
          for (const event of events) delivered += event.frame().length > 0 ? 1 : 0;
        },
        closed: () => {},
      };
      await store.watch({ ...context(), signal: abort.signal }, "", { resourceVersion: from }, sink);
    }
    const start = performance.now();
    const changes = 500;
    for (let change = 0; change < changes; change += 50) {
      const label = { metadata: { labels: { round: `${watchers}-${change}` } } };
      const updates = Array.from({ length: 50 }, (_, index) =>
        store.update(context(), "bench", `p${change + index}`, (old) => merged(old, label), {
          dryRun: false,
          subresource: "",
        }),
      );
      await Promise.all(updates);
    }
    while (delivered < changes * watchers) await new Promise((resolve) => setImmediate(resolve));
    const time = (performance.now() - start) * 1000;
    const each = watchers === 0 ? "" : (time / (changes * watchers)).toFixed(2);
    rows.push([watchers, (time / changes).toFixed(0), each]);
    abort.abort();
  }
  print("Fan-out of updates (write included)", rows);
}

function merged(old: unknown, { metadata }: { metadata: object }): KubernetesObject {
  const current = old as KubernetesObject;
  return { ...current, metadata: { ...current.metadata, ...metadata } };
}

/** Time to start an empty registry, and to fill one from lmdb. */
async function starts(directory: string): Promise<void> {
  const rows: (string | number)[][] = [["start of a registry", "ms"]];
  for (const what of ["empty", "with what the benchmark wrote"]) {
    const path = join(directory, what === "empty" ? "empty" : "lmdb");
    const began = performance.now();
    const storage = await openLmdbStorage({ ...surroundings, directory: path });
    const options = {
      scheme,
      storage,
      strategies: [],
      admission,
      random: realRandom,
      metrics: noMetrics,
      ...surroundings,
    };
    const registry = createRegistry(options);
    await registry.start();
    const taken = (performance.now() - began).toFixed(0);
    const { count } = await registry.store("", "v1", "pods")!.list(context(), "", { resourceVersion: "0" });
    rows.push([`${what}: ${count} Pods`, taken]);
    await registry.stop();
    await storage.close();
  }
  print("From opening lmdb to every cache filled", rows);
}

const directory = mkdtempSync(join(tmpdir(), "k8ts-bench-"));
try {
  await durableCreates(directory);
  await starts(directory);
  const { store, stop } = await filledStore(10_000);
  await lists(store);
  await fanOut(store);
  await stop();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
