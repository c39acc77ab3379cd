/**
 * Pods that wait to be scheduled, in three rooms:
 *
 *     add ──▶ active (by priority, then age) ──pop──▶ scheduling cycle ──▶ bound
 *               ▲            ▲                              │ no node fits
 *      backoff over          │ event helps, backoff over    ▼
 *               └── backoff ◀┴──────────────────── unschedulable
 *                        event helps, still backing off
 *
 * A pod that fits nowhere waits until an event concerns a plugin that rejected it and the plugin's hint says it may help
 * (KEP-4247), or until five minutes have passed. Timers, never polling: one for the next backoff that ends, one for the
 * oldest unschedulable pod.
 */
import type { Clock, Timer } from "@k8ts/api";
import type { ClusterEvent, SchedulerPlugin } from "./framework.ts";
import { Heap } from "./heap.ts";
import type { PodInfo } from "./pod-info.ts";

/** A pod in the queue. */
export interface QueuedPod {
  info: PodInfo;
  /** Milliseconds when it first came: age breaks ties of priority. */
  readonly since: number;
  /** Scheduling cycles so far. */
  attempts: number;
  /** Backoff ends then, in milliseconds. */
  backoffUntil: number;
  /** When it became unschedulable. */
  unschedulableSince: number;
  /** Names of the plugins that rejected it; "" where it failed for another reason (binding). */
  rejectors: ReadonlySet<string>;
}

/** Backoff after the first failed attempt and the longest one, and how long a pod may wait without an event. */
export interface QueueTimes {
  readonly initialBackoff: number;
  readonly maxBackoff: number;
  readonly maxUnschedulable: number;
}

/** Upstream's times. */
export const defaultQueueTimes: QueueTimes = { initialBackoff: 1000, maxBackoff: 10_000, maxUnschedulable: 300_000 };

const uid = (pod: QueuedPod): string => pod.info.uid;

