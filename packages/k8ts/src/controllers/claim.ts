/**
 * Who controls what: controllers adopt orphans that their selector matches and release objects that it no longer does.
 * Patches carry the uid of the object they mean, so that one that was deleted and made again is left alone.
 */
import {
  controllerOf,
  groupVersionOf,
  isInvalid,
  isNotFound,
  ownerReference,
  type DeepReadonly,
  type KubernetesObject,
  type LabelMatcher,
  type Resource,
} from "@k8ts/api";
import type { ControllerContext } from "@k8ts/client";
import { errorText, throwAll } from "./errors.ts";

/** What to claim, for whom. */
export interface Claim<T extends KubernetesObject> {
  /** The controller, as its cache has it. */
  readonly owner: DeepReadonly<KubernetesObject>;
  readonly ownerResource: Resource<KubernetesObject>;
  readonly selector: LabelMatcher;
  readonly resource: Resource<T>;
  /** The owner's objects, and orphans that it might want. */
  readonly candidates: readonly DeepReadonly<T>[];
}

/** Adopts and releases; returns the candidates that the owner now controls. Throws what failed, after trying all. */
export async function claimObjects<T extends KubernetesObject>(
  context: ControllerContext,
  claim: Claim<T>,
): Promise<DeepReadonly<T>[]> {
  const claimed: DeepReadonly<T>[] = [];
  const errors: unknown[] = [];
  let recheck: Promise<void> | undefined;
  const mayAdopt = (): Promise<void> => (recheck ??= checkOwner(context, claim));
  for (const object of claim.candidates) {
    if (isSettled(claim, object)) {
      claimed.push(object);
      continue;
    }
    try {
      if (await claimOne(context, claim, object, mayAdopt)) claimed.push(object);
    } catch (error) {
      if (!isNotFound(error)) errors.push(error);
    }
  }
  throwAll(errors);
  return claimed;
}

/** True for what the owner has and wants: nearly all candidates, nearly always. */
function isSettled<T extends KubernetesObject>(claim: Claim<T>, object: DeepReadonly<T>): boolean {
  const { metadata } = object as DeepReadonly<KubernetesObject>;
  return controllerOf({ metadata })?.uid === claim.owner.metadata.uid && claim.selector.matches(metadata.labels);
}

async function claimOne<T extends KubernetesObject>(
  context: ControllerContext,
  claim: Claim<T>,
  object: DeepReadonly<T>,
  mayAdopt: () => Promise<void>,
): Promise<boolean> {
  const { metadata } = object as DeepReadonly<KubernetesObject>;
  const owner = claim.owner.metadata;
  const ownerGoing = owner.deletionTimestamp !== undefined;
  const controller = controllerOf({ metadata });
  const wanted = claim.selector.matches(metadata.labels);
  if (controller) {
    if (controller.uid !== owner.uid) return false;
    if (!wanted && !ownerGoing) await release(context, claim, object);
    return wanted;
  }
  if (ownerGoing || !wanted || metadata.deletionTimestamp !== undefined) return false;
  if ((owner.namespace ?? "") !== (metadata.namespace ?? "")) return false;
  await adopt(context, claim, object, mayAdopt);
  return true;
}

/** The owner's live state allows adoption: the cache may lag behind its deletion. */
async function checkOwner<T extends KubernetesObject>(context: ControllerContext, claim: Claim<T>): Promise<void> {
  const { kind } = claim.ownerResource;
  const { namespace = "", name = "", uid } = claim.owner.metadata;
  let fresh: DeepReadonly<KubernetesObject>;
  try {
    fresh = await context.client.get(claim.ownerResource, { namespace, name });
  } catch (error) {
    throw new Error(`can't recheck DeletionTimestamp: ${errorText(error)}`, { cause: error });
  }
  if (fresh.metadata.uid !== uid) {
    const got = `got uid ${fresh.metadata.uid}, wanted ${uid}`;
    throw new Error(`can't recheck DeletionTimestamp: original ${kind} ${namespace}/${name} is gone: ${got}`);
  }
  if (fresh.metadata.deletionTimestamp !== undefined) {
    throw new Error(`${namespace}/${name} has just been deleted at ${fresh.metadata.deletionTimestamp}`);
  }
}

async function adopt<T extends KubernetesObject>(
  context: ControllerContext,
  claim: Claim<T>,
  object: DeepReadonly<T>,
  mayAdopt: () => Promise<void>,
): Promise<void> {
  const { namespace = "", name = "", uid } = (object as DeepReadonly<KubernetesObject>).metadata;
  try {
    await mayAdopt();
  } catch (error) {
    const what = `${claim.resource.kind} ${namespace}/${name} (${uid})`;
    throw new Error(`can't adopt ${what}: ${errorText(error)}`, { cause: error });
  }
  const { kind } = claim.ownerResource;
  const apiVersion = groupVersionOf(claim.ownerResource);
  const reference = ownerReference({ apiVersion, kind, metadata: claim.owner.metadata });
  const patch = { metadata: { uid, ownerReferences: [reference] } };
  await context.client.patch(claim.resource, { namespace, name }, patch);
}

async function release<T extends KubernetesObject>(
  context: ControllerContext,
  claim: Claim<T>,
  object: DeepReadonly<T>,
): Promise<void> {
  const { namespace = "", name = "", uid } = (object as DeepReadonly<KubernetesObject>).metadata;
  const patch = { metadata: { uid, ownerReferences: [{ $patch: "delete", uid: claim.owner.metadata.uid }] } };
  try {
    await context.client.patch(claim.resource, { namespace, name }, patch);
  } catch (error) {
    // Gone, without such a reference, or another object of that name by now: nothing left to release.
    if (!isNotFound(error) && !isInvalid(error)) throw error;
  }
}
