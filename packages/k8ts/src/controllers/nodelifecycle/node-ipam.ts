/** Gives each node its block of pod addresses, out of the cluster's (the "range allocator"). */
import { isNotFound, type DeepReadonly, type ObjectKey } from "@k8ts/api";
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
  const stateOf = perContext((context) => {
    const sets = makeSets();
    // All that is taken is taken before anything is given.
    for (const node of context.informers.of(nodes).lister.list()) occupy(sets, node, context);
    return { sets, given: new Map<string, readonly string[]>() };
  });
  return {
    name: "node-ipam-controller",
    serviceAccount: "node-controller",
    for: nodes,
    setup(context) {
      context.informers.of(nodes).addHandler({ delete: (node) => release(stateOf(context), node, context) });
    },
    reconcile: (key, context) => reconcile(stateOf(context), key, context),
  };
}

/** What is taken, and what was given to nodes (by uid) whose cached state does not show it yet. */
interface Allocations {
  readonly sets: readonly CidrSet[];
  readonly given: Map<string, readonly string[]>;
}

async function reconcile({ sets, given }: Allocations, key: ObjectKey, context: ControllerContext): Promise<void> {
  const node = context.informers.of(nodes).lister.get("", key.name);
  if (!node || node.metadata.deletionTimestamp !== undefined) return;
  const uid = node.metadata.uid ?? "";
  if ((node.spec?.podCIDRs ?? []).length > 0) {
    given.delete(uid);
    return occupy(sets, node, context);
  }
  if (given.has(uid)) return;
  const blocks = allocate(sets, node, context);
  given.set(uid, blocks);
  try {
    const patch = { metadata: { uid }, spec: { podCIDR: blocks[0], podCIDRs: blocks } };
    await context.client.patch(nodes, { name: key.name }, patch);
  } catch (error) {
    await assignmentFailed({ sets, given }, node, blocks, context);
    throw error;
  }
}

function allocate(sets: readonly CidrSet[], node: ReadNode, context: ControllerContext): readonly string[] {
  const blocks: string[] = [];
  try {
    for (const set of sets) blocks.push(set.allocate());
    return blocks;
  } catch (error) {
    giveBack(sets, blocks);
    tell(context, node, "CIDRNotAvailable");
    const what = `failed to allocate cidr from cluster cidr at idx:${blocks.length}`;
    throw new Error(`${what}: ${errorText(error)}`, { cause: error });
  }
}

/** Takes blocks back, unless the node may have got them all the same: two nodes must never have one block. */
async function assignmentFailed(
  { sets, given }: Allocations,
  node: ReadNode,
  blocks: readonly string[],
  context: ControllerContext,
): Promise<void> {
  tell(context, node, "CIDRAssignmentFailed");
  const { name = "", uid = "" } = node.metadata;
  given.delete(uid);
  try {
    const live = await context.client.get(nodes, { name });
    const has = live.metadata.uid === uid ? (live.spec?.podCIDRs ?? []) : [];
    if (!blocks.every((block) => has.includes(block))) giveBack(sets, blocks);
  } catch (error) {
    if (isNotFound(error)) giveBack(sets, blocks);
  }
}

function tell(context: ControllerContext, node: ReadNode, status: string): void {
  context.recorder.event(node, "Normal", status, `Node ${node.metadata.name} status is now: ${status}`);
}

function giveBack(sets: readonly CidrSet[], given: readonly string[]): void {
  given.forEach((cidr, index) => sets[index]!.release(cidr));
}

/** Marks a node's blocks as taken; what is malformed or of no range of ours is only logged. */
function occupy(sets: readonly CidrSet[], node: ReadNode, context: ControllerContext): void {
  forEachBlock(sets, node, context, (set, cidr) => set.occupy(cidr));
}

function release({ sets, given }: Allocations, node: ReadNode, context: ControllerContext): void {
  const unseen = (node.spec?.podCIDRs ?? []).length === 0 ? given.get(node.metadata.uid ?? "") : undefined;
  if (unseen) giveBack(sets, unseen);
  given.delete(node.metadata.uid ?? "");
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
