/**
 * Who owns what, kept from informers' events. Each event costs O(owners of the object), a deletion O(its dependents).
 * What an event makes worth looking at is handed to `work`: the collector asks the server before it does anything.
 */
import { deepEqual, type DeepReadonly } from "@k8ts/api";
import type { ObjectMeta } from "@k8ts/api/meta/v1";
import type { AbsentOwners } from "./absent-owners.ts";
import {
  alternateIdentity,
  foregroundFinalizer,
  GraphNode,
  identityOf,
  isDeletingWith,
  isSameIdentity,
  matchesCoordinates,
  orphanFinalizer,
  partitionDependents,
  type Identity,
  type Reference,
} from "./graph-node.ts";

type Metadata = DeepReadonly<ObjectMeta>;

/** What the graph asks its collector to do. */
export interface GraphWork {
  /** See whether the object should go. */
  attemptToDelete(node: GraphNode): void;
  /** The same, but not at once: it was looked at and may be again. */
  attemptToDeleteLater(node: GraphNode): void;
  /** Take the object's dependents off it. */
  attemptToOrphan(node: GraphNode): void;
  /** An object names an owner in another namespace. */
  reportInvalidNamespace(node: GraphNode, owner: Reference): void;
}

/** A kind, as references name it. */
export interface NodeKind {
  readonly apiVersion: string;
  readonly kind: string;
}

/** The graph. */
export class DependencyGraph {
  readonly #nodes = new Map<string, GraphNode>();
  readonly #absent: AbsentOwners;
  readonly #work: GraphWork;

  constructor(absent: AbsentOwners, work: GraphWork) {
    this.#absent = absent;
    this.#work = work;
  }

  /** The node of this uid. */
  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  /** How many nodes, virtual ones among them. */
  get size(): number {
    return this.#nodes.size;
  }

  /** An object was added or changed. */
  observe(kind: NodeKind, metadata: Metadata, old: Metadata | undefined): void {
    const known = this.#nodes.get(metadata.uid ?? "");
    const identity = observedIdentity(kind, metadata);
    if (!known) {
      this.#insert(identity, metadata, old);
      return;
    }
    if (known.virtual) this.#materialize(known, identity);
    this.#updateOwners(known, metadata.ownerReferences ?? []);
    if (metadata.deletionTimestamp !== undefined) known.beingDeleted = true;
    this.#transition(known, metadata, old);
  }

  /** An object is gone. */
  remove(metadata: Metadata): void {
    const node = this.#nodes.get(metadata.uid ?? "");
    if (node) this.#removeNode(node);
  }

  /** The server has no object of this identity, though the graph has a node of its uid. */
  removeAbsent(absent: Identity): void {
    const node = this.#nodes.get(absent.uid);
    if (!node) return;
    const { matching, others } = partitionDependents(node.dependents, absent);
    const keeps = node.virtual ? others.length > 0 : !isSameIdentity(node.identity, absent);
    if (!keeps) {
      this.#removeNode(node);
      return;
    }
    if (matching.length > 0) {
      this.#absent.add(absent);
      for (const dependent of matching) this.#work.attemptToDelete(dependent);
    }
    if (!node.virtual || !isSameIdentity(node.identity, absent)) return;
    const alternate = alternateIdentity(others, absent);
    if (!alternate) return;
    node.identity = alternate;
    this.#work.attemptToDeleteLater(node);
  }

