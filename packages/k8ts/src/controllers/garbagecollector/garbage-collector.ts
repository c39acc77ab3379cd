/**
 * The garbage collector: objects go when none of their owners is left; owners that are deleted in the foreground wait for
 * dependents, and those that are deleted with orphaning let them go.
 *
 *     informers of all deletable resources ─▶ dependency graph ─▶ queue (delete/UID, orphan/UID) ─▶ collector ─▶ server
 */
import { groupVersionOf, type DeepReadonly, type KubernetesObject, type ObjectKey, type Resource } from "@k8ts/api";
import { customResourceDefinitions } from "@k8ts/api/apiextensions/v1";
import { apiServices } from "@k8ts/api/apiregistration/v1";
import type { Controller, ControllerContext, ReconcileResult } from "@k8ts/client";
import { errorText } from "../errors.ts";
import { perContext } from "../per-context.ts";
import { preferredResources, supports, type ResourceCatalog, type ServedResource } from "../resource-catalog.ts";
import { AbsentOwners } from "./absent-owners.ts";
import { Collector, UnknownKindError } from "./collector.ts";
import { DependencyGraph } from "./dependency-graph.ts";
import { identityOf, identityText, type GraphNode } from "./graph-node.ts";

/** Keys of the queue have one of these for a namespace, and a uid for a name. */
const toDelete = "delete";
const toOrphan = "orphan";
/** The key that asks for the catalog again. */
const resync: ObjectKey = { namespace: "resync", name: "resources" };

const firstDelay = 5;
const longestDelay = 1_000_000;

const stateOf = perContext((context) => {
  const absent = new AbsentOwners();
  const graph = new DependencyGraph(absent, {
    attemptToDelete: (node) => context.enqueue({ namespace: toDelete, name: node.identity.uid }),
    attemptToDeleteLater: (node) => context.enqueue({ namespace: toDelete, name: node.identity.uid }, nextDelay(node)),
    attemptToOrphan: (node) => context.enqueue({ namespace: toOrphan, name: node.identity.uid }),
    reportInvalidNamespace: (node, owner) => {
      const { namespace, apiVersion, kind, name, uid } = node.identity;
      const about = { apiVersion, kind, metadata: { namespace, name, uid } };
      const text = identityText(identityOf(owner, namespace));
      const message = `ownerRef ${text} does not exist in namespace "${namespace}"`;
      context.recorder.event(about, "Warning", "OwnerRefInvalidNamespace", message);
    },
  });
  const collector = new Collector(context.client, graph, absent);
  /** How to stop watching each resource, by "resource.group/version". */
  const monitors = new Map<string, () => void>();
  return { graph, collector, monitors };
});

/** Exponential: 5 ms to 1000 s. */
const nextDelay = (node: GraphNode): number => Math.min(longestDelay, firstDelay * 2 ** Math.min(node.delays++, 30));

/** Collects garbage among all resources of the catalog that can be deleted, listed and watched, but events. */
export function garbageCollectorController(catalog: ResourceCatalog): Controller {
  return {
    name: "generic-garbage-collector",
    workers: 20,
    setup(context) {
      const again = { add: () => context.enqueue(resync, 1000), delete: () => context.enqueue(resync, 1000) };
      const changed = { ...again, update: () => context.enqueue(resync, 1000) };
      context.informers.of(customResourceDefinitions).addHandler(changed);
      context.informers.of(apiServices).addHandler(changed);
      context.enqueue(resync);
    },
    reconcile: (key, context) => reconcile(catalog, key, context),
  };
}

async function reconcile(
  catalog: ResourceCatalog,
  key: ObjectKey,
  context: ControllerContext,
): Promise<ReconcileResult | void> {
  if (key.namespace === resync.namespace) return syncMonitors(context, await catalog());
  const { graph, collector } = stateOf(context);
  const node = graph.get(key.name);
  if (!node) return;
  if (key.namespace === toOrphan) return collector.attemptToOrphan(node);
  try {
    const enqueue = (other: GraphNode): void => context.enqueue({ namespace: toDelete, name: other.identity.uid });
    if ((await collector.attemptToDelete(node, enqueue)) === "later") return { requeueAfter: nextDelay(node) };
    node.delays = 0;
  } catch (error) {
    if (!(error instanceof UnknownKindError)) throw error;
    // A custom resource that is about to be served, or a reference to nothing: nobody can tell.
    context.logger.debug("cannot judge an object", { object: identityText(node.identity), reason: errorText(error) });
    return { requeueAfter: nextDelay(node) };
  }
}

const isEvents = ({ group, resource }: Resource): boolean =>
  resource === "events" && (group === "" || group === "events.k8s.io");

/** Watches what is served and stops watching what is not any more. */
async function syncMonitors(context: ControllerContext, resources: readonly ServedResource[]): Promise<void> {
  const { collector, monitors } = stateOf(context);
  collector.serve(resources);
  const wanted = new Map<string, ServedResource>();
  for (const resource of preferredResources(resources)) {
    if (isEvents(resource) || !supports(resource, "delete", "list", "watch")) continue;
    wanted.set(`${resource.resource}.${groupVersionOf(resource)}`, resource);
  }
  for (const [key, stop] of monitors) {
    if (wanted.has(key)) continue;
    stop();
    monitors.delete(key);
  }
  const added = [...wanted].filter(([key]) => !monitors.has(key));
  for (const [key, resource] of added) monitors.set(key, monitor(context, resource));
}

/** Feeds the graph from a resource's informer. */
function monitor(context: ControllerContext, resource: ServedResource): () => void {
  const { graph } = stateOf(context);
  const kind = { apiVersion: groupVersionOf(resource), kind: resource.kind };
  type Item = DeepReadonly<KubernetesObject>;
  return context.informers.of(resource as Resource<KubernetesObject>).addHandler({
    add: ({ metadata }: Item) => graph.observe(kind, metadata, undefined),
    update: ({ metadata }: Item, old: Item) => {
      const replaced = metadata.uid !== old.metadata.uid;
      if (replaced) graph.remove(old.metadata);
      graph.observe(kind, metadata, replaced ? undefined : old.metadata);
    },
    delete: ({ metadata }: Item) => graph.remove(metadata),
  });
}
