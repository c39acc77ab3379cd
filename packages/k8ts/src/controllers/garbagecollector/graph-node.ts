/** The nodes of the garbage collector's graph: one per object, known by uid. */
import type { DeepReadonly } from "@k8ts/api";
import type { ObjectMeta, OwnerReference } from "@k8ts/api/meta/v1";

/** What says which object a node is. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  /** "" for cluster-scoped objects. */
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** An owner reference from a cache. */
export type Reference = DeepReadonly<OwnerReference>;

/** The finalizer of a deletion that waits until dependents are gone. */
export const foregroundFinalizer = "foregroundDeletion";
/** The finalizer of a deletion that leaves dependents without owner. */
export const orphanFinalizer = "orphan";

/** An object in the graph. A virtual one is only known from references to it: it may not exist. */
export class GraphNode {
  identity: Identity;
  virtual: boolean;
  owners: readonly Reference[];
  readonly dependents = new Set<GraphNode>();
  beingDeleted = false;
  /** Being deleted in the foreground: waits for blocking dependents. */
  deletingDependents = false;
  /** How often it was put off; the next time it waits longer. */
  delays = 0;

  constructor(identity: Identity, owners: readonly Reference[], virtual: boolean) {
    this.identity = identity;
    this.owners = owners;
    this.virtual = virtual;
  }

  /** Dependents that must be gone before this object may go in the foreground. */
  blockingDependents(): GraphNode[] {
    const { uid } = this.identity;
    return [...this.dependents].filter((dependent) =>
      dependent.owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true),
    );
  }
}

/** True where a reference names exactly this object, but for the namespace that it cannot name. */
export function matchesCoordinates(reference: Reference, identity: Identity): boolean {
  return (
    reference.uid === identity.uid &&
    reference.name === identity.name &&
    reference.kind === identity.kind &&
    reference.apiVersion === identity.apiVersion
  );
}

/** What a reference in an object of this namespace means. */
export function identityOf({ apiVersion, kind, name, uid }: Reference, namespace: string): Identity {
  return { apiVersion, kind, namespace, name, uid };
}

/** True where two identities are the same in every part. */
export const isSameIdentity = (a: Identity, b: Identity): boolean => identityText(a) === identityText(b);

/** "[apps/v1/Deployment, namespace: default, name: web, uid: …]", as events and logs show it. */
export function identityText({ apiVersion, kind, namespace, name, uid }: Identity): string {
  return `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
}

/** Dependents whose reference to the identity's uid names it rightly, and those whose reference does not; maybe both. */
export function partitionDependents(
  dependents: Iterable<GraphNode>,
  identity: Identity,
): { readonly matching: GraphNode[]; readonly others: GraphNode[] } {
  const matching: GraphNode[] = [];
  const others: GraphNode[] = [];
  for (const dependent of dependents) {
    const elsewhere = identity.namespace !== "" && identity.namespace !== dependent.identity.namespace;
    const references = dependent.owners.filter(({ uid }) => uid === identity.uid);
    if (!elsewhere && references.some((reference) => matchesCoordinates(reference, identity))) matching.push(dependent);
    if (elsewhere || references.some((reference) => !matchesCoordinates(reference, identity))) others.push(dependent);
  }
  return { matching, others };
}

const order = ({ kind, apiVersion, namespace, name, uid }: Identity): string =>
  [kind, apiVersion, namespace, name, uid].join("\0");

/** Another object that these dependents may mean by the same uid, the one after `absent` in order; undefined: none. */
export function alternateIdentity(dependents: readonly GraphNode[], absent: Identity): Identity | undefined {
  const clusterScoped = absent.namespace === "";
  const found = new Map<string, Identity>();
  for (const { owners, identity } of dependents) {
    for (const reference of owners) {
      if (reference.uid !== absent.uid) continue;
      const here = clusterScoped || absent.namespace === identity.namespace;
      if (here && matchesCoordinates(reference, absent)) continue;
      const sameKind = reference.apiVersion === absent.apiVersion && reference.kind === absent.kind;
      const candidate = identityOf(reference, clusterScoped && sameKind ? "" : identity.namespace);
      if (!isSameIdentity(candidate, absent)) found.set(order(candidate), candidate);
    }
  }
  const keys = [...found.keys()].sort();
  const next = keys.find((key) => key > order(absent)) ?? keys[0];
  return next === undefined ? undefined : found.get(next);
}

/** True where the object is being deleted and waits for this finalizer. */
export function isDeletingWith(metadata: DeepReadonly<ObjectMeta> | undefined, finalizer: string): boolean {
  return metadata?.deletionTimestamp !== undefined && (metadata.finalizers?.includes(finalizer) ?? false);
}
