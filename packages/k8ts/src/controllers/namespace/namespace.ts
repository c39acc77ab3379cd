/**
 * The namespace controller: a namespace that is being deleted takes all its content along, then loses the finalizer
 * "kubernetes" by the finalize subresource, and with it goes.
 */
import { isConflict, isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
import { namespaces, type Namespace } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { throwAll } from "../errors.ts";
import { perContext } from "../per-context.ts";
import type { ResourceCatalog } from "../resource-catalog.ts";
import { namespaceConditions } from "./namespace-conditions.ts";
import { deleteContent } from "./namespace-content.ts";

type ReadNamespace = DeepReadonly<Namespace>;

/** The finalizer that this controller takes off. */
const finalizer = "kubernetes";

/** Time for other API servers to notice the deletion, and for objects being created just now to land; as upstream. */
const deletionDelay = 5000;

/** When each namespace's deletion was first seen, by uid. */
const seenOf = perContext(() => new Map<string, number>());

/** Deletes the content of namespaces that are being deleted. */
export function namespaceController(catalog: ResourceCatalog): Controller<Namespace> {
  return {
    name: "namespace-controller",
    for: namespaces,
    workers: 10,
    reconcile: (key, context) => reconcile(catalog, key, context),
  };
}

async function reconcile(
  catalog: ResourceCatalog,
  key: ObjectKey,
  context: ControllerContext,
): Promise<ReconcileResult | void> {
  const cached = context.informers.of(namespaces).lister.get("", key.name);
  const uid = cached?.metadata.uid ?? "";
  const seen = seenOf(context);
  if (!cached || cached.metadata.deletionTimestamp === undefined) return;
  const now = context.clock.now();
  const since = seen.get(uid) ?? now;
  seen.set(uid, since);
  if (now - since < deletionDelay) return { requeueAfter: deletionDelay - (now - since) };
  try {
    const result = await deleteNamespace(catalog, key, context);
    if (!result) seen.delete(uid);
    return result;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    seen.delete(uid);
  }
}

async function deleteNamespace(
  catalog: ResourceCatalog,
  key: ObjectKey,
  context: ControllerContext,
): Promise<ReconcileResult | void> {
  const { client } = context;
  let namespace = await client.get(namespaces, key);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  if (namespace.status?.phase !== "Terminating") {
    namespace = await retry(context, namespace, (latest) =>
      client.updateStatus(namespaces, { ...latest, status: { ...latest.status, phase: "Terminating" } } as Namespace),
    );
  }
  if ((namespace.spec?.finalizers ?? []).length === 0) return;
  const { progress, estimate, errors } = await deleteContent(context, catalog, namespace);
  namespace = await writeConditions(context, namespace, progress);
  throwAll(errors);
  if (estimate > 0) return { requeueAfter: (Math.floor(estimate / 2) + 1) * 1000 };
  await retry(context, namespace, (latest) => finalize(context, latest));
}

async function writeConditions(
  context: ControllerContext,
  namespace: ReadNamespace,
  progress: Parameters<typeof namespaceConditions>[1],
): Promise<ReadNamespace> {
  const conditions = namespaceConditions(namespace.status?.conditions, progress, context.clock.now());
  if (!conditions) return namespace;
  const status = { ...namespace.status, conditions };
  try {
    return await context.client.updateStatus(namespaces, { ...namespace, status } as Namespace);
  } catch (error) {
    context.logger.warn("couldn't update status condition for namespace", {
      namespace: namespace.metadata.name,
      error,
    });
    return namespace;
  }
}

function finalize(context: ControllerContext, namespace: ReadNamespace): Promise<ReadNamespace> {
  const finalizers = (namespace.spec?.finalizers ?? []).filter((name) => name !== finalizer);
  const { name = "" } = namespace.metadata;
  const body = { ...namespace, spec: { ...namespace.spec, finalizers } };
  return context.client.updateSubresource<Namespace>(namespaces, { name }, "finalize", body);
}

/** Writes, and again on what is there by now after a conflict; never on another namespace of that name. */
async function retry(
  context: ControllerContext,
  namespace: ReadNamespace,
  write: (latest: ReadNamespace) => Promise<ReadNamespace>,
): Promise<ReadNamespace> {
  let latest = namespace;
  for (;;) {
    try {
      return await write(latest);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    latest = await context.client.get(namespaces, { name: namespace.metadata.name ?? "" });
    if (latest.metadata.uid !== namespace.metadata.uid) throw new Error("namespace uid has changed across retries");
  }
}
