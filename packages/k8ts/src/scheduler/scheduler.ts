/** The scheduler as a component: informers feed queue and snapshot, cycles take pods from the queue, binding writes the result. */
import { formatTime, isConflict, isNotFound } from "@k8ts/api";
import type { Clock, DeepReadonly, Gauge, Histogram, Counter, Logger, Metrics, Random } from "@k8ts/api";
import { nodes, pods, type Node, type Pod, type PodCondition } from "@k8ts/api/core/v1";
import type { Client, EventRecorder, InformerFactory } from "@k8ts/client";
import type { Component } from "../component.ts";
import { SchedulingCycle } from "./cycle.ts";
import type { ClusterEvent, SchedulerPlugin } from "./framework.ts";
import { podInfo, type PodInfo } from "./pod-info.ts";
import { defaultProfile, type SchedulerProfile } from "./profile.ts";
import { SchedulingQueue, type QueuedPod } from "./queue.ts";
import { NodeSnapshot } from "./snapshot.ts";

/** What a scheduler is made of. */
export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: InformerFactory;
  readonly recorder: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly profile?: SchedulerProfile;
}

/** Cycles in a row before other work of the process gets a turn. */
const burst = 32;

const isFinished = (pod: DeepReadonly<Pod>): boolean =>
  pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

interface SchedulerMetrics {
  readonly attempts: Counter;
  readonly duration: Histogram;
  readonly pending: Gauge;
}

function schedulerMetrics(metrics: Metrics): SchedulerMetrics {
  return {
    attempts: metrics.counter("scheduler_schedule_attempts_total", "Attempts to schedule pods, by result.", [
      "result",
      "profile",
    ]),
    duration: metrics.histogram(
      "scheduler_scheduling_attempt_duration_seconds",
      "Time of a scheduling attempt: choosing a node and binding.",
      ["result", "profile"],
    ),
    pending: metrics.gauge("scheduler_pending_pods", "Pods that wait, by queue.", ["queue"]),
  };
}

