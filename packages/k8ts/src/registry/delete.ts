/**
 * Deleting. An object goes at once, unless its kind asks for grace (somebody else finishes it and deletes it again with
 * none left) or finalizers hold it (whoever empties the list lets it go).
 */
import {
  cloneJson,
  conflict,
  type DeepReadonly,
  type FieldError,
  fieldInvalid,
  fieldNotSupported,
  formatTime,
  invalid,
  isNotFound,
  type KubernetesObject,
  parseTime,
} from "@k8ts/api";
import type { CacheRecord } from "../storage/index.ts";
import type { RequestContext } from "./context.ts";
import type { DeleteRequest, Entry, ListResult } from "./resource-store.ts";
import { lostRace, type StoreCore } from "./store-core.ts";
import { foregroundFinalizer, orphanFinalizer } from "./validate-object-meta.ts";

/** What a delete resolves to. */
export interface DeleteResult {
  readonly entry: Entry;
  readonly gone: boolean;
}

/** Deletes one object. */
export async function deleteObject(
  core: StoreCore,
  context: RequestContext,
  namespace: string,
  name: string,
  request: DeleteRequest,
): Promise<DeleteResult> {
  validateDeleteRequest(request);
  for (;;) {
    context.signal.throwIfAborted();
    const record = await core.current(namespace, name);
    if (!record) throw core.notFound(name);
    const old = record.object();
    checkPreconditions(core, old, record.revision, request);
    await admit(core, context, { namespace, name }, old, request);
    const result = await attempt(core, context, record, request);
    if (result !== lostRace) return result;
  }
}

const policies = ["Foreground", "Background", "Orphan"];

function validateDeleteRequest({ orphanDependents, propagationPolicy: policy }: DeleteRequest): void {
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined && policy !== undefined) {
    const text = "orphanDependents and deletionPropagation cannot be both set";
    errors.push(fieldInvalid("propagationPolicy", policy, text));
  }
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(fieldNotSupported("propagationPolicy", policy, [...policies, "nil"]));
  }
  if (errors.length > 0) throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
}

