/**
 * What ReplicaSets and ReplicationControllers share: keep as many pods as asked for, made from a template and found by
 * a selector. Events about a pod cost O(its labels); a reconcile costs O(its replicas).
 */
import {
  cloneJson,
  controllerOf,
  deepEqual,
  groupVersionOf,
  isNotFound,
  type DeepReadonly,
  type KubernetesObject,
  type LabelMatcher,
  type ObjectKey,
  type Resource,
} from "@k8ts/api";
import type { ReplicaSetSpec, ReplicaSetStatus } from "@k8ts/api/apps/v1";
import { pods, type Pod } from "@k8ts/api/core/v1";
import type { LabelSelector } from "@k8ts/api/meta/v1";
import { Expectations, type Controller, type ControllerContext, type ReconcileResult } from "@k8ts/client";
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
import { keyOf, keyText } from "../keys.ts";
import { perContext } from "../per-context.ts";
import { createPod, deletePod, podFromTemplate } from "../pods/pod-control.ts";
import { isPodActive, isPodReady, isPodTerminating } from "../pods/pod-state.ts";
import { podsToDelete } from "./pod-ranking.ts";
import { isSameReplicaStatus, nextAvailability, replicaStatus, type ReplicaObservation } from "./replica-status.ts";
import { slowStart } from "./slow-start.ts";

/** What this controller runs: the two kinds differ in their selector and in one field of their status. */
export interface ReplicaOwner extends KubernetesObject {
  spec?: Omit<ReplicaSetSpec, "selector"> & { selector?: unknown };
  status?: ReplicaSetStatus;
}

type ReadOwner = DeepReadonly<ReplicaOwner>;

/** How a kind differs. */
export interface ReplicaKind {
  readonly name: string;
  readonly resource: Resource<ReplicaOwner>;
  /** The selector object itself, always the same one for the same owner (parsed once); undefined selects nothing. */
  selectorOf(owner: ReadOwner): DeepReadonly<LabelSelector> | undefined;
  matcherOf(owner: ReadOwner): LabelMatcher;
  readonly reportsTerminating: boolean;
}

type ReadPod = DeepReadonly<Pod>;

/** Most pods created or deleted by one reconcile, as upstream. */
const burstReplicas = 500;

const expectationsOf = perContext((context) => new Expectations(context.clock));

/** The controller of a kind. */
export function replicaController(kind: ReplicaKind): Controller<ReplicaOwner> {
  return {
    name: kind.name,
    for: kind.resource,
    watches: [
      {
        resource: pods,
        filter: concernsOwner,
        map: (pod: ReadPod, context: ControllerContext) => ownersOf(kind, context, pod),
      },
    ],
    setup: (context) => setUp(kind, context),
    reconcile: (key, context) => reconcile(kind, key, context),
  };
}

function setUp(kind: ReplicaKind, context: ControllerContext): void {
  const owners = context.informers.of(kind.resource);
  const podInformer = context.informers.of(pods);
  indexByController(podInformer);
  indexByLabels(podInformer);
  indexByController(owners);
  indexBySelector(owners, (owner) => kind.selectorOf(owner)?.matchLabels);
  const expectations = expectationsOf(context);
  const observe = (pod: ReadPod, seen: (owner: string) => void): void => {
    const owner = controllerIn(kind, context, pod);
    if (owner) seen(keyText(keyOf(owner)));
  };
  const deleted = (pod: ReadPod): void =>
    observe(pod, (owner) => expectations.deletionObserved(owner, pod.metadata.uid ?? ""));
  podInformer.addHandler({
    add: (pod) => {
      if (pod.metadata.deletionTimestamp !== undefined) deleted(pod);
      else observe(pod, (owner) => expectations.creationObserved(owner));
    },
    update: (pod, old) => {
      if (pod.metadata.uid !== old.metadata.uid) deleted(old);
      if (pod.metadata.deletionTimestamp !== undefined) deleted(pod);
    },
    delete: (pod) => deleted(pod),
  });
  owners.addHandler({
    update: (owner, old) => {
      if (owner.metadata.uid !== old.metadata.uid) expectations.delete(keyText(keyOf(old)));
    },
    delete: (owner) => expectations.delete(keyText(keyOf(owner))),
  });
}

