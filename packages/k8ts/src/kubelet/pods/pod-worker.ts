/**
 * One pod's life on this node: admitted, brought to what its spec says, ended, torn down, gone. Level-triggered: every
 * step reads the newest desired pod and the newest view of the runtime, and one step runs at a time.
 *
 *   sync ──(deleted, over, evicted)──▶ terminating ──(nothing runs)──▶ terminated ──(API object gone)──▶ gone
 */
import type { Timer } from "@k8ts/api";
import type { PodStatus } from "@k8ts/api/core/v1";
import type { StartFailure } from "../status/container-statuses.ts";
import { finishStatus } from "../status/finish-status.ts";
import { generatePodStatus } from "../status/pod-status.ts";
import type { PodProgress } from "../status/status-manager.ts";
import { activeDeadline, deadlineVerdict } from "./active-deadline.ts";
import { asksForMore } from "./pod-change.ts";
import { PodCgroup } from "./pod-cgroup.ts";
import { admitPod } from "./pod-admission.ts";
import { killPod } from "./kill-pod.ts";
import { isAlive, type ObservedPod } from "./observed-pod.ts";
import { podDirectory, type PodDependencies } from "./pod-dependencies.ts";
import { isHostNetwork, isTerminalPhase, podText, type DesiredPod } from "./pod-spec.ts";
import { removePodRemains } from "./pod-remains.ts";
import { deferredRetry, PodResize } from "./pod-resize.ts";
import { syncPod } from "./sync-pod.ts";

/** Why the kubelet itself ends a pod. */
export interface PodVerdict {
  readonly reason: string;
  readonly message: string;
  /** Seconds, in place of the pod's own grace. */
  readonly graceSeconds?: number;
  /** The node is short of something: says so in the condition DisruptionTarget. */
  readonly disruption?: boolean;
}

type Stage = "sync" | "terminating" | "terminated" | "finished";

/** Waits after a step that failed: first and longest. */
const firstRetry = 500;
const lastRetry = 10_000;

/** What an event says of a part of a step that failed. */
interface StepFault {
  readonly reason: string;
  readonly text: string;
}

const cgroupFault: StepFault = { reason: "FailedCreatePodContainer", text: "unable to ensure pod container exists" };
const directoryFault: StepFault = { reason: "Failed", text: "error making pod data directories" };
const killFault: StepFault = { reason: "FailedKillPod", text: "error killing pod" };

/** Who keeps the workers. */
export interface PodWorkerOwner {
  /** Nothing of the pod is left, here or in the API. */
  gone(uid: string): void;
  /** The node has more room than before: other pods may have waited for it. */
  freed(): void;
}

/** A pod's worker. */
export class PodWorker {
  readonly uid: string;
  readonly #deps: PodDependencies;
  readonly #owner: PodWorkerOwner;
  #pod: DesiredPod | undefined;
  #removed = false;
  #stage: Stage = "sync";
  #admitted = false;
  #verdict: PodVerdict | undefined;
  #running = false;
  #current: Promise<void> = Promise.resolve();
  #again = false;
  #stopped = false;
  #failedSteps = 0;
  readonly #cgroup: PodCgroup;
  readonly #resize: PodResize;
  #timer: Timer | undefined;
  #timerDue = Infinity;
  #abort = new AbortController();
  readonly #failures = new Map<string, StartFailure>();
  readonly #startTime: number;

  /** `pod` undefined: the runtime has it and the API server does not. */
  constructor(deps: PodDependencies, uid: string, pod: DesiredPod | undefined, owner: PodWorkerOwner) {
    this.#deps = deps;
    this.uid = uid;
    this.#pod = pod;
    this.#owner = owner;
    this.#cgroup = new PodCgroup(deps, uid);
    this.#resize = new PodResize(deps, uid);
    this.#removed = pod === undefined;
    this.#startTime = deps.clock.now();
  }

  /** The pod as the API server last said, with the resources that it has been given. */
  get pod(): DesiredPod | undefined {
    return this.#pod && this.#resize.resources.allocated(this.#pod);
  }

  /** Whether it waits for room to be given other resources. */
  get deferred(): boolean {
    return this.#stage === "sync" && this.#resize.deferred;
  }

  /** Whether containers of it run or may yet. */
  get active(): boolean {
    return this.#pod !== undefined && (this.#stage === "sync" || this.#stage === "terminating");
  }

  /** Whether it has been let in and is not on its way out. */
  get admitted(): boolean {
    return this.#admitted && this.#stage === "sync";
  }

  /** Whether its containers are being stopped: what they use is not free yet. */
  get ending(): boolean {
    return this.#admitted && this.#stage === "terminating";
  }

  /** The API server's newest word; `act` false: it is only to be known. */
  update(pod: DesiredPod, act = true): void {
    const before = this.#pod;
    const grace = before?.metadata.deletionGracePeriodSeconds;
    const sooner = pod.metadata.deletionGracePeriodSeconds;
    this.#pod = pod;
    const shortened = sooner !== undefined && (grace === undefined || sooner < grace);
    if (shortened) this.#interrupt();
    if (!act) return;
    this.#deps.status.observe(pod);
    // A step that fails reports why; that report must not be the reason for the next step.
    if (before === undefined || asksForMore(before, pod)) this.trigger();
    else if (this.admitted) this.#report(false);
  }