function checkPreconditions(
  core: StoreCore,
  { metadata }: DeepReadonly<KubernetesObject>,
  revision: number,
  { preconditions }: DeleteRequest,
): void {
  // Upstream names the kind here, where a conflict otherwise names the resource.
  const kind = { group: core.resource.group, resource: core.resource.kind };
  const name = metadata.name ?? "";
  if (preconditions?.uid !== undefined && preconditions.uid !== metadata.uid) {
    const text = `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflict(kind, name, text);
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== String(revision)) {
    const text = `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${revision}). The object might have been modified`;
    throw conflict(kind, name, text);
  }
}

async function admit(
  core: StoreCore,
  context: RequestContext,
  target: { namespace: string; name: string },
  old: DeepReadonly<KubernetesObject>,
  request: DeleteRequest,
): Promise<void> {
  const { admission } = core.parts;
  const options = {
    dryRun: request.dryRun,
    options: { kind: "DeleteOptions", apiVersion: "meta.k8s.io/v1", ...request },
  };
  const admissionRequest = core.admissionRequest("DELETE", { ...target, subresource: "" }, { old }, options, context);
  await admission.admit(admissionRequest);
  await admission.validate(admissionRequest);
}

/** One try on what is stored now. */
async function attempt(
  core: StoreCore,
  context: RequestContext,
  record: CacheRecord,
  request: DeleteRequest,
): Promise<DeleteResult | typeof lostRace> {
  const grace = planGrace(core, context, record.object(), request);
  if (grace.action === "pending") return { entry: record, gone: false };
  const object = cloneJson(record.object()) as KubernetesObject;
  setGarbageFinalizers(core, object, request);
  const held = (object.metadata.finalizers ?? []).length > 0 || core.strategy.holdsDeletion?.(object) === true;
  const gone = !held && grace.action === "now";
  if (!gone) mark(core, context, object, grace);
  const entry = gone
    ? await core.remove(object, record.revision, request.dryRun)
    : await core.replace(object, record.revision, request.dryRun);
  return entry === lostRace ? lostRace : { entry, gone };
}

/** How much longer an object may take: none, `seconds` until `timestamp`, or what an earlier delete gave it. */
type Grace =
  | { readonly action: "now" }
  | { readonly action: "pending" }
  | { readonly action: "grace"; readonly seconds: number; readonly timestamp: number };

function planGrace(
  core: StoreCore,
  context: RequestContext,
  object: DeepReadonly<KubernetesObject>,
  request: DeleteRequest,
): Grace {
  if (!core.strategy.gracePeriod) return { action: "now" };
  const now = context.clock.now();
  // A negative period counts as one second.
  const asked = request.gracePeriodSeconds;
  const requested = asked !== undefined && asked < 0 ? 1 : asked;
  if (object.metadata.deletionTimestamp) return shortenGrace(object, requested, now);
  const seconds = core.strategy.gracePeriod(object, requested);
  return seconds > 0 ? { action: "grace", seconds, timestamp: now + seconds * 1000 } : { action: "now" };
}

/** Of an object that is already being deleted, the grace can only become shorter. */
function shortenGrace(object: DeepReadonly<KubernetesObject>, requested: number | undefined, now: number): Grace {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  const given =
    deletionGracePeriodSeconds !== undefined && deletionGracePeriodSeconds < 0 ? 1 : deletionGracePeriodSeconds;
  if (!given) return { action: "now" };
  if (requested === undefined || requested >= given) return { action: "pending" };
  if (requested === 0) return { action: "now" };
  const timestamp = parseTime(deletionTimestamp) + (requested - given) * 1000;
  return timestamp < now
    ? { action: "grace", seconds: 1, timestamp: now }
    : { action: "grace", seconds: requested, timestamp };
}

/** Marks an object as being deleted; its finalizers or its grace period keep it in the store. */
function mark(core: StoreCore, context: RequestContext, object: KubernetesObject, grace: Grace): void {
  const { metadata } = object;
  const first = !metadata.deletionTimestamp;
  if (first && metadata.generation) metadata.generation++;
  if (grace.action === "grace") {
    metadata.deletionTimestamp = formatTime(grace.timestamp);
    metadata.deletionGracePeriodSeconds = grace.seconds;
  } else {
    const now = context.clock.now();
    if (first || parseTime(metadata.deletionTimestamp) > now) metadata.deletionTimestamp = formatTime(now);
    metadata.deletionGracePeriodSeconds = 0;
  }
  if (first) core.strategy.beginGracefulDeletion?.(object);
}

/** Leaves the garbage collector its finalizer, as the request, the object and the kind (in this order) want it. */
function setGarbageFinalizers(core: StoreCore, object: KubernetesObject, request: DeleteRequest): void {
  const before = object.metadata.finalizers ?? [];
  const policy = garbagePolicy(core, before, request);
  const finalizers = before.filter((name) => name !== orphanFinalizer && name !== foregroundFinalizer);
  if (policy === "Orphan") finalizers.push(orphanFinalizer);
  if (policy === "Foreground") finalizers.push(foregroundFinalizer);
  const same = finalizers.length === before.length && finalizers.every((name) => before.includes(name));
  if (!same) object.metadata.finalizers = finalizers.length > 0 ? finalizers : undefined;
}

function garbagePolicy(
  core: StoreCore,
  finalizers: readonly string[],
  { orphanDependents, propagationPolicy }: DeleteRequest,
): "Foreground" | "Background" | "Orphan" {
  if (orphanDependents !== undefined) return orphanDependents ? "Orphan" : "Background";
  if (propagationPolicy !== undefined) return propagationPolicy;
  for (const finalizer of finalizers) {
    if (finalizer === orphanFinalizer) return "Orphan";
    if (finalizer === foregroundFinalizer) return "Foreground";
  }
  return core.strategy.defaultGarbagePolicy ?? "Background";
}

/** How many objects of a collection are deleted at once: they share flushes. */
const collectionConcurrency = 32;

/** Deletes everything listed; what somebody else deleted meanwhile counts as done. Throws the first error. */
export async function deleteListed(
  core: StoreCore,
  context: RequestContext,
  list: ListResult,
  request: DeleteRequest,
): Promise<void> {
  const entries = [...list.entries()].values();
  let failure: unknown;
  const worker = async (): Promise<void> => {
    for (const entry of entries) {
      if (failure) return;
      const { namespace = "", name = "" } = entry.object().metadata;
      try {
        await deleteObject(core, context, namespace, name, request);
      } catch (error) {
        if (!isNotFound(error)) failure ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: collectionConcurrency }, worker));
  if (failure) throw failure as Error;
}
