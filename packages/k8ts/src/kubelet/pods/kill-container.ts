/** Stops one container: preStop hook, its turn among the others, then SIGTERM and at the end of its grace SIGKILL. */
import type { Clock, DeepReadonly, Logger } from "@k8ts/api";
import type { LifecycleHandler } from "@k8ts/api/core/v1";
import type { ContainerRuntime } from "../runtimes/runtime.ts";
import { runHook } from "../containers/lifecycle-hooks.ts";
import { deletionGraceAnnotation, preStopHandlerAnnotation, terminationGraceAnnotation } from "../containers/labels.ts";
import type { ContainerEvents } from "./container-events.ts";
import type { ObservedContainer } from "./observed-pod.ts";
import type { KillReason } from "./pod-actions.ts";
import { findContainer, type DesiredPod } from "./pod-spec.ts";
import type { TerminationOrder } from "./termination-order.ts";

/** Seconds that any container gets between SIGTERM and SIGKILL, whatever its pod says. */
const minimumGraceSeconds = 2;

/** What stopping containers needs. */
export interface KillDependencies {
  readonly runtime: ContainerRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: ContainerEvents;
  /**
   * How long a ready pod that is deleted goes on serving, in milliseconds, before its containers are told to stop: by then
   * no Service sends to it. Part of its grace, and over when a preStop hook has taken as long. Default 0, as upstream.
   */
  readonly drainTime?: number;
}

/** How a container is stopped. */
export interface KillRequest {
  /** Undefined: the pod is no longer known; the container's annotations tell the rest. */
  readonly pod: DesiredPod | undefined;
  readonly container: Pick<ObservedContainer, "id" | "name" | "annotations">;
  readonly podIP: string;
  /** "": "Stopping container …". */
  readonly message?: string;
  readonly reason?: KillReason;
  /** Seconds, in place of the pod's own. */
  readonly graceOverride?: number;
  readonly order?: TerminationOrder;
  /** Aborts waiting (hook, turn): somebody stops it with a shorter grace. */
  readonly signal: AbortSignal;
}

/** Resolves when the container has ended. Throws RuntimeError. */
export async function killContainer(dependencies: KillDependencies, request: KillRequest): Promise<void> {
  const { clock, runtime, events } = dependencies;
  const { pod, container, signal, order } = request;
  const message = request.message || `Stopping container ${container.name}`;
  if (pod !== undefined) events.container(pod, container.name, "Normal", "Killing", message);
  const grace = (request.graceOverride ?? graceSeconds(request)) * 1000;
  const started = clock.monotonic();
  const left = (): number => grace - (clock.monotonic() - started);
  const preStop = preStopOf(request);
  if (preStop !== undefined && grace > 0) await runPreStop(dependencies, request, preStop, left());
  const drain = drainTime(dependencies, request) - (clock.monotonic() - started);
  if (drain > 0 && drain < left()) await clock.sleep(drain, signal).catch(() => undefined);
  if (order !== undefined && left() > 0) await order.turn(container.name, clock, left(), signal);
  if (signal.aborted) return;
  const seconds = Math.max(minimumGraceSeconds, Math.ceil(left() / 1000));
  try {
    await runtime.stopContainer(container.id, seconds);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "NOT_FOUND") throw error;
  }
  order?.ended(container.name);
}

function drainTime({ drainTime: milliseconds = 0 }: KillDependencies, { pod }: KillRequest): number {
  const ready = pod?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True");
  return pod?.metadata.deletionTimestamp && ready ? milliseconds : 0;
}

function graceSeconds({ pod, container, reason }: KillRequest): number {
  if (pod === undefined) {
    const { annotations } = container;
    return Number(
      annotations[deletionGraceAnnotation] ?? annotations[terminationGraceAnnotation] ?? minimumGraceSeconds,
    );
  }
  const deletion = pod.metadata.deletionGracePeriodSeconds;
  if (deletion !== undefined) return deletion;
  const spec = findContainer(pod, container.name)?.spec;
  const probe =
    reason === "LivenessProbe" ? spec?.livenessProbe : reason === "StartupProbe" ? spec?.startupProbe : undefined;
  const own = probe?.terminationGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds;
  return own ?? minimumGraceSeconds;
}

type Handler = DeepReadonly<LifecycleHandler>;

function preStopOf({ pod, container }: KillRequest): Handler | undefined {
  if (pod !== undefined) return findContainer(pod, container.name)?.spec.lifecycle?.preStop;
  const text = container.annotations[preStopHandlerAnnotation];
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Handler);
  } catch {
    return undefined;
  }
}

async function runPreStop(
  { runtime, clock, logger, events }: KillDependencies,
  { pod, container, podIP, signal }: KillRequest,
  handler: Handler,
  milliseconds: number,
): Promise<void> {
  const spec = (pod && findContainer(pod, container.name)?.spec) ?? { name: container.name };
  const about: DesiredPod = pod ?? { apiVersion: "v1", kind: "Pod", metadata: {} };
  const limit = new AbortController();
  const either = AbortSignal.any([limit.signal, signal]);
  const timer = clock.setTimer(milliseconds, () => limit.abort());
  const over = new Promise<void>((resolve) => either.addEventListener("abort", () => resolve(), { once: true }));
  const hook = runHook(handler, {
    pod: about,
    container: spec,
    containerId: container.id,
    podIP,
    runtime,
    clock,
    signal: either,
  });
  const watched = hook.catch((error: unknown) => {
    if (either.aborted) return;
    logger.warn("PreStop hook failed", { container: container.name, error });
    // The text stays in the log: it may hold secrets.
    if (pod !== undefined) events.container(pod, container.name, "Warning", "FailedPreStopHook", "PreStopHook failed");
  });
  await Promise.race([watched, over]);
  timer.cancel();
}
