/**
 * What pods and the node use: /stats/summary (JSON, kubelet's stats/v1alpha1) and /metrics/resource (Prometheus text), the
 * two that autoscalers and `kubectl top` are fed from.
 */
import { formatTime } from "@k8ts/api";
import type { Container, ContainerStats } from "../runtimes/runtime.ts";
import type { ServerContext } from "./exchange.ts";
import { podNameLabel, podNamespaceLabel, podUidLabel, type FilesystemStats, type NodeUsage } from "./source.ts";

interface ContainerUsage {
  readonly stats: ContainerStats;
  readonly startTime: number;
}

interface PodUsage {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly containers: ContainerUsage[];
}

/** What runs now, by pod, in order of its names. */
async function podUsages(context: ServerContext): Promise<PodUsage[]> {
  const { runtime } = context;
  const [stats, containers] = await Promise.all([runtime.listContainerStats(), runtime.listContainers()]);
  const byId = new Map<string, Container>(containers.map((each) => [each.id, each]));
  const pods = new Map<string, PodUsage>();
  for (const each of stats) {
    const container = byId.get(each.id);
    if (container?.state !== "RUNNING") continue;
    const { labels } = container;
    const uid = labels[podUidLabel] ?? "";
    const pod = pods.get(uid) ?? {
      namespace: labels[podNamespaceLabel] ?? "",
      name: labels[podNameLabel] ?? "",
      uid,
      containers: [],
    };
    pods.set(uid, pod);
    pod.containers.push({ stats: each, startTime: Number(container.createdAt / 1_000_000n) });
  }
  context.rates.keep(new Set(stats.map(({ id }) => id).concat(nodeId)));
  return [...pods.values()].sort((a, b) => (`${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1));
}

/** Stands among the rates for the node itself. */
const nodeId = "";

const milliseconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000n);

/** The body of /stats/summary. */
export async function summary(context: ServerContext): Promise<unknown> {
  const [node, pods] = await Promise.all([context.source.usage(), podUsages(context)]);
  return { node: nodeSummary(context, node), pods: pods.map((pod) => podSummary(context, pod)) };
}

function filesystem(time: number, stats: FilesystemStats): object {
  return { time: formatTime(time), ...stats };
}

function nodeSummary({ source, rates }: ServerContext, usage: NodeUsage): object {
  const time = formatTime(usage.time);
  return {
    nodeName: source.nodeName,
    startTime: formatTime(usage.startTime),
    cpu: {
      time,
      usageNanoCores: rates.rate(nodeId, usage.time, usage.cpuUsageCoreNanoSeconds),
      usageCoreNanoSeconds: Number(usage.cpuUsageCoreNanoSeconds),
    },
    memory: {
      time,
      availableBytes: usage.memoryAvailableBytes,
      usageBytes: usage.memoryUsageBytes,
      workingSetBytes: usage.memoryWorkingSetBytes,
      rssBytes: usage.memoryRssBytes,
    },
    fs: filesystem(usage.time, usage.nodeFs),
    runtime: usage.imageFs && { imageFs: filesystem(usage.time, usage.imageFs) },
  };
}

interface Figures {
  time: number;
  usageNanoCores: number | undefined;
  usageCoreNanoSeconds: bigint;
  usageBytes: number;
  workingSetBytes: number;
  rssBytes: number;
}

function figures({ rates }: ServerContext, stats: ContainerStats): Figures {
  const time = milliseconds(stats.timestamp);
  return {
    time,
    usageNanoCores: rates.rate(stats.id, time, stats.cpuUsageCoreNanoSeconds),
    usageCoreNanoSeconds: stats.cpuUsageCoreNanoSeconds,
    usageBytes: stats.memoryUsageBytes,
    workingSetBytes: stats.memoryWorkingSetBytes,
    rssBytes: stats.memoryRssBytes,
  };
}

function sum(all: readonly Figures[]): Figures {
  const total: Figures = {
    time: 0,
    usageNanoCores: all.every(({ usageNanoCores }) => usageNanoCores !== undefined) ? 0 : undefined,
    usageCoreNanoSeconds: 0n,
    usageBytes: 0,
    workingSetBytes: 0,
    rssBytes: 0,
  };
  for (const each of all) {
    total.time = Math.max(total.time, each.time);
    if (total.usageNanoCores !== undefined) total.usageNanoCores += each.usageNanoCores ?? 0;
    total.usageCoreNanoSeconds += each.usageCoreNanoSeconds;
    total.usageBytes += each.usageBytes;
    total.workingSetBytes += each.workingSetBytes;
    total.rssBytes += each.rssBytes;
  }
  return total;
}

function processorAndMemory(all: Figures): object {
  const time = formatTime(all.time);
  const { usageNanoCores, usageCoreNanoSeconds, usageBytes, workingSetBytes, rssBytes } = all;
  return {
    cpu: { time, usageNanoCores, usageCoreNanoSeconds: Number(usageCoreNanoSeconds) },
    memory: { time, usageBytes, workingSetBytes, rssBytes },
  };
}

function podSummary(context: ServerContext, pod: PodUsage): object {
  const all = pod.containers.map(({ stats }) => figures(context, stats));
  const containers = pod.containers.map(({ stats, startTime }, index) => ({
    name: stats.name,
    startTime: formatTime(startTime),
    ...processorAndMemory(all[index]!),
    rootfs: { time: formatTime(all[index]!.time), usedBytes: stats.writableLayerBytes },
  }));
  const { name, namespace, uid } = pod;
  const startTime = formatTime(Math.min(...pod.containers.map((each) => each.startTime)));
  return { podRef: { name, namespace, uid }, startTime, containers, ...processorAndMemory(sum(all)) };
}

/** One metric's text. */
class Exposition {
  #text = "";

  metric(name: string, type: "counter" | "gauge", help: string): void {
    this.#text += `# HELP ${name} [STABLE] ${help}\n# TYPE ${name} ${type}\n`;
  }

  /** `time` in milliseconds; absent: now. */
  sample(name: string, labels: Readonly<Record<string, string>>, value: number, time?: number): void {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    const of = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
    this.#text += `${name}${of} ${value}${time === undefined ? "" : ` ${time}`}\n`;
  }

  toString(): string {
    return this.#text;
  }
}

const seconds = (nanoseconds: bigint): number => Number(nanoseconds) / 1e9;

/** The text of /metrics/resource. */
export async function resourceMetrics(context: ServerContext): Promise<string> {
  const [node, pods] = await Promise.all([context.source.usage(), podUsages(context)]);
  const text = new Exposition();
  exposeContainers(text, pods);
  text.metric("node_cpu_usage_seconds_total", "counter", "Cumulative cpu time consumed by the node in core-seconds");
  text.sample("node_cpu_usage_seconds_total", {}, seconds(node.cpuUsageCoreNanoSeconds), node.time);
  text.metric("node_memory_working_set_bytes", "gauge", "Current working set of the node in bytes");
  text.sample("node_memory_working_set_bytes", {}, node.memoryWorkingSetBytes, node.time);
  exposePods(text, pods);
  const scrape = "1 if there was an error while getting container metrics, 0 otherwise";
  text.metric("resource_scrape_error", "gauge", scrape);
  text.sample("resource_scrape_error", {}, 0);
  return text.toString();
}

function exposeContainers(text: Exposition, pods: readonly PodUsage[]): void {
  const each = (name: string, value: (usage: ContainerUsage) => number, timed = true): void => {
    for (const { name: pod, namespace, containers } of pods) {
      for (const usage of containers) {
        const time = timed ? milliseconds(usage.stats.timestamp) : undefined;
        text.sample(name, { container: usage.stats.name, namespace, pod }, value(usage), time);
      }
    }
  };
  const cpu = "container_cpu_usage_seconds_total";
  text.metric(cpu, "counter", "Cumulative cpu time consumed by the container in core-seconds");
  each(cpu, ({ stats }) => seconds(stats.cpuUsageCoreNanoSeconds));
  const memory = "container_memory_working_set_bytes";
  text.metric(memory, "gauge", "Current working set of the container in bytes");
  each(memory, ({ stats }) => stats.memoryWorkingSetBytes);
  const start = "container_start_time_seconds";
  text.metric(start, "gauge", "Start time of the container since unix epoch in seconds");
  each(start, ({ startTime }) => startTime / 1000, false);
}

function exposePods(text: Exposition, pods: readonly PodUsage[]): void {
  const each = (name: string, value: (stats: ContainerStats) => number): void => {
    for (const { name: pod, namespace, containers } of pods) {
      const total = containers.reduce((sum, { stats }) => sum + value(stats), 0);
      const time = Math.max(...containers.map(({ stats }) => milliseconds(stats.timestamp)));
      text.sample(name, { namespace, pod }, total, time);
    }
  };
  const cpu = "pod_cpu_usage_seconds_total";
  text.metric(cpu, "counter", "Cumulative cpu time consumed by the pod in core-seconds");
  each(cpu, (stats) => seconds(stats.cpuUsageCoreNanoSeconds));
  const memory = "pod_memory_working_set_bytes";
  text.metric(memory, "gauge", "Current working set of the pod in bytes");
  each(memory, (stats) => stats.memoryWorkingSetBytes);
}
