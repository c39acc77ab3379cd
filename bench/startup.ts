/**
 * Process start to /readyz 200 with an empty store, idle memory and idle CPU of the whole daemon with one node (on
 * containerd where the machine can, else simulated), beside their limits: 300 ms, 150 MB, 1% of a core.
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { containerObstacle, missingPackages } from "../packages/k8ts/src/host/index.ts";
import { daemonSite, end, status } from "./daemon.ts";
import { median, ms, report } from "./report.ts";

const rounds = 5;
const idleSeconds = 20;
const clockTicks = 100;

const runtime = containerObstacle() === undefined && missingPackages().length === 0 ? "containerd" : "simulated";
const site = await daemonSite(21_910, ["--runtime", runtime]);
const credentials = site.credentials();
const starts: number[] = [];

/** Starts the daemon on an empty store and waits until it is ready. */
async function timedStart() {
  rmSync(join(site.directory, "store"), { recursive: true, force: true });
  const begun = performance.now();
  const child = site.start();
  while ((await status(site, "/readyz", credentials)) !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (performance.now() - begun > 30_000) throw new Error("not ready within 30 s");
  }
  starts.push(performance.now() - begun);
  return child;
}

const cpuTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
};

for (let round = 1; round < rounds; round++) await end(await timedStart());
const child = await timedStart();
await new Promise((resolve) => setTimeout(resolve, 10_000));
const before = cpuTicks(child.pid!);
await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
const cpu = ((cpuTicks(child.pid!) - before) / clockTicks / idleSeconds) * 100;
const rss = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))![1]) / 1024;
await end(child);
site.remove();

report(`Start and idle, ${runtime} (median of ${rounds}; ${starts.map((start) => start.toFixed(0)).join(", ")} ms)`, [
  {
    what: "process start to /readyz 200",
    value: ms(median(starts)),
    beside: "limit 300 ms",
    holds: median(starts) <= 300,
  },
  { what: "idle memory (RSS)", value: `${rss.toFixed(0)} MB`, beside: "limit 150 MB", holds: rss <= 150 },
  { what: "idle CPU", value: `${cpu.toFixed(2)} %`, beside: "limit 1% of a core", holds: cpu <= 1 },
]);