/** A pod's change concerns its owner only where it may change which pods count, and how. */
function concernsOwner(pod: ReadPod, old: ReadPod | undefined): boolean {
  if (!old) return true;
  return (
    pod.metadata.uid !== old.metadata.uid ||
    pod.metadata.deletionTimestamp !== old.metadata.deletionTimestamp ||
    pod.status?.phase !== old.status?.phase ||
    isPodReady(pod) !== isPodReady(old) ||
    !deepEqual(pod.metadata.labels, old.metadata.labels) ||
    !deepEqual(pod.metadata.ownerReferences, old.metadata.ownerReferences)
  );
}

/** The pod's controller, where it is of this kind and still the same object. */
function controllerIn(kind: ReplicaKind, context: ControllerContext, pod: ReadPod): ReadOwner | undefined {
  const reference = controllerOf(pod);
  if (reference?.kind !== kind.resource.kind) return undefined;
  const owner = context.informers.of(kind.resource).lister.get(pod.metadata.namespace ?? "", reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** Whom a pod concerns: its controller, or for an orphan all that may adopt it. */
function ownersOf(kind: ReplicaKind, context: ControllerContext, pod: ReadPod): readonly ObjectKey[] {
  if (controllerOf(pod)) {
    const owner = controllerIn(kind, context, pod);
    return owner ? [keyOf(owner)] : [];
  }
  const { namespace = "", labels } = pod.metadata;
  return selecting(context.informers.of(kind.resource).lister, namespace, labels)
    .filter((owner) => kind.selectorOf(owner) !== undefined && kind.matcherOf(owner).matches(labels))
    .map((owner) => keyOf(owner));
}

async function reconcile(
  kind: ReplicaKind,
  key: ObjectKey,
  context: ControllerContext,
): Promise<ReconcileResult | void> {
  const expectations = expectationsOf(context);
  const owner = context.informers.of(kind.resource).lister.get(key.namespace, key.name);
  if (!owner) {
    expectations.delete(keyText(key));
    return;
  }
  const selector = kind.selectorOf(owner);
  if (!selector) return;
  const mayManage = expectations.satisfied(keyText(key));
  const { active, terminating } = await podsOf(kind, context, owner, selector);
  let failure: unknown;
  if (mayManage && owner.metadata.deletionTimestamp === undefined) {
    failure = await manageReplicas(kind, context, owner, active).catch(
      (error: unknown) => error ?? new Error("failed"),
    );
  }
  const seen = observation(owner, active, kind.reportsTerminating ? terminating : undefined, failure, context);
  const status = replicaStatus(seen);
  await writeStatus(kind, context, owner, status);
  if (failure !== undefined) throw failure;
  if (seen.minReadySeconds > 0 && (status.readyReplicas ?? 0) !== (status.availableReplicas ?? 0)) {
    return { requeueAfter: nextAvailability(seen) ?? seen.minReadySeconds * 1000 };
  }
}

function observation(
  owner: ReadOwner,
  active: readonly ReadPod[],
  terminating: readonly ReadPod[] | undefined,
  failure: unknown,
  context: ControllerContext,
): ReplicaObservation {
  return {
    replicas: owner.spec?.replicas ?? 1,
    minReadySeconds: owner.spec?.minReadySeconds ?? 0,
    templateLabels: owner.spec?.template?.metadata?.labels ?? {},
    status: owner.status,
    active,
    terminating,
    failure,
    now: context.clock.now(),
  };
}

/** The owner's pods after adopting orphans and releasing strangers. */
async function podsOf(
  kind: ReplicaKind,
  context: ControllerContext,
  owner: ReadOwner,
  selector: DeepReadonly<LabelSelector>,
): Promise<{ active: ReadPod[]; terminating: ReadPod[] }> {
  const { lister } = context.informers.of(pods);
  const matcher = kind.matcherOf(owner);
  const own = controlledBy(lister, owner.metadata.uid ?? "");
  const matching = objectsMatching(lister, owner.metadata.namespace ?? "", selector, matcher);
  const orphans = matching.filter((pod) => isPodActive(pod) && !controllerOf(pod));
  const active = await claimObjects(context, {
    owner,
    ownerResource: kind.resource,
    selector: matcher,
    resource: pods,
    candidates: [...own.filter(isPodActive), ...orphans],
  });
  const terminating = own.filter((pod) => isPodTerminating(pod) && matcher.matches(pod.metadata.labels));
  return { active, terminating };
}

async function manageReplicas(
  kind: ReplicaKind,
  context: ControllerContext,
  owner: ReadOwner,
  active: readonly ReadPod[],
): Promise<void> {
  const missing = (owner.spec?.replicas ?? 1) - active.length;
  if (missing > 0) await createReplicas(kind, context, owner, Math.min(missing, burstReplicas));
  if (missing < 0) await deleteReplicas(kind, context, owner, active, Math.min(-missing, burstReplicas));
}

async function createReplicas(
  kind: ReplicaKind,
  context: ControllerContext,
  owner: ReadOwner,
  count: number,
): Promise<void> {
  const expectations = expectationsOf(context);
  const key = keyText(keyOf(owner));
  const template = owner.spec?.template ?? {};
  const ownerKind = { apiVersion: groupVersionOf(kind.resource), kind: kind.resource.kind };
  expectations.expectCreations(key, count);
  let pending = count;
  const { error } = await slowStart(count, async () => {
    try {
      await createPod(context, owner, podFromTemplate(template, owner, ownerKind));
      pending--;
    } catch (error) {
      // Nothing can be created in a namespace that is going away; the owner goes with it.
      if (!isNamespaceTerminating(error)) throw error;
    }
  });
  for (; pending > 0; pending--) expectations.creationObserved(key);
  if (error !== undefined) throw error;
}

async function deleteReplicas(
  kind: ReplicaKind,
  context: ControllerContext,
  owner: ReadOwner,
  active: readonly ReadPod[],
  count: number,
): Promise<void> {
  const expectations = expectationsOf(context);
  const key = keyText(keyOf(owner));
  const victims = podsToDelete(active, relatedPods(kind, context, owner), count, context.clock.now());
  expectations.expectDeletions(
    key,
    victims.map((pod) => pod.metadata.uid ?? ""),
  );
  const results = await Promise.allSettled(
    victims.map(async (pod) => {
      try {
        await deletePod(context, owner, pod);
      } catch (error) {
        expectations.deletionObserved(key, pod.metadata.uid ?? "");
        if (!isNotFound(error)) throw error;
      }
    }),
  );
  const failure = results.find((result) => result.status === "rejected");
  if (failure) throw failure.reason;
}

/** Pods of all owners that have the same controller (a Deployment's ReplicaSets): they should spread over nodes. */
function relatedPods(kind: ReplicaKind, context: ControllerContext, owner: ReadOwner): readonly ReadPod[] {
  const controller = controllerOf(owner);
  if (!controller) return [];
  const { lister } = context.informers.of(pods);
  const related = new Map<string, ReadPod>();
  for (const sibling of controlledBy(context.informers.of(kind.resource).lister, controller.uid)) {
    const selector = kind.selectorOf(sibling);
    if (!selector) continue;
    const matcher = kind.matcherOf(sibling);
    for (const pod of objectsMatching(lister, sibling.metadata.namespace ?? "", selector, matcher)) {
      related.set(pod.metadata.uid ?? "", pod);
    }
  }
  return [...related.values()];
}

/** Writes the status where it differs; one retry on a fresh object. */
async function writeStatus(
  kind: ReplicaKind,
  context: ControllerContext,
  owner: ReadOwner,
  status: ReplicaSetStatus,
): Promise<void> {
  const { generation } = owner.metadata;
  if (isSameReplicaStatus(owner.status, status, generation)) return;
  const next = { ...status, ...(generation !== undefined && { observedGeneration: generation }) };
  const write = (object: ReadOwner): Promise<unknown> =>
    context.client.updateStatus(kind.resource, { ...(cloneJson(object) as ReplicaOwner), status: next });
  try {
    await write(owner);
  } catch (error) {
    // Deleted by now: its status is nobody's concern any more.
    if (isNotFound(error)) return;
    await write(await context.client.get(kind.resource, keyOf(owner)));
  }
}
