/**
 * The pod garbage collector: removes pods that nobody else will. Its queue has three kinds of keys:
 *
 *     "" / node          a node that is gone (after a quarantine), or is out of service
 *     namespace / pod    a pod that is being deleted and never got to a node
 *     "terminated"/"all" more finished pods than are kept
 */
import { isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { nodes, pods, type Node, type Pod } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { throwAll } from "../errors.ts";
import { indexByNode, podsOnNode } from "../indexes.ts";
import { keyOf, keyText } from "../keys.ts";
import { perContext } from "../per-context.ts";
import { patchPodStatus, type PodStatusChange } from "./pod-conditions.ts";
import { isPodTerminal } from "./pod-state.ts";

type ReadPod = DeepReadonly<Pod>;

/** How long a node must be missing before its pods go. */
const quarantine = 40_000;
/** How often finished pods are counted while there are too many, at most. */
const sweepDelay = 20_000;
const sweepKey: ObjectKey = { namespace: "terminated", name: "all" };
const outOfServiceTaint = "node.kubernetes.io/out-of-service";

const stateOf = perContext(() => ({
  /** Keys of finished pods. */
  terminated: new Set<string>(),
  /** When each missing node was first missed. */
  missing: new Map<string, number>(),
}));

/** The collector; `threshold` is how many finished pods are kept, 0: all. */
export function podGarbageCollector(threshold = 12_500): Controller {
  return {
    name: "pod-garbage-collector",
    setup(context) {
      const podInformer = context.informers.of(pods);
      indexByNode(podInformer);
      podInformer.addHandler({
        add: (pod) => podChanged(context, threshold, pod),
        update: (pod) => podChanged(context, threshold, pod),
        delete: (pod) => void stateOf(context).terminated.delete(keyText(keyOf(pod))),
      });
      context.informers.of(nodes).addHandler({
        add: (node) => context.enqueue(keyOf(node)),
        update: (node, old) => {
          if (isOutOfService(node) !== isOutOfService(old)) context.enqueue(keyOf(node));
        },
        delete: (node) => context.enqueue(keyOf(node)),
      });
    },
    reconcile: (key, context) => reconcile(threshold, key, context),
  };
}

function podChanged(context: ControllerContext, threshold: number, pod: ReadPod): void {
  const { terminated } = stateOf(context);
  const key = keyOf(pod);
  if (isPodTerminal(pod)) {
    terminated.add(keyText(key));
    if (threshold > 0 && terminated.size > threshold) context.enqueue(sweepKey, sweepDelay);
  } else terminated.delete(keyText(key));
  const node = pod.spec?.nodeName;
  const going = pod.metadata.deletionTimestamp !== undefined;
  if (!node) {
    if (going) context.enqueue(key);
    return;
  }
  const known = context.informers.of(nodes).lister.get("", node);
  if (!known || (going && isOutOfService(known))) context.enqueue({ namespace: "", name: node });
}

/** Not ready, and tainted by people who know that it is off: its volumes may be detached and its pods removed. */
function isOutOfService(node: DeepReadonly<Node>): boolean {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  return !ready && (node.spec?.taints?.some(({ key }) => key === outOfServiceTaint) ?? false);
}

async function reconcile(
  threshold: number,
  key: ObjectKey,
  context: ControllerContext,
): Promise<ReconcileResult | void> {
  if (key.namespace === sweepKey.namespace && key.name === sweepKey.name) return sweepTerminated(threshold, context);
  if (key.namespace === "") return collectNode(key.name, context);
  const pod = context.informers.of(pods).lister.get(key.namespace, key.name);
  if (pod && pod.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName) await removePods(context, [pod], {});
}

async function collectNode(name: string, context: ControllerContext): Promise<ReconcileResult | void> {
  const { missing } = stateOf(context);
  const lister = context.informers.of(pods).lister;
  const node = context.informers.of(nodes).lister.get("", name);
  if (node) {
    missing.delete(name);
    if (!isOutOfService(node)) return;
    const going = podsOnNode(lister, name).filter((pod) => pod.metadata.deletionTimestamp !== undefined);
    return removePods(context, going, {});
  }
  const orphans = podsOnNode(lister, name);
  if (orphans.length === 0) return void missing.delete(name);
  const now = context.clock.now();
  const since = missing.get(name) ?? now;
  missing.set(name, since);
  if (now - since < quarantine) return { requeueAfter: quarantine - (now - since) };
  if (await nodeExists(context, name)) return { requeueAfter: quarantine };
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "DeletionByPodGC",
    message: "PodGC: node no longer exists",
  };
  await removePods(context, orphans, { condition });
}

/** Asks the server: the cache may be behind. */
async function nodeExists(context: ControllerContext, name: string): Promise<boolean> {
  try {
    await context.client.get(nodes, { name });
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

async function sweepTerminated(threshold: number, context: ControllerContext): Promise<void> {
  const { terminated } = stateOf(context);
  const excess = terminated.size - threshold;
  if (excess <= 0) return;
  const { lister } = context.informers.of(pods);
  const finished = [...terminated].flatMap((key) => {
    const slash = key.indexOf("/");
    return lister.get(key.slice(0, slash), key.slice(slash + 1)) ?? [];
  });
  finished.sort(byEvictionAndAge);
  await removePods(context, finished.slice(0, excess), {});
}

/** Evicted pods first, then the oldest. */
function byEvictionAndAge(a: ReadPod, b: ReadPod): number {
  const evicted = (pod: ReadPod): number => (pod.status?.phase === "Failed" && pod.status.reason === "Evicted" ? 0 : 1);
  const age = (pod: ReadPod): string => `${pod.metadata.creationTimestamp ?? ""} ${pod.metadata.name ?? ""}`;
  return evicted(a) - evicted(b) || (age(a) < age(b) ? -1 : 1);
}

/** Marks unfinished pods as failed (nobody else will tell) and deletes all at once, without grace. */
async function removePods(
  context: ControllerContext,
  victims: readonly ReadPod[],
  change: PodStatusChange,
): Promise<void> {
  const results = await Promise.allSettled(
    victims.map(async (pod) => {
      if (!isPodTerminal(pod)) await patchPodStatus(context, pod, { ...change, phase: "Failed" });
      await context.client.delete(pods, keyOf(pod), { gracePeriodSeconds: 0 });
    }),
  );
  const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  throwAll(failures.filter((error) => !isNotFound(error)));
}
