/** Creating: mutating admission, the kind's strategy, validating admission, storage. */
import {
  alreadyExists,
  cloneJson,
  fromStatus,
  generateNameConflict,
  isAlreadyExists,
  isDnsSubdomain,
  type KubernetesObject,
  maskTrailingDash,
  StatusError,
} from "@k8ts/api";
import type { RequestContext } from "./context.ts";
import { dedupOwnerReferences, fillSystemFields, settleNamespace, wipeSystemFields } from "./object-meta.ts";
import type { Entry, MutationOptions } from "./resource-store.ts";
import type { StoreCore } from "./store-core.ts";
import { validateObjectMeta } from "./validate-object-meta.ts";

/** How often a generated name is drawn before the client is told that none was free; as upstream. */
const nameAttempts = 8;

/** Creates an object, which becomes the store's. */
export async function create(
  core: StoreCore,
  context: RequestContext,
  namespace: string,
  object: KubernetesObject,
  options: MutationOptions,
): Promise<Entry> {
  object.metadata ??= {};
  if (object.metadata.resourceVersion && object.metadata.resourceVersion !== "0") {
    throw resourceVersionOnCreate();
  }
  settleNamespace(object, core.resource, namespace);
  wipeSystemFields(object);
  dedupOwnerReferences(object, context, false);
  const target = { namespace, name: object.metadata.name ?? "", subresource: options.subresource };
  await core.parts.admission.admit(core.admissionRequest("CREATE", target, { object }, options, context));
  dedupOwnerReferences(object, context, true);
  settleNamespace(object, core.resource, namespace);
  return object.metadata.generateName && !object.metadata.name
    ? createGenerated(core, context, object, options)
    : createNamed(core, context, object, options);
}

function resourceVersionOnCreate(): StatusError {
  const message = "resourceVersion should not be set on objects to be created";
  return fromStatus({ apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", message, code: 500 });
}

async function createGenerated(
  core: StoreCore,
  context: RequestContext,
  object: KubernetesObject,
  options: MutationOptions,
): Promise<Entry> {
  for (let attempt = 1; ; attempt++) {
    const candidate = attempt === nameAttempts ? object : (cloneJson(object) as KubernetesObject);
    try {
      return await createNamed(core, context, candidate, options);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      if (attempt === nameAttempts) throw generateNameConflict(core.resource, candidate.metadata.name ?? "", 1);
    }
  }
}

/**
 * The rest of a create, once mutators have run; also for an update that creates. Throws Invalid, AlreadyExists and what
 * admission throws.
 */
export async function createNamed(
  core: StoreCore,
  context: RequestContext,
  object: KubernetesObject,
  options: MutationOptions,
): Promise<Entry> {
  const { strategy } = core;
  fillSystemFields(object, context);
  core.applyDefaults(object);
  if (strategy.generation) object.metadata.generation = 1;
  strategy.prepareForCreate?.(object, context);
  const transaction = strategy.begin?.(object, undefined, context, options.dryRun);
  try {
    validateNew(core, context, object);
    await admitFinal(core, context, object, options);
    const entry = await insert(core, object, options);
    if (options.dryRun) transaction?.revert();
    else transaction?.commit();
    return entry;
  } catch (error) {
    transaction?.revert();
    throw error;
  }
}

function validateNew(core: StoreCore, context: RequestContext, object: KubernetesObject): void {
  const { strategy, resource } = core;
  const errors = validateObjectMeta(object.metadata, resource, strategy.validateName ?? subdomainName);
  errors.push(...(strategy.validate?.(object, context) ?? []));
  if (errors.length > 0) throw core.invalid(object.metadata.name ?? "", errors);
  context.warnings.push(...(strategy.warnings?.(object, undefined) ?? []));
}

const subdomainName = (name: string, isPrefix: boolean): string[] =>
  isDnsSubdomain(isPrefix ? maskTrailingDash(name) : name);

async function admitFinal(
  core: StoreCore,
  context: RequestContext,
  object: KubernetesObject,
  options: MutationOptions,
): Promise<void> {
  const { namespace = "", name = "" } = object.metadata;
  const target = { namespace, name, subresource: options.subresource };
  await core.parts.admission.validate(core.admissionRequest("CREATE", target, { object }, options, context));
}

/** Stores it; where the name is taken by an object on its way out, the error says so. */
async function insert(core: StoreCore, object: KubernetesObject, options: MutationOptions): Promise<Entry> {
  try {
    return await core.insert(object, options.dryRun);
  } catch (error) {
    if (!(error instanceof StatusError) || !isAlreadyExists(error)) throw error;
    const { namespace = "", name = "" } = object.metadata;
    const existing = core.parts.cache.get(core.key(namespace, name));
    if (!existing?.object().metadata.deletionTimestamp) throw error;
    const { status } = alreadyExists(core.resource, name);
    throw fromStatus({ ...status, message: `object is being deleted: ${status.message}` });
  }
}