/** The scheduling queue. `onReady` is called when a pod enters the active room. */
export class SchedulingQueue {
  readonly #clock: Clock;
  readonly #times: QueueTimes;
  readonly #plugins: ReadonlyMap<string, SchedulerPlugin>;
  readonly #onReady: () => void;
  readonly #active = new Heap<QueuedPod>(
    uid,
    (a, b) => a.info.priority > b.info.priority || (a.info.priority === b.info.priority && a.since < b.since),
  );
  readonly #backoff = new Heap<QueuedPod>(uid, (a, b) => a.backoffUntil < b.backoffUntil);
  readonly #unschedulable = new Map<string, QueuedPod>();
  #backoffTimer: Timer | undefined;
  #leftoverTimer: Timer | undefined;
  #closed = false;

  constructor(clock: Clock, plugins: readonly SchedulerPlugin[], onReady: () => void, times = defaultQueueTimes) {
    this.#clock = clock;
    this.#plugins = new Map(plugins.map((plugin) => [plugin.name, plugin]));
    this.#onReady = onReady;
    this.#times = times;
  }

  /** How many pods wait in each room. */
  get sizes(): { active: number; backoff: number; unschedulable: number } {
    return { active: this.#active.size, backoff: this.#backoff.size, unschedulable: this.#unschedulable.size };
  }

  /** A new pod; one that waits already keeps its place and age. */
  add(info: PodInfo): void {
    const known = this.#active.get(info.uid) ?? this.#backoff.get(info.uid) ?? this.#unschedulable.get(info.uid);
    if (known) {
      known.info = info;
      return;
    }
    const since = this.#clock.now();
    const blank = { attempts: 0, backoffUntil: 0, unschedulableSince: 0, rejectors: new Set<string>() };
    this.#activate({ info, since, ...blank });
  }

  /** The pod changed: a waiting one is tried again where a plugin that rejected it says the change may help. */
  update(info: PodInfo, event: ClusterEvent): void {
    const active = this.#active.get(info.uid);
    if (active) {
      active.info = info;
      this.#active.push(active);
      return;
    }
    const waiting = this.#backoff.get(info.uid) ?? this.#unschedulable.get(info.uid);
    if (!waiting) return;
    waiting.info = info;
    if (this.#unschedulable.has(info.uid) && this.#helps(waiting, event)) this.#move(waiting);
  }

  delete(podUid: string): void {
    this.#active.delete(podUid);
    this.#backoff.delete(podUid);
    this.#unschedulable.delete(podUid);
  }

  has(podUid: string): boolean {
    return this.#active.has(podUid) || this.#backoff.has(podUid) || this.#unschedulable.has(podUid);
  }

  /** The next pod to schedule, or undefined; counts an attempt. */
  pop(): QueuedPod | undefined {
    const pod = this.#active.pop();
    if (pod) pod.attempts++;
    return pod;
  }

  /** A popped pod that no node fits: waits for an event that concerns one of `rejectors`. */
  unschedulable(pod: QueuedPod, rejectors: ReadonlySet<string>): void {
    const now = this.#clock.now();
    pod.rejectors = rejectors;
    pod.unschedulableSince = now;
    pod.backoffUntil = now + this.#backoffFor(pod.attempts);
    this.#unschedulable.set(pod.info.uid, pod);
    this.#armLeftover();
  }

  /** A popped pod that failed for a passing reason: tried again after its backoff, whatever happens. */
  retry(pod: QueuedPod): void {
    pod.backoffUntil = this.#clock.now() + this.#backoffFor(pod.attempts);
    this.#backoff.push(pod);
    this.#armBackoff();
  }

  /** Tells the queue what happened in the cluster; wakes the pods it may help. O(unschedulable pods). */
  event(event: ClusterEvent): void {
    for (const pod of this.#unschedulable.values()) if (this.#helps(pod, event)) this.#move(pod);
  }

  close(): void {
    this.#closed = true;
    this.#backoffTimer?.cancel();
    this.#leftoverTimer?.cancel();
  }

  #helps(pod: QueuedPod, event: ClusterEvent): boolean {
    for (const name of pod.rejectors) if (this.#plugins.get(name)?.hint?.(pod.info, event)) return true;
    return false;
  }

  #backoffFor(attempts: number): number {
    return Math.min(this.#times.initialBackoff * 2 ** Math.min(30, attempts - 1), this.#times.maxBackoff);
  }

  #move(pod: QueuedPod): void {
    this.#unschedulable.delete(pod.info.uid);
    if (pod.backoffUntil <= this.#clock.now()) {
      this.#activate(pod);
    } else {
      this.#backoff.push(pod);
      this.#armBackoff();
    }
  }

  #activate(pod: QueuedPod): void {
    this.#active.push(pod);
    this.#onReady();
  }

  #armBackoff(): void {
    this.#backoffTimer?.cancel();
    const next = this.#backoff.peek();
    if (!next || this.#closed) return;
    this.#backoffTimer = this.#clock.setTimer(Math.max(0, next.backoffUntil - this.#clock.now()), () => {
      const now = this.#clock.now();
      while ((this.#backoff.peek()?.backoffUntil ?? Infinity) <= now) this.#activate(this.#backoff.pop()!);
      this.#armBackoff();
    });
  }

  #armLeftover(): void {
    if (this.#leftoverTimer || this.#closed) return;
    // Insertion order is order of `unschedulableSince`: a pod is always added anew.
    const [oldest] = this.#unschedulable.values();
    if (!oldest) return;
    const due = oldest.unschedulableSince + this.#times.maxUnschedulable;
    this.#leftoverTimer = this.#clock.setTimer(Math.max(0, due - this.#clock.now()), () => {
      this.#leftoverTimer = undefined;
      const limit = this.#clock.now() - this.#times.maxUnschedulable;
      for (const pod of this.#unschedulable.values()) {
        if (pod.unschedulableSince > limit) break;
        this.#move(pod);
      }
      this.#armLeftover();
    });
  }
}
