/**
 * The node lifecycle controller: notices nodes that fall silent, says so in their conditions and taints, and marks their
 * pods not ready. Nothing polls: each node has one timer, and a sign of life costs one map write.
 *
 *     Lease, status ─▶ signs of life ─timer─▶ conditions Unknown ─▶ NoSchedule taints at once,
 *                                                                  NoExecute taints in the zone's turn
 */
import { isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { leases } from "@k8ts/api/coordination/v1";
import { nodes, pods, type Node, type Pod } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { throwAll } from "../errors.ts";
import { indexByNode, podsOnNode } from "../indexes.ts";
import { keyOf } from "../keys.ts";
import { perContext } from "../per-context.ts";
import { patchPodStatus } from "../pods/pod-conditions.ts";
import { readyCondition } from "../pods/pod-state.ts";
import {
  firstSigns,
  hasNewHeartbeat,
  nodeReady,
  unknownConditions,
  untilSilent,
  type SignsOfLife,
} from "./node-health.ts";
import { currentEvictionTaint, evictionTaint, labelsFor, taintsFor } from "./node-taints.ts";
import { Zones, type DisruptionChange } from "./zones.ts";

type ReadNode = DeepReadonly<Node>;
type ReadPod = DeepReadonly<Pod>;

const leaseNamespace = "kube-node-lease";
const excludeLabel = "node.kubernetes.io/exclude-disruption";

const stateOf = perContext(() => ({
  zones: new Zones(),
  signs: new Map<string, SignsOfLife>(),
  /** Uids of the nodes that people were told of, by name. */
  registered: new Map<string, string>(),
  /** Nodes whose pods are yet to be marked. */
  unmarked: new Set<string>(),
  begun: false,
}));

/** Notes all nodes at first, lest the first one of a cluster that starts looks like all of it. */
function begin(context: ControllerContext): void {
  const state = stateOf(context);
  if (state.begun) return;
  state.begun = true;
  for (const node of context.informers.of(nodes).lister.list()) {
    state.zones.note(node.metadata.name ?? "", zoneOf(node), isReady(node), !isExcluded(node));
  }
}

/** Keys are nodes, and pods ("namespace/name") that were bound to a node that is not ready. */
export const nodeLifecycleController: Controller<Node> = {
  name: "node-controller",
  for: nodes,
  workers: 8,
  watches: [{ resource: pods, filter: wasBound, map: onUnreadyNode }],
  setup(context) {
    indexByNode(context.informers.of(pods));
    const seen = (name: string): void => {
      const signs = stateOf(context).signs.get(name);
      if (signs) signs.seen = context.clock.now();
    };
    const leaseInformer = context.informers.of(leases, { namespace: leaseNamespace });
    leaseInformer.addHandler({
      add: (lease) => seen(lease.metadata.name ?? ""),
      update: (lease, old) => {
        if ((lease.spec?.renewTime ?? "") > (old.spec?.renewTime ?? "")) seen(lease.metadata.name ?? "");
      },
    });
    context.informers.of(nodes).addHandler({
      update: (node, old) => {
        if (hasNewHeartbeat(node, old)) seen(node.metadata.name ?? "");
      },
    });
  },
  reconcile,
};

const isReady = (node: ReadNode): boolean => nodeReady(node)?.status === "True";
const isExcluded = (node: ReadNode): boolean => node.metadata.labels?.[excludeLabel] !== undefined;

/** Region and zone; "" where a node has neither. */
function zoneOf(node: ReadNode): string {
  const labels = node.metadata.labels ?? {};
  const zone = labels["failure-domain.beta.kubernetes.io/zone"] ?? labels["topology.kubernetes.io/zone"] ?? "";
  const region = labels["failure-domain.beta.kubernetes.io/region"] ?? labels["topology.kubernetes.io/region"] ?? "";
  return zone === "" && region === "" ? "" : `${region}:\0:${zone}`;
}

function wasBound(pod: ReadPod, old: ReadPod | undefined): boolean {
  return pod.spec?.nodeName !== undefined && pod.spec.nodeName !== old?.spec?.nodeName;
}

function onUnreadyNode(pod: ReadPod, context: ControllerContext): readonly ObjectKey[] {
  const node = context.informers.of(nodes).lister.get("", pod.spec?.nodeName ?? "");
  return node && nodeReady(node) && !isReady(node) ? [keyOf(pod)] : [];
}

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void> {
  if (key.namespace !== "") return reconcilePod(key, context);
  begin(context);
  const node = context.informers.of(nodes).lister.get("", key.name);
  if (!node) return forget(key.name, context);
  const state = stateOf(context);
  const signs = register(node, context);
  const now = context.clock.now();
  const left = untilSilent(node, signs, now);
  const current = left < 0 ? await markUnknown(node, context) : node;
  const change = state.zones.note(key.name, zoneOf(current), isReady(current), !isExcluded(current));
  spread(change, context);
  const wait = await updateTaints(current, context);
  if (state.unmarked.has(key.name)) await markPods(current, context);
  const waits = [left >= 0 ? left + 1 : undefined, wait].filter((time) => time !== undefined);
  return waits.length > 0 ? { requeueAfter: Math.min(...waits) } : undefined;
}

function forget(name: string, context: ControllerContext): void {
  const { signs, registered, unmarked, zones } = stateOf(context);
  const uid = registered.get(name);
  signs.delete(name);
  unmarked.delete(name);
  spread(zones.forget(name), context);
  if (!registered.delete(name)) return;
  const about = { apiVersion: "v1", kind: "Node", metadata: { name, uid } };
  const message = `Node ${name} event: Removing Node ${name} from Controller`;
  context.recorder.event(about, "Normal", "RemovingNode", message);
}

function register(node: ReadNode, context: ControllerContext): SignsOfLife {
  const { signs, registered } = stateOf(context);
  const { name = "", uid = "" } = node.metadata;
  let known = signs.get(name);
  if (!known || known.uid !== uid) signs.set(name, (known = firstSigns(node, context.clock.now())));
  if (registered.get(name) === uid) return known;
  registered.set(name, uid);
  const message = `Node ${name} event: Registered Node ${name} in Controller`;
  context.recorder.event(node, "Normal", "RegisteredNode", message);
  return known;
}

/** The node's conditions become Unknown; gives the node as written. */
async function markUnknown(node: ReadNode, context: ControllerContext): Promise<ReadNode> {
  const conditions = unknownConditions(node, context.clock.now());
  if (!conditions) return node;
  const wasReady = isReady(node);
  const written = await context.client.updateStatus(nodes, { ...node, status: { ...node.status, conditions } } as Node);
  if (!wasReady) return written;
  const { name = "" } = node.metadata;
  context.recorder.event(node, "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
  stateOf(context).unmarked.add(name);
  return written;
}

/** Makes a change of the whole cluster felt: nodes are looked at again. */
function spread(change: DisruptionChange, context: ControllerContext): void {
  const { signs } = stateOf(context);
  if (change.left) {
    const now = context.clock.now();
    for (const each of signs.values()) each.seen = now;
  }
  const all = change.entered || change.left;
  for (const name of all ? signs.keys() : change.awakened) context.enqueue({ namespace: "", name });
}

/** Writes taints and labels that follow from the node's state; gives the time to wait for the rest. */
async function updateTaints(node: ReadNode, context: ControllerContext): Promise<number | undefined> {
  const { zones } = stateOf(context);
  const { name = "", resourceVersion } = node.metadata;
  const now = context.clock.now();
  const wanted = zones.disrupted ? undefined : evictionTaint(node);
  const current = currentEvictionTaint(node);
  let eviction = wanted;
  let wait: number | undefined;
  if (wanted !== undefined && current === undefined) {
    wait = zones.turn(name, now);
    if (wait !== 0) eviction = undefined;
  } else if (wanted === undefined) zones.stopWaiting(name);
  const taints = taintsFor(node, eviction, now);
  const labels = labelsFor(node);
  if (taints || labels) {
    const patch = {
      metadata: { resourceVersion, ...(labels && { labels }) },
      ...(taints && { spec: { taints: taints.length > 0 ? taints : null } }),
    };
    await context.client.patch(nodes, { name }, patch, { type: "application/merge-patch+json" });
  }
  if (wait === 0) zones.taken(name, now);
  return wait === 0 ? undefined : wait;
}

async function markPods(node: ReadNode, context: ControllerContext): Promise<void> {
  const { name = "" } = node.metadata;
  const { unmarked } = stateOf(context);
  if (!isReady(node)) {
    const results = await Promise.allSettled(
      podsOnNode(context.informers.of(pods).lister, name).map((pod) => markPod(pod, context)),
    );
    throwAll(results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : [])));
  }
  unmarked.delete(name);
}

async function reconcilePod(key: ObjectKey, context: ControllerContext): Promise<void> {
  const pod = context.informers.of(pods).lister.get(key.namespace, key.name);
  if (pod && onUnreadyNode(pod, context).length > 0) await markPod(pod, context);
}

/** Sets a pod's Ready condition to False where it is True. */
async function markPod(pod: ReadPod, context: ControllerContext): Promise<void> {
  const ready = readyCondition(pod);
  if (!ready || ready.status === "False") return;
  const { lastTransitionTime: _then, ...condition } = ready;
  try {
    await patchPodStatus(context, pod, { condition: { ...condition, status: "False" } });
  } catch (error) {
    if (isNotFound(error)) return;
    throw error;
  }
  context.recorder.event(pod, "Warning", "NodeNotReady", "Node is not ready");
}
