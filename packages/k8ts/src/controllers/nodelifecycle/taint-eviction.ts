/** Evicts pods from nodes whose NoExecute taints they do not tolerate, at once or when their tolerationSeconds are over. */
import { deepEqual, isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { nodes, pods, type Node, type Pod, type Taint } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { indexByNode, podsOnNode } from "../indexes.ts";
import { keyOf, keyText } from "../keys.ts";
import { perContext } from "../per-context.ts";
import { patchPodStatus } from "../pods/pod-conditions.ts";
import { toleratedFor } from "./tolerations.ts";

type ReadPod = DeepReadonly<Pod>;

/** An eviction to come; times in milliseconds since the epoch. */
interface Eviction {
  readonly uid: string;
  readonly since: number;
  readonly at: number;
}

const evictionsOf = perContext(() => new Map<string, Eviction>());

/** Keys are pods; only those on tainted nodes are ever looked at. */
export const taintEvictionController: Controller = {
  name: "taint-eviction-controller",
  serviceAccount: "node-controller",
  watches: [
    { resource: pods, filter: mayChangeFate, map: affected },
    {
      resource: nodes,
      filter: (node, old) => !deepEqual(noExecute(node), old ? noExecute(old) : []),
      map: (node, context) => podsOnNode(context.informers.of(pods).lister, node.metadata.name ?? "").map(keyOf),
    },
  ],
  setup: (context) => indexByNode(context.informers.of(pods)),
  reconcile,
};

const noExecute = (node: DeepReadonly<Node> | undefined): readonly DeepReadonly<Taint>[] =>
  node?.spec?.taints?.filter(({ effect }) => effect === "NoExecute") ?? [];

function mayChangeFate(pod: ReadPod, old: ReadPod | undefined): boolean {
  if (!old) return true;
  const moved = pod.spec?.nodeName !== old.spec?.nodeName || pod.metadata.uid !== old.metadata.uid;
  return moved || !deepEqual(pod.spec?.tolerations, old.spec?.tolerations);
}

/** Pods on nodes without such taints, and without an eviction to come, need no look. */
function affected(pod: ReadPod, context: ControllerContext): readonly ObjectKey[] {
  const key = keyOf(pod);
  if (evictionsOf(context).has(keyText(key))) return [key];
  const node = pod.spec?.nodeName;
  if (!node) return [];
  return noExecute(context.informers.of(nodes).lister.get("", node)).length > 0 ? [key] : [];
}

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void> {
  const evictions = evictionsOf(context);
  const pod = context.informers.of(pods).lister.get(key.namespace, key.name);
  const planned = evictions.get(keyText(key));
  if (planned && planned.uid !== pod?.metadata.uid) cancel(context, key);
  if (!pod || pod.metadata.deletionTimestamp !== undefined) return;
  const node = context.informers.of(nodes).lister.get("", pod.spec?.nodeName ?? "");
  const stays = toleratedFor(noExecute(node), pod.spec?.tolerations);
  if (stays === Infinity) return cancel(context, key);
  const now = context.clock.now();
  // Tolerations count from when the taints were first seen; a shorter one may bring the end closer, never put it off.
  const known = evictions.get(keyText(key));
  const since = known?.since ?? now;
  const at = Math.min(known?.at ?? Infinity, since + stays);
  if (at > now) {
    evictions.set(keyText(key), { uid: pod.metadata.uid ?? "", since, at });
    return { requeueAfter: at - now };
  }
  evictions.delete(keyText(key));
  await evict(context, key, pod.metadata.uid);
}

function cancel(context: ControllerContext, key: ObjectKey): void {
  if (evictionsOf(context).delete(keyText(key))) tell(context, key, `Cancelling deletion of Pod ${keyText(key)}`);
}

async function evict(context: ControllerContext, key: ObjectKey, uid: string | undefined): Promise<void> {
  tell(context, key, `Marking for deletion Pod ${keyText(key)}`);
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "DeletionByTaintManager",
    message: "Taint manager: deleting due to NoExecute taint",
  };
  try {
    const live = await context.client.get(pods, key);
    if (live.metadata.uid !== uid) return;
    await patchPodStatus(context, live, { condition });
    await context.client.delete(pods, key, { preconditions: { uid } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function tell(context: ControllerContext, { namespace, name }: ObjectKey, message: string): void {
  const about = { apiVersion: "v1", kind: "Pod", metadata: { namespace, name } };
  context.recorder.event(about, "Normal", "TaintManagerEviction", message);
}
