/**
 * The API over TLS beside a bare node:http2 server that answers constants of the same size: GET, LIST of 10,000, watch
 * fan-out, creates; and creates beside Debian's etcd on the same disk, where it is installed. Client and servers share two
 * cores, so read the ratios, not the rates.
 */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findCommand } from "../packages/k8ts/src/host/index.ts";
import { daemonSite, end, status } from "./daemon.ts";
import { call, closeAll, openSessions, runLoad, type LoadTarget } from "./load.ts";
import { rate, report, type Figure } from "./report.ts";

const objects = 10_000;
const path = "/api/v1/namespaces/default/configmaps";
const text = "x".repeat(4000);
const configMap = (name: string): Buffer =>
  Buffer.from(
    JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, labels: { app: "bench" } },
      data: { text },
    }),
  );

const site = await daemonSite(21_930, ["--runtime", "simulated"]);
const credentials = site.credentials();
const daemon = site.start();
while ((await status(site, "/readyz", credentials)) !== 200) await new Promise((resolve) => setTimeout(resolve, 20));
const k8ts: LoadTarget = { url: `https://127.0.0.1:${site.port}`, credentials };

async function startBare(sizes: readonly number[]): Promise<{ child: ChildProcess; target: LoadTarget }> {
  const port = site.port + 5;
  const pki = join(site.directory, "pki");
  const args = [port, join(pki, "apiserver.key"), join(pki, "apiserver.crt"), ...sizes].map(String);
  const child = fork(join(import.meta.dirname, "bare-server.ts"), args, { execArgv: [] });
  await new Promise((resolve) => child.once("message", resolve));
  return { child, target: { url: `https://127.0.0.1:${port}`, credentials: { ca: credentials.ca } } };
}

const beside = (ours: number, bare: number, what = "bare server"): string =>
  `${what} ${rate(bare)}: ${((100 * ours) / bare).toFixed(0)}%`;

/** Deliveries per second: each event to every watcher. */
async function fanOut(
  target: LoadTarget,
  watchPath: string,
  watchers: number,
  events: number,
  emit: (index: number) => Promise<unknown>,
): Promise<number> {
  const sessions = openSessions(target, 20);
  let received = 0;
  let done: () => void = () => {};
  const all = new Promise<void>((resolve) => (done = resolve));
  const streams = Array.from({ length: watchers }, (_, index) =>
    sessions[index % 20]!.request({ ":path": watchPath, accept: "application/json" }),
  );
  await Promise.all(streams.map((stream) => new Promise((resolve) => stream.once("response", resolve))));
  for (const stream of streams) {
    let pending = 0;
    stream.on("data", (chunk: Buffer) => {
      pending += chunk.length;
      const whole = Math.floor(pending / eventSize);
      pending -= whole * eventSize;
      received += whole;
      if (received >= watchers * events * 0.99) done();
    });
  }
  const begun = performance.now();
  for (let index = 0; index < events; index++) await emit(index);
  await all;
  const seconds = (performance.now() - begun) / 1000;
  closeAll(sessions);
  return (watchers * events) / seconds;
}

const sessions = openSessions(k8ts, 4);
const creates = await runLoad(sessions, objects, 128, (index) => ({
  method: "POST",
  path,
  body: configMap(`c-${index}`),
}));
const gets = await runLoad(sessions, 20_000, 64, (index) => ({ method: "GET", path: `${path}/c-${index % objects}` }));
const one = await call(sessions[0]!, { method: "GET", path: `${path}/c-1` });
const whole = await call(sessions[0]!, { method: "GET", path });
const eventSize = one.bytes + Buffer.byteLength('{"type":"ADDED","object":}\n');
const lists = await runLoad(sessions, 10, 2, () => ({ method: "GET", path }));
// From now on: without a revision each of the watchers would first get all that is there.
const { revision } = await call(sessions[0]!, { method: "GET", path: `${path}?limit=1` });
const watchPath = `${path}?watch=true&fieldSelector=metadata.namespace%3Ddefault&resourceVersion=${revision}`;
const watched = await fanOut(k8ts, watchPath, 200, 50, (index) =>
  call(sessions[0]!, { method: "POST", path, body: configMap(`w-${index}`) }),
);
closeAll(sessions);
await end(daemon);

const bare = await startBare([one.bytes, whole.bytes, eventSize]);
const bareSessions = openSessions(bare.target, 4);
const bareCreates = await runLoad(bareSessions, objects, 128, () => ({
  method: "POST",
  path: "/",
  body: configMap("c-1"),
}));
const bareGets = await runLoad(bareSessions, 20_000, 64, () => ({ method: "GET", path: "/" }));
const bareLists = await runLoad(bareSessions, 10, 2, () => ({ method: "GET", path: "/list" }));
const bareWatched = await fanOut(bare.target, "/watch", 200, 50, () =>
  call(bareSessions[0]!, { method: "GET", path: "/send" }),
);
closeAll(bareSessions);
bare.child.kill();

/** Creates per second of an etcd on the same disk, through its HTTP gateway: what an API server on etcd would wait for. */
async function etcdCreates(): Promise<number | undefined> {
  if (!findCommand("etcd")) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "k8ts-bench-etcd-"));
  const client = `http://127.0.0.1:${site.port + 6}`;
  const peer = `http://127.0.0.1:${site.port + 7}`;
  const args = ["--data-dir", directory, "--listen-client-urls", client, "--advertise-client-urls", client];
  const etcd = spawn("etcd", [...args, "--listen-peer-urls", peer], { stdio: "ignore" });
  const put = async (index: number): Promise<void> => {
    const body = {
      key: btoa(`/registry/configmaps/default/c-${index}`),
      value: configMap(`c-${index}`).toString("base64"),
    };
    const answer = await fetch(`${client}/v3/kv/put`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`etcd: ${answer.status}`);
    await answer.arrayBuffer();
  };
  for (let tries = 0; ; tries++) {
    const up = await put(0).then(
      () => true,
      () => false,
    );
    if (up) break;
    if (tries > 200) throw new Error("etcd did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  let next = 1;
  const begun = performance.now();
  const lane = async (): Promise<void> => {
    for (let index = next++; index < objects; index = next++) await put(index);
  };
  await Promise.all(Array.from({ length: 128 }, lane));
  const perSecond = objects / ((performance.now() - begun) / 1000);
  await end(etcd);
  rmSync(directory, { recursive: true, force: true });
  return perSecond;
}

const etcd = await etcdCreates();
site.remove();
const megabytes = (lists * whole.bytes) / 1e6;
const figures: Figure[] = [
  { what: `GET of ${one.bytes} bytes`, value: rate(gets), beside: beside(gets, bareGets) },
  {
    what: `LIST of ${objects} (${(whole.bytes / 1e6).toFixed(0)} MB)`,
    value: `${megabytes.toFixed(0)} MB/s`,
    beside: beside(lists, bareLists),
  },
  { what: "watch deliveries, 200 watchers", value: rate(watched), beside: beside(watched, bareWatched) },
  { what: "durable creates, 128 at once", value: rate(creates), beside: beside(creates, bareCreates) },
];
if (etcd !== undefined) {
  figures.push({
    what: "durable creates, 128 at once",
    value: rate(creates),
    beside: beside(creates, etcd, "etcd alone, HTTP gateway"),
    holds: creates > etcd,
  });
}
report("The API over TLS", figures);