/** Schedules pods of one profile. */
class Scheduler implements Component {
  readonly name = "scheduler";
  readonly #options: SchedulerOptions;
  readonly #profile: SchedulerProfile;
  readonly #snapshot = new NodeSnapshot();
  readonly #cycle: SchedulingCycle;
  readonly #queue: SchedulingQueue;
  readonly #metrics: SchedulerMetrics;
  /** Pods with a node chosen and the binding under way, by uid. */
  readonly #assumed = new Map<string, string>();
  readonly #stopping = new AbortController();
  #removeHandlers: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#profile = options.profile ?? defaultProfile;
    this.#cycle = new SchedulingCycle(this.#profile, this.#snapshot, options.random);
    this.#queue = new SchedulingQueue(options.clock, this.#profile.plugins, () => this.#wake());
    this.#metrics = schedulerMetrics(options.metrics);
  }

  async start(): Promise<void> {
    const nodeInformer = this.#options.informers.of(nodes);
    const podInformer = this.#options.informers.of(pods);
    this.#options.informers.start();
    await Promise.all([nodeInformer.synced(this.#stopping.signal), podInformer.synced(this.#stopping.signal)]);
    this.#removeHandlers = [
      nodeInformer.addHandler({
        add: (node) => this.#nodeSet({ type: "NodeAdded", node }),
        update: (node, old) => this.#nodeSet({ type: "NodeUpdated", node, old }),
        delete: (node) => this.#snapshot.removeNode(node.metadata.name ?? ""),
      }),
      podInformer.addHandler({
        add: (pod) => this.#podSeen(pod, undefined),
        update: (pod, old) => this.#podSeen(pod, old),
        delete: (pod) => this.#podGone(pod),
      }),
    ];
  }

  async stop(): Promise<void> {
    for (const remove of this.#removeHandlers) remove();
    this.#stopping.abort(new Error("the scheduler is stopping"));
    this.#queue.close();
    await this.#running;
  }

  #nodeSet(event: ClusterEvent & { type: "NodeAdded" | "NodeUpdated" }): void {
    this.#snapshot.setNode(event.node);
    if (event.type === "NodeAdded" || nodeChanged(event.node, event.old)) this.#queue.event(event);
  }

  #podSeen(pod: DeepReadonly<Pod>, old: DeepReadonly<Pod> | undefined): void {
    if (isFinished(pod)) {
      this.#podGone(pod);
      return;
    }
    const nodeName = pod.spec?.nodeName;
    if (nodeName) this.#podAssigned(pod, nodeName);
    else this.#podPending(pod, old);
  }

  #podAssigned(pod: DeepReadonly<Pod>, nodeName: string): void {
    const info = podInfo(pod);
    const isNew = this.#snapshot.nodeOf(info.uid) === undefined || this.#assumed.has(info.uid);
    this.#assumed.delete(info.uid);
    this.#queue.delete(info.uid);
    this.#snapshot.setPod(info, nodeName);
    if (isNew) this.#queue.event({ type: "AssignedPodAdded", pod: info, nodeName });
  }

  #podPending(pod: DeepReadonly<Pod>, old: DeepReadonly<Pod> | undefined): void {
    if ((pod.spec?.schedulerName ?? defaultProfile.schedulerName) !== this.#profile.schedulerName) return;
    const podUid = pod.metadata.uid ?? "";
    if (this.#assumed.has(podUid)) return;
    const gate = this.#profile.plugins.find((plugin) => plugin.preEnqueue?.(pod) !== undefined);
    if (gate || pod.metadata.deletionTimestamp) {
      this.#queue.delete(podUid);
      return;
    }
    const info = podInfo(pod);
    if (old && this.#queue.has(podUid)) this.#queue.update(info, { type: "PodUpdated", pod, old });
    else this.#queue.add(info);
  }

  #podGone(pod: DeepReadonly<Pod>): void {
    const podUid = pod.metadata.uid ?? "";
    this.#queue.delete(podUid);
    this.#assumed.delete(podUid);
    const counted = this.#snapshot.removePod(podUid);
    if (counted) this.#queue.event({ type: "AssignedPodDeleted", pod: counted, nodeName: pod.spec?.nodeName ?? "" });
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (this.#queue.sizes.active > 0 && !this.#stopping.signal.aborted) this.#wake();
    });
  }

  async #run(): Promise<void> {
    // Let the handler that woke us finish, so that a burst of new pods is seen whole and ordered by priority.
    await Promise.resolve();
    for (let cycles = 1; !this.#stopping.signal.aborted; cycles++) {
      const pod = this.#queue.pop();
      if (!pod) break;
      this.#schedule(pod);
      if (cycles % burst === 0) await this.#options.clock.sleep(0);
    }
    const { active, backoff, unschedulable } = this.#queue.sizes;
    this.#metrics.pending.set(active, "active");
    this.#metrics.pending.set(backoff, "backoff");
    this.#metrics.pending.set(unschedulable, "unschedulable");
  }

  #schedule(queued: QueuedPod): void {
    const { info } = queued;
    const started = this.#options.clock.monotonic();
    const decision = this.#cycle.decide(info);
    if (decision.node === undefined) {
      this.#observe("unschedulable", started);
      this.#queue.unschedulable(queued, decision.rejectors);
      this.#reportUnschedulable(info, decision.message);
      return;
    }
    this.#assumed.set(info.uid, decision.node);
    this.#snapshot.setPod(info, decision.node);
    void this.#bind(queued, decision.node, started);
  }

  async #bind(queued: QueuedPod, nodeName: string, started: number): Promise<void> {
    const { info } = queued;
    const undo: (() => void)[] = [];
    try {
      await runBeforeBind(this.#profile.plugins, info, nodeName, undo, this.#stopping.signal);
      await this.#writeBinding(info, nodeName);
      this.#observe("scheduled", started);
      const { namespace, name } = info.pod.metadata;
      const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
      this.#options.recorder.event(info.pod, "Normal", "Scheduled", message);
    } catch (error) {
      for (const step of undo.reverse()) step();
      this.#observe("error", started);
      this.#bindFailed(queued, error as Error);
    }
  }

  async #writeBinding(info: PodInfo, nodeName: string): Promise<void> {
    const { namespace, name, uid } = info.pod.metadata;
    const target = { namespace: namespace ?? "", name: name ?? "" };
    const binding = {
      apiVersion: "v1",
      kind: "Binding",
      metadata: { name, namespace, uid },
      target: { kind: "Node", name: nodeName },
    };
    await this.#options.client.createSubresource(pods, target, "binding", binding);
  }

  #bindFailed(queued: QueuedPod, error: Error): void {
    const { info } = queued;
    // Unless the informer has meanwhile said otherwise, the pod is nowhere.
    if (!this.#assumed.delete(info.uid)) return;
    const freed = this.#snapshot.removePod(info.uid);
    if (freed) this.#queue.event({ type: "AssignedPodDeleted", pod: freed, nodeName: "" });
    if (this.#stopping.signal.aborted || isNotFound(error)) return;
    this.#options.logger.warn("binding failed", { pod: podName(info), error: error.message });
    this.#queue.retry(queued);
    if (!isConflict(error)) this.#reportUnschedulable(info, `binding rejected: ${error.message}`, "SchedulerError");
  }

  #reportUnschedulable(info: PodInfo, message: string, reason = "Unschedulable"): void {
    this.#options.recorder.event(info.pod, "Warning", "FailedScheduling", message);
    const known = info.pod.status?.conditions?.find((condition) => condition.type === "PodScheduled");
    const same = known?.status === "False" && known.reason === reason && known.message === message;
    if (same && known.observedGeneration === info.pod.metadata.generation) return;
    void this.#patchCondition(info, known, reason, message);
  }

  async #patchCondition(
    info: PodInfo,
    known: DeepReadonly<PodCondition> | undefined,
    reason: string,
    message: string,
  ): Promise<void> {
    const { namespace, name, uid, generation } = info.pod.metadata;
    const lastTransitionTime =
      known?.status === "False" ? known.lastTransitionTime : formatTime(this.#options.clock.now());
    const state = { status: "False", reason, message, observedGeneration: generation };
    const condition = { type: "PodScheduled", ...state, lastTransitionTime };
    const patch = { metadata: { uid }, status: { conditions: [condition] } };
    try {
      await this.#options.client.patch(pods, { namespace: namespace ?? "", name: name ?? "" }, patch, {
        subresource: "status",
      });
    } catch (error) {
      if (isNotFound(error) || isConflict(error) || this.#stopping.signal.aborted) return;
      const fields = { pod: podName(info), error: (error as Error).message };
      this.#options.logger.warn("could not write the PodScheduled condition", fields);
    }
  }

  #observe(result: string, started: number): void {
    this.#metrics.attempts.add(1, result, this.#profile.schedulerName);
    const seconds = (this.#options.clock.monotonic() - started) / 1000;
    this.#metrics.duration.observe(seconds, result, this.#profile.schedulerName);
  }
}

const podName = (info: PodInfo): string => `${info.pod.metadata.namespace}/${info.pod.metadata.name}`;

async function runBeforeBind(
  plugins: readonly SchedulerPlugin[],
  info: PodInfo,
  nodeName: string,
  undo: (() => void)[],
  signal: AbortSignal,
): Promise<void> {
  for (const plugin of plugins) {
    const step = plugin.reserve?.(info, nodeName);
    if (step) undo.push(step);
  }
  for (const plugin of plugins) await plugin.permit?.(info, nodeName, signal);
  for (const plugin of plugins) await plugin.preBind?.(info, nodeName, signal);
}

/** What of a node can matter to scheduling; heartbeats do not. */
function nodeChanged(node: DeepReadonly<Node>, old: DeepReadonly<Node>): boolean {
  const facts = (of: DeepReadonly<Node>): string =>
    JSON.stringify([of.metadata.labels, of.spec?.taints, of.spec?.unschedulable, of.status?.allocatable]);
  return facts(node) !== facts(old);
}

/** Makes a scheduler; it schedules from start() on. */
export function createScheduler(options: SchedulerOptions): Component {
  return new Scheduler(options);
}
