/** Stops a whole pod: its containers together (sidecars in their order), then its sandboxes. */
import { killContainer, type KillDependencies } from "./kill-container.ts";
import { podIPs, type ObservedPod } from "./observed-pod.ts";
import { hasSidecars, type DesiredPod } from "./pod-spec.ts";
import { TerminationOrder } from "./termination-order.ts";

/** How a pod is stopped. */
export interface KillPodRequest {
  /** Undefined: the API server no longer knows it. */
  readonly pod: DesiredPod | undefined;
  readonly observed: ObservedPod;
  /** Seconds, in place of the pod's own. */
  readonly graceOverride?: number;
  /** Aborts where the pod shall end sooner. */
  readonly signal: AbortSignal;
}

/** Resolves when nothing of the pod runs; throws the first of what failed, after all has been tried. */
export async function killPod(dependencies: KillDependencies, request: KillPodRequest): Promise<void> {
  const { pod, observed, graceOverride, signal } = request;
  const alive = observed.containers.filter(
    (container) => container.state === "RUNNING" || container.state === "UNKNOWN",
  );
  const names = new Set(alive.map((container) => container.name));
  const order = pod !== undefined && hasSidecars(pod) ? new TerminationOrder(pod, names) : undefined;
  const podIP = podIPs(observed)[0] ?? "";
  const results = await Promise.allSettled(
    alive.map((container) => killContainer(dependencies, { pod, container, podIP, graceOverride, order, signal })),
  );
  throwFirst(results);
  if (signal.aborted) return;
  const ready = observed.sandboxes.filter((sandbox) => sandbox.state === "READY");
  // A sandbox that is not ready may still hold network and mounts: stopping is idempotent.
  const stops = ready.length > 0 ? ready : observed.sandboxes.slice(0, 1);
  throwFirst(await Promise.allSettled(stops.map(({ id }) => stopSandbox(dependencies, id))));
}

async function stopSandbox({ runtime }: KillDependencies, id: string): Promise<void> {
  try {
    await runtime.stopPodSandbox(id);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "NOT_FOUND") throw error;
  }
}

function throwFirst(results: readonly PromiseSettledResult<void>[]): void {
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