  /** The API server has it no more. */
  removed(act = true): void {
    this.#removed = true;
    this.#interrupt();
    if (act) this.trigger();
  }

  /** Ends the pod for the kubelet's own reasons. */
  end(verdict: PodVerdict): void {
    if (this.#verdict !== undefined || this.#stage !== "sync") return;
    this.#verdict = verdict;
    this.#interrupt();
    this.trigger();
  }

  /** Looks again: something about the pod has changed. */
  trigger(): void {
    if (this.#stopped) return;
    this.#again = true;
    if (!this.#running) this.#current = this.#run();
    // A step may last (a pull, a hook): what has changed is told meanwhile.
    else if (this.#admitted && (this.#stage === "sync" || this.#stage === "terminating")) this.#report(false);
  }

  /** Leaves the pod as it is: the kubelet stops, the pod does not. Resolves when no step runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#abort.abort(new Error("the kubelet stops"));
    await this.#current;
  }

  #interrupt(): void {
    this.#abort.abort(new Error("the pod is to end"));
    this.#abort = new AbortController();
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      this.#timer?.cancel();
      this.#timerDue = Infinity;
      try {
        await this.#step();
        this.#failedSteps = 0;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#running = false;
  }

  #failed(error: unknown): void {
    if (this.#stopped || this.#again) return;
    const pod = this.#pod === undefined ? this.uid : podText(this.#pod);
    this.#deps.logger.warn("Cannot sync a pod; will try again", { pod, stage: this.#stage, error });
    this.#wake(Math.min(firstRetry * 2 ** this.#failedSteps++, lastRetry));
  }

  /** Another step after so many milliseconds, if none comes sooner. */
  #wake(milliseconds: number): void {
    const due = this.#deps.clock.now() + milliseconds;
    if (this.#stopped || due >= this.#timerDue) return;
    this.#timer?.cancel();
    this.#timerDue = due;
    this.#timer = this.#deps.clock.setTimer(milliseconds, () => this.trigger());
  }

  async #step(): Promise<void> {
    if (this.#stage === "sync" && !this.#mustEnd()) await this.#sync();
    if (this.#stage === "sync" && this.#mustEnd()) this.#stage = "terminating";
    if (this.#stage === "terminating") await this.#terminate();
    if (this.#stage === "terminated") await this.#tearDown();
    if (this.#stage === "finished") await this.#finish();
  }

  #mustEnd(): boolean {
    if (this.#removed || this.#pod === undefined || this.#verdict !== undefined) return true;
    return this.#pod.metadata.deletionTimestamp !== undefined || isTerminalPhase(this.#pod.status?.phase);
  }

  #observe(): ObservedPod {
    const { namespace, name } = this.#pod?.metadata ?? {};
    return this.#deps.view.get(this.uid, namespace, name);
  }

  async #sync(): Promise<void> {
    const deps = this.#deps;
    const { signal } = this.#abort;
    const { resources } = this.#resize;
    if (!this.#admitted) await resources.load();
    const verdict = this.#judge(this.#pod!);
    if (verdict !== undefined) {
      this.#verdict = verdict;
      return;
    }
    this.#giveResources(this.#pod!);
    const pod = resources.allocated(this.#pod!);
    if (isTerminalPhase(this.#report(false)?.phase)) {
      this.#stage = "terminating";
      return;
    }
    const fault = isHostNetwork(pod) ? undefined : deps.node.networkFault();
    if (fault !== undefined) {
      deps.events.pod(pod, "Warning", "NetworkNotReady", `network is not ready: ${fault}`);
      throw new Error(`network is not ready: ${fault}`);
    }
    await this.#prepare(pod);
    const volumes = await deps.volumes.mount(pod, () => this.trigger());
    deps.probes.add(pod);
    signal.throwIfAborted();
    const request = { pod, observed: this.#observe(), volumes, failures: this.#failures, resources, signal };
    try {
      const { acted, retryAfter, resizeError } = await syncPod(deps, request);
      if (retryAfter !== undefined) this.#wake(retryAfter);
      if (acted) await deps.view.refresh();
      await this.#settleResources(pod, resizeError);
    } finally {
      if (!this.#mustEnd()) this.#report(false);
    }
  }

  #giveResources(pod: DesiredPod): void {
    if (this.#resize.consider(pod)) this.#owner.freed();
    if (this.#resize.deferred) this.#wake(deferredRetry);
  }

  async #settleResources(pod: DesiredPod, error: string | undefined): Promise<void> {
    const { resources } = this.#resize;
    if (error === undefined) resources.setActuatedPod(pod.spec?.resources ?? {});
    await this.#or(this.#cgroup.narrow(resources.actual(pod)), cgroupFault);
    await resources.save().catch((fault: unknown) => {
      // A full disk must not keep the pod from running.
      this.#deps.logger.warn("Cannot keep a pod's resource allocation", { pod: podText(pod), error: fault });
    });
    if (error !== undefined) this.#resize.failed(pod, error);
    else this.#resize.settle(pod, this.#observe());
  }

  /** Cgroup and directory: made before a sandbox, and limited anew where the pod's resources have changed. */
  async #prepare(pod: DesiredPod): Promise<void> {
    const { files, directories } = this.#deps;
    const { resources } = this.#resize;
    const missing = this.#observe().sandboxes[0]?.state !== "READY";
    const changed = await this.#or(this.#cgroup.widen(pod, resources.actual(pod), missing), cgroupFault);
    if (!changed) return;
    await this.#or(files.makeDirectory(`${podDirectory(directories, this.uid)}/volumes`, 0o750), directoryFault);
  }

  /** What fails is told in an event, too. */
  async #or<T>(action: Promise<T>, { reason, text }: StepFault): Promise<T> {
    try {
      return await action;
    } catch (error) {
      if (this.#pod !== undefined && !this.#removed && !this.#stopped)
        this.#deps.events.pod(this.#pod, "Warning", reason, `${text}: ${(error as Error).message}`);
      throw error;
    }
  }

  /** Whether the pod may run here, and still. Undefined: yes. */
  #judge(pod: DesiredPod): PodVerdict | undefined {
    const { node, events, clock, status } = this.#deps;
    if (!this.#admitted) {
      const known = this.#observe().sandboxes.length > 0 || (pod.status?.phase ?? "Pending") !== "Pending";
      const refusal = known ? undefined : admitPod(pod, node);
      if (refusal !== undefined) {
        events.pod(pod, "Warning", refusal.reason, refusal.message);
        return { reason: refusal.reason, message: `Pod was rejected: ${refusal.message}` };
      }
      this.#admitted = true;
    }
    const deadline = activeDeadline(pod, status.get(this.uid)?.startTime ?? pod.status?.startTime, this.#startTime);
    if (deadline === undefined) return undefined;
    const left = deadline - clock.now();
    if (left > 0) {
      this.#wake(left);
      return undefined;
    }
    events.pod(pod, "Normal", deadlineVerdict.reason, deadlineVerdict.message);
    return deadlineVerdict;
  }

  /** Tells the API server what the pod is like now. */
  #report(terminal: boolean, finished = false): PodStatus | undefined {
    const { pod } = this;
    if (pod === undefined || this.#removed) return undefined;
    const { status: statuses, probes, node, clock } = this.#deps;
    const observed = this.#observe();
    const status = generatePodStatus({
      pod,
      observed,
      before: statuses.get(this.uid) ?? pod.status ?? {},
      probes: probes.readiness(this.uid),
      runtimeName: node.runtimeName,
      hostIPs: node.hostIPs,
      startFailure: (name) => this.#failures.get(name),
      terminal,
      ending: this.#stage !== "sync",
      actual: (name) => this.#resize.resources.actuated(name),
      actualPod: this.#resize.resources.actual(pod),
      resizeConditions: this.#resize.conditions(),
      verdict: this.#verdict,
      startTime: this.#startTime,
      now: clock.now(),
    });
    if (finished) finishStatus(pod, status, clock.now());
    const progress: PodProgress = { mayRun: !terminal && isAlive(observed), finished };
    statuses.set(pod, status, progress);
    probes.observe(pod, status);
    return status;
  }

  async #terminate(): Promise<void> {
    const deps = this.#deps;
    const { signal } = this.#abort;
    const pod = this.#pod;
    this.#report(false);
    deps.probes.stopRestarting(this.uid);
    // What is removed already ends as its own grace said when it was deleted.
    const request = { pod, observed: this.#observe(), graceOverride: this.#verdict?.graceSeconds, signal };
    await this.#or(killPod(deps, request), killFault);
    await deps.view.refresh();
    if (isAlive(this.#observe())) {
      if (signal.aborted) this.#again = true;
      throw new Error("containers still run");
    }
    deps.probes.remove(this.uid);
    this.#report(true);
    this.#stage = "terminated";
    this.#owner.freed();
  }

  async #tearDown(): Promise<void> {
    const deps = this.#deps;
    await deps.volumes.tearDown(this.uid);
    await deps.cgroups.removePod(this.uid);
    this.#report(true, true);
    this.#stage = "finished";
  }

  async #finish(): Promise<void> {
    if (!this.#removed) {
      // Deleted only now: what the pod left behind is no longer of use to anybody.
      if (this.#pod?.metadata.deletionTimestamp !== undefined) this.#report(true, true);
      return;
    }
    await removePodRemains(this.#deps, this.#observe(), this.#pod);
    this.#failures.clear();
    this.#deps.crashes.forget(`${this.uid}_`);
    this.#deps.images.forget(this.uid);
    this.#deps.status.forget(this.uid);
    this.#stopped = true;
    this.#owner.gone(this.uid);
  }
}
