/**
 * Which node needs which object: secret, configMap, claim and service account through the pods that use them, volumes
 * through claims. Kept as pods and volumes come and go; every answer is a look-up or two, however many pods there are.
 *
 *     secret, configmap, serviceaccount, pvc, resourceclaim ── pod ──> node        pv ──> pvc        secret ──> pv
 */

/** "secret/NAMESPACE/NAME". */
export type Vertex = string;

/** Makes a vertex. */
export const vertex = (type: string, namespace: string, name: string): Vertex => `${type}/${namespace}/${name}`;

/** What one object adds to the graph. */
export interface Contribution {
  /** The node that these vertices lead to at once. */
  readonly node?: string;
  readonly vertices?: readonly Vertex[];
  /** Pairs of vertices, the first needed wherever the second is. */
  readonly links?: readonly (readonly [Vertex, Vertex])[];
}

/** Sets with a count for each member, because several objects may say the same. */
class Counted {
  readonly #counts = new Map<string, Map<string, number>>();

  add(key: string, member: string): void {
    let members = this.#counts.get(key);
    if (!members) {
      members = new Map();
      this.#counts.set(key, members);
    }
    members.set(member, (members.get(member) ?? 0) + 1);
  }

  remove(key: string, member: string): void {
    const members = this.#counts.get(key);
    const left = (members?.get(member) ?? 0) - 1;
    if (!members) return;
    if (left > 0) members.set(member, left);
    else members.delete(member);
    if (members.size === 0) this.#counts.delete(key);
  }

  has(key: string, member: string): boolean {
    return this.#counts.get(key)?.has(member) ?? false;
  }

  members(key: string): Iterable<string> {
    return this.#counts.get(key)?.keys() ?? [];
  }
}

/** The graph. */
export class NodeGraph {
  readonly #nodes = new Counted();
  readonly #links = new Counted();
  readonly #owners = new Map<Vertex, Contribution>();

  /** Replaces what `owner` says. */
  set(owner: Vertex, contribution: Contribution): void {
    this.delete(owner);
    const { node, vertices = [], links = [] } = contribution;
    if (node) for (const one of vertices) this.#nodes.add(one, node);
    for (const [from, to] of links) this.#links.add(from, to);
    this.#owners.set(owner, contribution);
  }

  delete(owner: Vertex): void {
    const old = this.#owners.get(owner);
    if (!old) return;
    const { node, vertices = [], links = [] } = old;
    if (node) for (const one of vertices) this.#nodes.remove(one, node);
    for (const [from, to] of links) this.#links.remove(from, to);
    this.#owners.delete(owner);
  }

  /** The node that `owner` was last said to be on. */
  nodeOf(owner: Vertex): string | undefined {
    return this.#owners.get(owner)?.node;
  }

  /** True where `node` needs the object. Links are never more than two deep: secret, volume, claim. */
  reaches(start: Vertex, node: string): boolean {
    if (this.#nodes.has(start, node)) return true;
    for (const next of this.#links.members(start)) if (this.reaches(next, node)) return true;
    return false;
  }
}
