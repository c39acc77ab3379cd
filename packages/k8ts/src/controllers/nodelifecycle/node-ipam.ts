/** Gives each node its block of pod addresses, out of the cluster's (the "range allocator"). */
import type { DeepReadonly, ObjectKey } from "@k8ts/api";
import { nodes, type Node } from "@k8ts/api/core/v1";
import type { Controller, ControllerContext } from "@k8ts/client";
import { errorText } from "../errors.ts";
import { perContext } from "../per-context.ts";
import { CidrSet } from "./cidr-set.ts";

type ReadNode = DeepReadonly<Node>;

/** Where nodes' blocks come from: one range per address family. */
export interface NodeIpamOptions {
  readonly clusterCidrs: readonly string[];
  /** Addresses of Services are never given to nodes. */
  readonly serviceCidrs?: readonly string[];
  /** Prefix length of a node's block; default 24 for IPv4 and 64 for IPv6. */
  readonly nodeMask?: { readonly ipv4?: number; readonly ipv6?: number };
}

/** The allocator. Throws where the ranges make no sense. */
export function nodeIpamController(options: NodeIpamOptions): Controller<Node> {
  const makeSets = (): CidrSet[] => {
    const { clusterCidrs, serviceCidrs = [], nodeMask = {} } = options;
    return clusterCidrs.map((cidr) => {
      const set = new CidrSet(cidr, cidr.includes(":") ? (nodeMask.ipv6 ?? 64) : (nodeMask.ipv4 ?? 24));
      for (const service of serviceCidrs) if (set.overlaps(service)) set.occupy(service);
      return set;
    });
  };
  makeSets();
  const setsOf = perContext((context) => {
    const sets = makeSets();
    // All that is taken is taken before anything is given.
    for (const node of context.informers.of(nodes).lister.list()) occupy(sets, node, context);
    return sets;
  });
  return {
    name: "node-ipam-controller",
    serviceAccount: "node-controller",
    for: nodes,
    setup(context) {
      context.informers.of(nodes).addHandler({ delete: (node) => release(setsOf(context), node, context) });
    },
    reconcile: (key, context) => reconcile(setsOf(context), key, context),
  };
}

async function reconcile(sets: readonly CidrSet[], key: ObjectKey, context: ControllerContext): Promise<void> {
  const node = context.informers.of(nodes).lister.get("", key.name);
  if (!node || node.metadata.deletionTimestamp !== undefined) return;
  if ((node.spec?.podCIDRs ?? []).length > 0) return occupy(sets, node, context);
  const given: string[] = [];
  try {
    for (const set of sets) given.push(set.allocate());
  } catch (error) {
    giveBack(sets, given);
    const message = `Node ${key.name} status is now: CIDRNotAvailable`;
    context.recorder.event(node, "Normal", "CIDRNotAvailable", message);
    throw new Error(`failed to allocate cidr from cluster cidr at idx:${given.length}: ${errorText(error)}`, {
      cause: error,
    });
  }
  try {
    const patch = { metadata: { uid: node.metadata.uid }, spec: { podCIDR: given[0], podCIDRs: given } };
    await context.client.patch(nodes, { name: key.name }, patch);
  } catch (error) {
    giveBack(sets, given);
    const message = `Node ${key.name} status is now: CIDRAssignmentFailed`;
    context.recorder.event(node, "Normal", "CIDRAssignmentFailed", message);
    throw error;
  }
}

function giveBack(sets: readonly CidrSet[], given: readonly string[]): void {
  given.forEach((cidr, index) => sets[index]!.release(cidr));
}

/** Marks a node's blocks as taken; what is malformed or of no range of ours is only logged. */
function occupy(sets: readonly CidrSet[], node: ReadNode, context: ControllerContext): void {
  forEachBlock(sets, node, context, (set, cidr) => set.occupy(cidr));
}

function release(sets: readonly CidrSet[], node: ReadNode, context: ControllerContext): void {
  forEachBlock(sets, node, context, (set, cidr) => set.release(cidr));
}

function forEachBlock(
  sets: readonly CidrSet[],
  node: ReadNode,
  context: ControllerContext,
  act: (set: CidrSet, cidr: string) => void,
): void {
  (node.spec?.podCIDRs ?? []).forEach((cidr, index) => {
    try {
      const set = sets[index];
      if (!set) throw new Error("there is no such cluster CIDR");
      act(set, cidr);
    } catch (error) {
      context.logger.warn("a node's CIDR is none of the cluster's", {
        node: node.metadata.name,
        cidr,
        error: errorText(error),
      });
    }
  });
}