  #insert(identity: Identity, metadata: Metadata, old: Metadata | undefined): void {
    const node = new GraphNode(identity, metadata.ownerReferences ?? [], false);
    node.beingDeleted = metadata.deletionTimestamp !== undefined;
    node.deletingDependents = isDeletingWith(metadata, foregroundFinalizer);
    this.#nodes.set(identity.uid, node);
    this.#addToOwners(node, node.owners);
    this.#transition(node, metadata, old);
  }

  /** A node known from references turns out to be a real object, perhaps another than the references say. */
  #materialize(node: GraphNode, identity: Identity): void {
    if (!isSameIdentity(node.identity, identity)) {
      for (const dependent of partitionDependents(node.dependents, identity).others) {
        const elsewhere = identity.namespace !== "" && dependent.identity.namespace !== identity.namespace;
        if (elsewhere) this.#reportInvalidNamespace(dependent, identity.uid);
        this.#work.attemptToDelete(dependent);
      }
      node.identity = identity;
    }
    node.virtual = false;
  }

  #updateOwners(node: GraphNode, owners: readonly Reference[]): void {
    const old = node.owners;
    if (old === owners || deepEqual(old, owners)) return;
    const byUid = new Map(owners.map((owner) => [owner.uid, owner]));
    const known = new Set(old.map(({ uid }) => uid));
    const removed = old.filter(({ uid }) => !byUid.has(uid));
    for (const before of old) {
      const unblocked = before.blockOwnerDeletion === true && byUid.get(before.uid)?.blockOwnerDeletion !== true;
      const owner = unblocked ? this.#nodes.get(before.uid) : undefined;
      if (owner) this.#work.attemptToDelete(owner);
    }
    node.owners = owners;
    this.#addToOwners(
      node,
      owners.filter(({ uid }) => !known.has(uid)),
    );
    for (const { uid } of removed) this.#nodes.get(uid)?.dependents.delete(node);
  }

  /** Enters a node with its owners; owners that are not known become virtual nodes, to be verified. */
  #addToOwners(node: GraphNode, owners: readonly Reference[]): void {
    let suspicious = false;
    for (const reference of owners) {
      const owner = this.#nodes.get(reference.uid);
      if (owner) {
        owner.dependents.add(node);
        suspicious ||= this.#isSuspicious(node, reference, owner);
        continue;
      }
      const virtual = new GraphNode(identityOf(reference, node.identity.namespace), [], true);
      virtual.dependents.add(node);
      this.#nodes.set(reference.uid, virtual);
      this.#work.attemptToDelete(virtual);
    }
    if (suspicious) this.#work.attemptToDelete(node);
  }

  /** True where a reference does not fit what is known of its owner. */
  #isSuspicious(node: GraphNode, reference: Reference, owner: GraphNode): boolean {
    const { namespace } = owner.identity;
    const elsewhere = namespace !== node.identity.namespace;
    if (namespace !== "" && elsewhere) {
      if (!owner.virtual) this.#reportInvalidNamespace(node, reference.uid);
      return true;
    }
    if (!matchesCoordinates(reference, owner.identity)) return true;
    // A virtual, seemingly cluster-scoped owner may be one of a namespace that a cluster-scoped object named wrongly.
    return namespace === "" && elsewhere && owner.virtual;
  }

  #reportInvalidNamespace(node: GraphNode, uid: string): void {
    const reference = node.owners.find((owner) => owner.uid === uid);
    if (reference) this.#work.reportInvalidNamespace(node, reference);
  }

  /** A deletion that begins with one of the two finalizers is this graph's matter. */
  #transition(node: GraphNode, metadata: Metadata, old: Metadata | undefined): void {
    const begins = (finalizer: string): boolean =>
      isDeletingWith(metadata, finalizer) && !isDeletingWith(old, finalizer);
    if (begins(orphanFinalizer)) this.#work.attemptToOrphan(node);
    else if (begins(foregroundFinalizer)) {
      node.deletingDependents = true;
      for (const dependent of node.dependents) this.#work.attemptToDelete(dependent);
      this.#work.attemptToDelete(node);
    }
  }

  #removeNode(node: GraphNode): void {
    this.#nodes.delete(node.identity.uid);
    for (const { uid } of node.owners) this.#nodes.get(uid)?.dependents.delete(node);
    if (node.dependents.size > 0) this.#absent.add(node.identity);
    for (const dependent of node.dependents) this.#work.attemptToDelete(dependent);
    for (const { uid } of node.owners) {
      const owner = this.#nodes.get(uid);
      if (owner?.deletingDependents) this.#work.attemptToDelete(owner);
    }
  }
}

function observedIdentity({ apiVersion, kind }: NodeKind, { namespace = "", name = "", uid = "" }: Metadata): Identity {
  return { apiVersion, kind, namespace, name, uid };
}
