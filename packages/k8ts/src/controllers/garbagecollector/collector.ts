/** What the garbage collector does about one object: asks the server how things are, then deletes, patches or waits. */
import {
  deepEqual,
  groupVersionOf,
  isConflict,
  isNotFound,
  isUnsupportedMediaType,
  type DeepReadonly,
  type KubernetesObject,
  type Resource,
} from "@k8ts/api";
import type { Client, DeleteQuery } from "@k8ts/client";
import { errorText, throwAll } from "../errors.ts";
import type { ServedResource } from "../resource-catalog.ts";
import type { AbsentOwners } from "./absent-owners.ts";
import type { DependencyGraph } from "./dependency-graph.ts";
import {
  foregroundFinalizer,
  identityOf,
  identityText,
  isDeletingWith,
  orphanFinalizer,
  type GraphNode,
  type Identity,
  type Reference,
} from "./graph-node.ts";

type Policy = NonNullable<DeleteQuery["propagationPolicy"]>;
type Live = DeepReadonly<KubernetesObject>;

/** Conflicts that a finalizer's removal survives in one go. */
const finalizerTries = 5;

/** The reference's kind is not served (yet): look again later. */
export class UnknownKindError extends Error {
  override readonly name = "UnknownKindError";
}

/** The object cannot be judged, now and later: a cluster-scoped object that names a namespaced owner. */
class HopelessError extends Error {}

/** What is to happen with a node after an attempt. */
export type Outcome = "done" | "later";

/** Carries out attempts. */
export class Collector {
  readonly #client: Client;
  readonly #graph: DependencyGraph;
  readonly #absent: AbsentOwners;
  /** Resources by "apiVersion/kind", all served versions. */
  #resources: ReadonlyMap<string, ServedResource> = new Map();

  constructor(client: Client, graph: DependencyGraph, absent: AbsentOwners) {
    this.#client = client;
    this.#graph = graph;
    this.#absent = absent;
  }

  /** Tells what is served now. */
  serve(resources: readonly ServedResource[]): void {
    this.#resources = new Map(resources.map((resource) => [`${groupVersionOf(resource)}/${resource.kind}`, resource]));
  }

  /** Sees whether an object should go; throws to try again. */
  async attemptToDelete(node: GraphNode, enqueue: (node: GraphNode) => void): Promise<Outcome> {
    try {
      await this.#attempt(node, enqueue);
    } catch (error) {
      if (error instanceof HopelessError) return "done";
      throw error;
    }
    // What nobody has observed may come and go unseen: it stays in question until an informer tells.
    return node.virtual && this.#graph.get(node.identity.uid) === node ? "later" : "done";
  }

