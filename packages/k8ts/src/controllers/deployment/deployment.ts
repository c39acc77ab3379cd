/**
 * The Deployment controller. Per event it costs O(labels); per reconcile O(ReplicaSets of the Deployment).
 *
 *     Deployment ──template──▶ ReplicaSet name-hash ──▶ pods
 *                              older ReplicaSets, scaled to 0, kept for undo
 */
import { controllerOf, deepEqual, isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { deployments, replicaSets, type Deployment } from "@k8ts/api/apps/v1";
import { pods, type Pod } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { claimObjects } from "../claim.ts";
import { isNamespaceTerminating } from "../errors.ts";
import {
  controlledBy,
  indexByController,
  indexByLabels,
  indexBySelector,
  objectsMatching,
  selecting,
} from "../indexes.ts";
import { keyOf } from "../keys.ts";
import { isPodTerminal } from "../pods/pod-state.ts";
import { matcherOf } from "../selectors.ts";
import type { ReadDeployment, ReadReplicaSet } from "./replica-set-lists.ts";
import { Rollout } from "./rollout.ts";

/** Rolls a Deployment's pods to its template, by ReplicaSets. */
export const deploymentController: Controller<Deployment> = {
  name: "deployment-controller",
  for: deployments,
  owns: [replicaSets],
  watches: [{ resource: replicaSets, filter: mayBeAdopted, map: adopters }],
  setup(context) {
    const podInformer = context.informers.of(pods);
    const setInformer = context.informers.of(replicaSets);
    indexByController(podInformer);
    indexByController(setInformer);
    indexByLabels(setInformer);
    indexBySelector(context.informers.of(deployments), (deployment) => deployment.spec?.selector?.matchLabels);
    podInformer.addHandler({ delete: (pod) => wakeRecreate(context, pod) });
  },
  reconcile,
};

/** An orphaned ReplicaSet that is new, or whose labels or owners changed. */
function mayBeAdopted(set: ReadReplicaSet, old: ReadReplicaSet | undefined): boolean {
  if (controllerOf(set)) return false;
  return !old || controllerOf(old) !== undefined || !deepEqual(set.metadata.labels, old.metadata.labels);
}

function adopters(set: ReadReplicaSet, context: ControllerContext): readonly ObjectKey[] {
  if (controllerOf(set)) return [];
  const { namespace = "", labels } = set.metadata;
  return selecting(context.informers.of(deployments).lister, namespace, labels)
    .filter((deployment) => {
      const selector = deployment.spec?.selector;
      const matcher = selector && matcherOf(selector);
      return matcher && !matcher.empty && matcher.matches(labels);
    })
    .map((deployment) => keyOf(deployment));
}

/** Recreate goes on when the last old pod is gone, which no ReplicaSet's change may tell. */
function wakeRecreate(context: ControllerContext, pod: DeepReadonly<Pod>): void {
  const setReference = controllerOf(pod);
  if (setReference?.kind !== replicaSets.kind) return;
  const { namespace = "" } = pod.metadata;
  const set = context.informers.of(replicaSets).lister.get(namespace, setReference.name);
  const reference = set?.metadata.uid === setReference.uid ? set && controllerOf(set) : undefined;
  if (reference?.kind !== deployments.kind) return;
  const deployment = context.informers.of(deployments).lister.get(namespace, reference.name);
  if (deployment?.spec?.strategy?.type === "Recreate") context.enqueue(keyOf(deployment));
}

async function reconcile(key: ObjectKey, context: ControllerContext): Promise<ReconcileResult | void> {
  const deployment = context.informers.of(deployments).lister.get(key.namespace, key.name);
  if (!deployment) return;
  const selector = deployment.spec?.selector;
  if (!selector || matcherOf(selector).empty) return rejectEmptySelector(context, deployment);
  const setLister = context.informers.of(replicaSets).lister;
  const own = controlledBy(setLister, deployment.metadata.uid ?? "");
  const orphans = objectsMatching(setLister, key.namespace, selector).filter((set) => !controllerOf(set));
  const sets = await claimObjects(context, {
    owner: deployment,
    ownerResource: deployments,
    selector: matcherOf(selector),
    resource: replicaSets,
    candidates: [...own, ...orphans],
  });
  const podLister = context.informers.of(pods).lister;
  const oldPodsRun = (current: ReadReplicaSet | undefined): boolean =>
    sets.some((set) => set.metadata.uid !== current?.metadata.uid && runsPods(set));
  const runsPods = (set: ReadReplicaSet): boolean =>
    (set.status?.replicas ?? 0) > 0 ||
    controlledBy(podLister, set.metadata.uid ?? "").some((pod) => !isPodTerminal(pod));
  try {
    return await new Rollout(context, deployment, sets, oldPodsRun).reconcile();
  } catch (error) {
    // It went meanwhile, or goes with its namespace: there is nothing to try again.
    if (!isNamespaceTerminating(error) && !isGone(error, key)) throw error;
  }
}

/** True for the answer that the Deployment itself does not exist any more. */
function isGone(error: unknown, key: ObjectKey): boolean {
  if (!isNotFound(error)) return false;
  const { kind, name } = error.status.details ?? {};
  return kind === deployments.resource && name === key.name;
}

async function rejectEmptySelector(context: ControllerContext, deployment: ReadDeployment): Promise<void> {
  const message = "This deployment is selecting all pods. A non-empty selector is required.";
  context.recorder.event(deployment, "Warning", "SelectingAll", message);
  const { generation = 0 } = deployment.metadata;
  if ((deployment.status?.observedGeneration ?? 0) >= generation) return;
  const status = { ...deployment.status, observedGeneration: generation };
  await context.client.updateStatus(deployments, { ...deployment, status } as Deployment);
}
