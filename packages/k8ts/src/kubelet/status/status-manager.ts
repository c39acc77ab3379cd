/**
 * Reports pod statuses to the API server: one patch at a time per pod, only what changed, and the newest status wins over
 * those that were waiting. A pod that is over and torn down is then deleted from the API with grace 0.
 */
import { isConflict, isNotFound, type Clock, type DeepReadonly, type Logger } from "@k8ts/api";
import { pods, type Pod, type PodStatus } from "@k8ts/api/core/v1";
import type { Client } from "@k8ts/client";
import { isTerminalPhase, type DesiredPod } from "../pods/pod-spec.ts";
import { statusPatch } from "./status-patch.ts";

/** First and longest wait after a report that failed. */
const firstRetryMilliseconds = 500;
const lastRetryMilliseconds = 10_000;

/** How much of the pod is over. */
export interface PodProgress {
  /** A container may still run: a final phase is kept back. */
  readonly mayRun: boolean;
  /** Everything is torn down: the API object may go. */
  readonly finished: boolean;
}

interface Entry {
  pod: DesiredPod;
  status: PodStatus;
  progress: PodProgress;
  /** The API's object as this manager last saw it. */
  api: DesiredPod;
  sending: boolean;
  dirty: boolean;
  retry: number;
  deleted: boolean;
}

/** What the manager is made of. */
export interface StatusManagerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Pod statuses on their way to the API server. */
export class StatusManager {
  readonly #options: StatusManagerOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: StatusManagerOptions) {
    this.#options = options;
  }

  /** The newest status of the pod, reported or not; undefined before the first. */
  get(uid: string): DeepReadonly<PodStatus> | undefined {
    return this.#entries.get(uid)?.status;
  }

  /** Reports this status, now or as soon as an earlier report is through. */
  set(pod: DesiredPod, status: PodStatus, progress: PodProgress): void {
    const uid = pod.metadata.uid ?? "";
    let entry = this.#entries.get(uid);
    if (entry === undefined) {
      entry = { pod, status, progress, api: pod, sending: false, dirty: false, retry: 0, deleted: false };
      this.#entries.set(uid, entry);
    }
    entry.pod = pod;
    entry.status = status;
    entry.progress = progress;
    this.observe(pod);
    this.#send(entry);
  }

  /** Tells of the API's object: where its status is not what was reported, it is reported again. */
  observe(pod: DesiredPod): void {
    const entry = this.#entries.get(pod.metadata.uid ?? "");
    if (entry === undefined || !isNewer(pod, entry.api)) return;
    entry.api = pod;
    this.#send(entry);
  }

  /** Forgets a pod that the API server no longer has. */
  forget(uid: string): void {
    const entry = this.#entries.get(uid);
    if (entry !== undefined) entry.deleted = true;
    this.#entries.delete(uid);
  }

  #send(entry: Entry): void {
    if (entry.sending) entry.dirty = true;
    else void this.#run(entry);
  }

  async #run(entry: Entry): Promise<void> {
    entry.sending = true;
    try {
      do {
        entry.dirty = false;
        await this.#report(entry);
      } while (entry.dirty && !entry.deleted);
      entry.retry = 0;
    } catch (error) {
      this.#later(entry, error);
    } finally {
      entry.sending = false;
    }
  }

  #later(entry: Entry, error: unknown): void {
    const { clock, logger, signal } = this.#options;
    if (entry.deleted || signal.aborted) return;
    if (isNotFound(error) || isConflict(error)) return; // The informer tells what has become of it.
    const { namespace, name } = entry.pod.metadata;
    logger.warn("Cannot report a pod's status; will try again", { pod: `${namespace}/${name}`, error });
    entry.retry = Math.min(entry.retry === 0 ? firstRetryMilliseconds : entry.retry * 2, lastRetryMilliseconds);
    clock.setTimer(entry.retry, () => {
      if (!entry.deleted && !signal.aborted) this.#send(entry);
    });
  }

  async #report(entry: Entry): Promise<void> {
    const { client, signal } = this.#options;
    const { namespace, name = "", uid } = entry.pod.metadata;
    const target = { namespace, name };
    const { progress } = entry;
    const patch = statusPatch(entry.api.status ?? {}, deliverable(entry));
    if (patch !== undefined) {
      const body = { metadata: { uid }, status: patch };
      const api = await client.patch<Pod>(pods, target, body, { subresource: "status", signal });
      if (isNewer(api, entry.api)) entry.api = api;
    }
    const { deletionTimestamp } = entry.api.metadata;
    if (!progress.finished || deletionTimestamp === undefined || !isTerminalPhase(entry.api.status?.phase)) return;
    entry.deleted = true;
    try {
      await client.delete(pods, target, { gracePeriodSeconds: 0, preconditions: { uid }, signal });
    } catch (error) {
      if (isNotFound(error)) return;
      entry.deleted = false;
      throw error;
    }
  }
}

/** The status as it may be told: a final phase not before the last container has ended. */
function deliverable({ status, progress, api }: Entry): PodStatus {
  const old = api.status ?? {};
  if (!progress.mayRun || !isTerminalPhase(status.phase) || isTerminalPhase(old.phase)) return status;
  const conditions = status.conditions?.filter((condition) => condition.type !== "DisruptionTarget");
  return { ...status, phase: old.phase, reason: old.reason, message: old.message, conditions };
}

/** Whether `pod` is not older than `than`, by resource version (comparable since Kubernetes 1.35, KEP-5504). */
function isNewer(pod: DesiredPod, than: DesiredPod): boolean {
  const a = pod.metadata.resourceVersion ?? "0";
  const b = than.metadata.resourceVersion ?? "0";
  return a.length === b.length ? a >= b : a.length > b.length;
}
