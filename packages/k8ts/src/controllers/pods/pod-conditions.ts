/** Changing a pod's status for reasons outside of its node: conditions and phase, written by patch. */
import { formatTime, type DeepReadonly } from "@k8ts/api";
import { pods, type Pod, type PodCondition } from "@k8ts/api/core/v1";
import type { ControllerContext } from "@k8ts/client";

type ReadPod = DeepReadonly<Pod>;

/** What to change in a pod's status. */
export interface PodStatusChange {
  readonly condition?: Omit<PodCondition, "lastTransitionTime">;
  readonly phase?: string;
}

/**
 * Sets a condition, and the phase where one is given; writes nothing where both are so already. The patch names the
 * pod's uid: another pod of that name is left alone. Throws NotFound where the pod is gone.
 */
export async function patchPodStatus(context: ControllerContext, pod: ReadPod, change: PodStatusChange): Promise<void> {
  const { namespace = "", name = "", uid } = pod.metadata;
  const condition = change.condition && changedCondition(pod, change.condition, context.clock.now());
  const phase = change.phase !== undefined && change.phase !== pod.status?.phase ? change.phase : undefined;
  if (!condition && phase === undefined) return;
  const status = { ...(condition && { conditions: [condition] }), ...(phase !== undefined && { phase }) };
  await context.client.patch(pods, { namespace, name }, { metadata: { uid }, status }, { subresource: "status" });
}

/** The condition as it should be; undefined where it is so already. */
function changedCondition(
  pod: ReadPod,
  wanted: Omit<PodCondition, "lastTransitionTime">,
  now: number,
): PodCondition | undefined {
  const old = pod.status?.conditions?.find(({ type }) => type === wanted.type);
  const same = old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message;
  if (same) return undefined;
  const lastTransitionTime = old?.status === wanted.status ? old.lastTransitionTime : formatTime(now);
  return { ...wanted, ...(lastTransitionTime !== undefined && { lastTransitionTime }) };
}
