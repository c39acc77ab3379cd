/** Updating: read, change, admit, validate, compare-and-set; again where somebody else wrote between. */
import { deepEqual, type DeepReadonly, fieldInvalid, fromStatus, invalid, type KubernetesObject } from "@k8ts/api";
import type { CacheRecord } from "../storage/index.ts";
import type { RequestContext } from "./context.ts";
import { createNamed } from "./create.ts";
import { parseResourceVersion } from "./list-options.ts";
import {
  dedupOwnerReferences,
  keepSystemFields,
  settleNamespace,
  specChanged,
  wipeSystemFields,
} from "./object-meta.ts";
import type { Entry, MutationOptions } from "./resource-store.ts";
import { lostRace, type StoreCore } from "./store-core.ts";
import type { UpdateStrategy } from "./strategy.ts";
import { validateObjectMeta, validateObjectMetaUpdate } from "./validate-object-meta.ts";

/** Makes the new object of the one that is stored (undefined: there is none). */
export type Change = (
  current: DeepReadonly<KubernetesObject> | undefined,
) => KubernetesObject | Promise<KubernetesObject>;

/** One update, as its steps need it. */
interface Update {
  readonly core: StoreCore;
  readonly context: RequestContext;
  readonly namespace: string;
  readonly name: string;
  readonly change: Change;
  readonly options: MutationOptions;
}

/** What an update resolves to. */
export interface UpdateResult {
  readonly entry: Entry;
  readonly created: boolean;
}

/** Updates an object, or creates it where the kind allows that. */
export async function update(core: StoreCore, request: Omit<Update, "core">): Promise<UpdateResult> {
  const step: Update = { core, ...request };
  for (;;) {
    step.context.signal.throwIfAborted();
    const current = await core.current(step.namespace, step.name);
    const result = current ? await updateExisting(step, current) : await createMissing(step);
    if (result !== lostRace) return result;
  }
}

async function createMissing(step: Update): Promise<UpdateResult> {
  const { core, context, namespace, name, options } = step;
  if (!core.strategy.allowCreateOnUpdate || options.subresource !== "") throw core.notFound(name);
  const object = await step.change(undefined);
  settleNamespace(object, core.resource, namespace);
  wipeSystemFields(object);
  const target = { namespace, name, subresource: "" };
  await core.parts.admission.admit(core.admissionRequest("CREATE", target, { object }, options, context));
  return { entry: await createNamed(core, context, object, options), created: true };
}

async function updateExisting(step: Update, record: CacheRecord): Promise<UpdateResult | typeof lostRace> {
  const { core, context, namespace, name, options } = step;
  const old = record.object();
  const object = await step.change(old);
  checkPreconditions(step, object, old, record.revision);
  settleNamespace(object, core.resource, namespace);
  dedupOwnerReferences(object, context, false);
  const target = { namespace, name, subresource: options.subresource };
  await core.parts.admission.admit(core.admissionRequest("UPDATE", target, { object, old }, options, context));
  dedupOwnerReferences(object, context, true);
  settleNamespace(object, core.resource, namespace);
  object.metadata.resourceVersion = String(record.revision);
  return writeExisting(step, object, old, record);
}

/** From strategy to storage. */
async function writeExisting(
  step: Update,
  object: KubernetesObject,
  old: DeepReadonly<KubernetesObject>,
  record: CacheRecord,
): Promise<UpdateResult | typeof lostRace> {
  const { core, context, options } = step;
  prepare(step, object, old);
  const transaction =
    options.subresource === "" ? core.strategy.begin?.(object, old, context, options.dryRun) : undefined;
  let stored = false;
  try {
    validate(step, object, old);
    const target = { namespace: step.namespace, name: step.name, subresource: options.subresource };
    await core.parts.admission.validate(core.admissionRequest("UPDATE", target, { object, old }, options, context));
    const entry = await store(step, object, old, record);
    if (entry === lostRace) return lostRace;
    stored = !options.dryRun;
    return { entry, created: false };
  } finally {
    if (stored) transaction?.commit();
    else transaction?.revert();
  }
}