  async #attempt(node: GraphNode, enqueue: (node: GraphNode) => void): Promise<void> {
    // A deletion that does not wait for dependents runs by itself; its dependents are looked at when it is done.
    if (node.beingDeleted && !node.deletingDependents) return;
    const latest = await this.#live(node.identity);
    if (!latest) {
      this.#graph.removeAbsent(node.identity);
      return;
    }
    if (node.deletingDependents) return this.#finishForeground(node, enqueue);
    const references = latest.metadata.ownerReferences ?? [];
    if (references.length === 0) return;
    const { solid, dangling, waiting } = await this.#classify(node, references);
    if (solid.length > 0) {
      const uids = [...dangling, ...waiting].map(({ uid }) => uid);
      if (uids.length > 0) await this.#dropReferences(node, uids);
    } else if (waiting.length > 0 && node.dependents.size > 0) {
      // Dependents that wait for this object's deletion while it waits for theirs would wait for ever.
      if ([...node.dependents].some((dependent) => dependent.deletingDependents)) await this.#unblock(node);
      await this.#delete(node, latest, "Foreground");
    } else await this.#delete(node, latest, policyOf(latest));
  }

  /** Takes an owner's dependents off it, then its orphan finalizer; throws to try again. */
  async attemptToOrphan(owner: GraphNode): Promise<void> {
    const { identity } = owner;
    const results = await Promise.allSettled(
      [...owner.dependents].map((dependent) => this.#dropReferences(dependent, [identity.uid])),
    );
    const failures = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
    throwAll(failures.filter((error) => !isNotFound(error)));
    await this.#removeFinalizer(identity, orphanFinalizer);
  }

  async #finishForeground(node: GraphNode, enqueue: (node: GraphNode) => void): Promise<void> {
    const blocking = node.blockingDependents();
    if (blocking.length === 0) return this.#removeFinalizer(node.identity, foregroundFinalizer);
    for (const dependent of blocking) if (!dependent.deletingDependents) enqueue(dependent);
  }

  async #classify(
    node: GraphNode,
    references: readonly Reference[],
  ): Promise<{ solid: Reference[]; dangling: Reference[]; waiting: Reference[] }> {
    const [solid, dangling, waiting]: Reference[][] = [[], [], []];
    for (const reference of references) {
      const owner = await this.#owner(node, reference);
      if (!owner) dangling!.push(reference);
      else if (isDeletingWith(owner.metadata, foregroundFinalizer)) waiting!.push(reference);
      else solid!.push(reference);
    }
    return { solid: solid!, dangling: dangling!, waiting: waiting! };
  }

  /** The owner that a reference names; undefined where there is none. */
  async #owner(node: GraphNode, reference: Reference): Promise<Live | undefined> {
    const { namespace } = node.identity;
    if (this.#absent.has(identityOf(reference, "")) || this.#absent.has(identityOf(reference, namespace)))
      return undefined;
    const identity = identityOf(reference, this.#resource(reference).namespaced ? namespace : "");
    const owner = await this.#live(identity);
    if (!owner) this.#absent.add(identity);
    return owner;
  }

  #resource({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): ServedResource {
    const resource = this.#resources.get(`${apiVersion}/${kind}`);
    if (!resource) throw new UnknownKindError(`unable to get REST mapping for ${apiVersion}/${kind}.`);
    return resource;
  }

  #target(identity: Identity): { resource: Resource<KubernetesObject>; namespace: string; name: string } {
    const resource = this.#resource(identity) as Resource<KubernetesObject>;
    if (resource.namespaced && identity.namespace === "") {
      throw new HopelessError("cluster-scoped objects cannot refer to namespaced owners");
    }
    return { resource, namespace: resource.namespaced ? identity.namespace : "", name: identity.name };
  }

  /** The object as the server has it; undefined where it is gone or another has its name. */
  async #live(identity: Identity): Promise<Live | undefined> {
    const { resource, ...target } = this.#target(identity);
    try {
      const object = await this.#client.get(resource, target);
      return object.metadata.uid === identity.uid ? object : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Deletes the object as it was judged; where only other things changed in it meanwhile, all the same. */
  async #delete({ identity }: GraphNode, judged: Live, propagationPolicy: Policy): Promise<void> {
    const { resource, ...target } = this.#target(identity);
    const { uid } = identity;
    const { resourceVersion, ownerReferences } = judged.metadata;
    try {
      await this.#client.delete(resource, target, { propagationPolicy, preconditions: { uid, resourceVersion } });
    } catch (error) {
      if (isNotFound(error)) return this.#graph.removeAbsent(identity);
      if (!isConflict(error)) throw error;
      const live = await this.#live(identity);
      if (!live) return this.#graph.removeAbsent(identity);
      if (!deepEqual(live.metadata.ownerReferences, ownerReferences)) throw error;
      await this.#client.delete(resource, target, { propagationPolicy, preconditions: { uid } });
    }
  }

  async #dropReferences(node: GraphNode, uids: readonly string[]): Promise<void> {
    const ownerReferences = uids.map((uid) => ({ $patch: "delete", uid }));
    await this.#patchOwners(node.identity, ownerReferences, (owners) =>
      owners.filter(({ uid }) => !uids.includes(uid)),
    );
  }

  async #unblock(node: GraphNode): Promise<void> {
    const unblocked = (owners: readonly Reference[]): Reference[] =>
      owners.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    const blocking = node.owners.filter((owner) => owner.blockOwnerDeletion === true);
    await this.#patchOwners(node.identity, unblocked(blocking), unblocked);
  }

  /** Patches owner references: strategically, or where the resource has no such patches, as a whole. */
  async #patchOwners(
    identity: Identity,
    strategic: readonly object[],
    whole: (owners: readonly Reference[]) => Reference[],
  ): Promise<void> {
    const { resource, ...target } = this.#target(identity);
    try {
      await this.#client.patch(resource, target, { metadata: { uid: identity.uid, ownerReferences: strategic } });
    } catch (error) {
      if (!isUnsupportedMediaType(error)) throw error;
      const live = await this.#live(identity);
      if (!live) return;
      const { resourceVersion, ownerReferences = [] } = live.metadata;
      const patch = { metadata: { resourceVersion, ownerReferences: whole(ownerReferences) } };
      await this.#client.patch(resource, target, patch, { type: "application/merge-patch+json" });
    }
  }

  async #removeFinalizer(identity: Identity, finalizer: string): Promise<void> {
    const { resource, ...target } = this.#target(identity);
    for (let tries = 1; ; tries++) {
      const live = await this.#live(identity);
      const finalizers = live?.metadata.finalizers ?? [];
      if (!live || !finalizers.includes(finalizer)) return;
      const { resourceVersion } = live.metadata;
      const patch = { metadata: { resourceVersion, finalizers: finalizers.filter((name) => name !== finalizer) } };
      try {
        await this.#client.patch(resource, target, patch, { type: "application/merge-patch+json" });
        return;
      } catch (error) {
        if (isNotFound(error)) return;
        if (!isConflict(error))
          throw new Error(`cannot finalize ${identityText(identity)}: ${errorText(error)}`, { cause: error });
        if (tries >= finalizerTries) throw error;
      }
    }
  }
}

/** The way an object without owners goes: as its own finalizers ask, else in the background. */
function policyOf({ metadata: { finalizers = [] } }: Live): Policy {
  if (finalizers.includes(orphanFinalizer)) return "Orphan";
  return finalizers.includes(foregroundFinalizer) ? "Foreground" : "Background";
}