async function store(
  { core, options }: Update,
  object: KubernetesObject,
  old: DeepReadonly<KubernetesObject>,
  record: CacheRecord,
): Promise<Entry | typeof lostRace> {
  if (leavesNow(core, object, old)) return core.remove(object, record.revision, options.dryRun);
  // Writing what is there already would only wake everybody who watches.
  if (deepEqual(object, old)) return record;
  return core.replace(object, record.revision, options.dryRun);
}

/** True where this update takes away the last thing that kept a deleted object. */
function leavesNow(core: StoreCore, object: KubernetesObject, old: DeepReadonly<KubernetesObject>): boolean {
  if (!old.metadata.deletionTimestamp || (object.metadata.finalizers ?? []).length > 0) return false;
  return (old.metadata.deletionGracePeriodSeconds ?? 0) === 0 && !core.strategy.holdsDeletion?.(object);
}

function checkPreconditions(
  { core, name }: Update,
  object: KubernetesObject,
  old: DeepReadonly<KubernetesObject>,
  revision: number,
): void {
  const { uid, resourceVersion } = object.metadata;
  if (uid && uid !== old.metadata.uid) {
    const key = core.parts.cache.prefix + core.key(old.metadata.namespace ?? "", name);
    const text = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`;
    throw core.conflict(
      name,
      `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${text}`,
    );
  }
  const asked = parseResourceVersion(resourceVersion) ?? 0;
  if (asked === 0) {
    if (core.strategy.allowUnconditionalUpdate === false) throw mustBeSpecified(core, name);
  } else if (asked !== revision) throw core.conflict(name);
}

function mustBeSpecified(core: StoreCore, name: string): Error {
  const error = fieldInvalid("metadata.resourceVersion", 0, "must be specified for an update");
  const { status } = invalid({ group: core.resource.group, kind: core.resource.resource }, name, [error]);
  return fromStatus(status);
}

/** The strategy of the subresource that is written, or undefined for the object itself. */
function subresourceStrategy({ core, options }: Update): UpdateStrategy<KubernetesObject> | undefined {
  if (options.subresource === "") return undefined;
  const { status, subresources } = core.strategy;
  return options.subresource === "status" ? status : subresources?.[options.subresource];
}

function prepare(step: Update, object: KubernetesObject, old: DeepReadonly<KubernetesObject>): void {
  const { core, context, options } = step;
  const { strategy } = core;
  core.applyDefaults(object);
  object.metadata.generation = old.metadata.generation;
  const subresource = subresourceStrategy(step);
  if (subresource) subresource.prepareForUpdate(object, old, context);
  else strategy.prepareForUpdate?.(object, old, context);
  keepSystemFields(object, old);
  const raises = strategy.generation && options.subresource !== "status" && !subresource?.keepsGeneration;
  if (raises && specChanged(object, old)) {
    object.metadata.generation = (old.metadata.generation ?? 0) + 1;
  }
}

function validate(step: Update, object: KubernetesObject, old: DeepReadonly<KubernetesObject>): void {
  const { core, context } = step;
  const { strategy, resource } = core;
  const errors = [
    ...validateObjectMeta(object.metadata, resource),
    ...validateObjectMetaUpdate(object.metadata, old.metadata),
  ];
  const subresource = subresourceStrategy(step);
  if (subresource) errors.push(...(subresource.validateUpdate?.(object, old, context) ?? []));
  else if (strategy.validateUpdate) errors.push(...strategy.validateUpdate(object, old, context));
  else errors.push(...(strategy.validate?.(object, context) ?? []));
  if (errors.length > 0) throw core.invalid(object.metadata.name ?? "", errors);
  if (!subresource) context.warnings.push(...(strategy.warnings?.(object, old) ?? []));
}
