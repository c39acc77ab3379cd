/**
 * The scheduler's picture of the cluster: one row per node in dense arrays, kept current by informer events, never rebuilt.
 * Rows of removed nodes are reused, so an index means one node only until that node goes. Filters and scores loop over
 * the arrays; what rarely changes (labels, taints, images) is read from the node object and cached per pod class.
 */
import { quantityMilli, quantityValue, type DeepReadonly } from "@k8ts/api";
import type { Node } from "@k8ts/api/core/v1";
import type { HostPort, PodInfo } from "./pod-info.ts";

/** Pods and ports of one node. */
interface NodeRow {
  node: DeepReadonly<Node> | undefined;
  readonly pods: Map<string, PodInfo>;
  /** How many pods take each "protocol:port:ip". */
  readonly ports: Map<string, number>;
  readonly scalarsAllocatable: Map<string, number>;
  readonly scalarsRequested: Map<string, number>;
  /** Size in bytes by image name. */
  images: ReadonlyMap<string, number>;
}

const portKey = (port: HostPort, ip: string): string => `${port.protocol}:${port.port}:${ip}`;

const anyAddress = "0.0.0.0";

/** Node rows in arrays that all have the same length; `nodeCount` of the first `size` rows are in use. */
export class NodeSnapshot {
  /** Rows in use or free, below the arrays' capacity. */
  size = 0;
  nodeCount = 0;
  allocatableMilliCpu = new Float64Array(16);
  allocatableMemory = new Float64Array(16);
  allocatableEphemeral = new Float64Array(16);
  allowedPods = new Float64Array(16);
  requestedMilliCpu = new Float64Array(16);
  requestedMemory = new Float64Array(16);
  requestedEphemeral = new Float64Array(16);
  scoredMilliCpu = new Float64Array(16);
  scoredMemory = new Float64Array(16);
  podCount = new Float64Array(16);
  /** 1 where the row is a node now. */
  present = new Uint8Array(16);
  readonly #rows: NodeRow[] = [];
  readonly #indexes = new Map<string, number>();
  readonly #free: number[] = [];
  /** Which pod counts on which row. */
  readonly #podRows = new Map<string, number>();
  readonly #imageNodes = new Map<string, number>();
  /** Rows whose node object changed, in order: what class masks catch up on. */
  readonly changes: number[] = [];
  /** How many entries were dropped from the front of `changes`. */
  changesStart = 0;

  /** The node of a row in use. */
  node(index: number): DeepReadonly<Node> {
    return this.#rows[index]!.node!;
  }

  name(index: number): string {
    return this.node(index).metadata.name ?? "";
  }

  indexOf(name: string): number | undefined {
    return this.#indexes.get(name);
  }

  scalarFree(index: number, resource: string): number {
    const row = this.#rows[index]!;
    return (row.scalarsAllocatable.get(resource) ?? 0) - (row.scalarsRequested.get(resource) ?? 0);
  }

  /** Size of an image on a node in bytes, or 0; and on how many nodes it is. */
  imageSize(index: number, image: string): number {
    return this.#rows[index]!.images.get(image) ?? 0;
  }

  nodesWithImage(image: string): number {
    return this.#imageNodes.get(image) ?? 0;
  }

  /** True where one of the ports is taken on the node; the any-address conflicts with every address. */
  portsConflict(index: number, wanted: readonly HostPort[]): boolean {
    const taken = this.#rows[index]!.ports;
    if (taken.size === 0) return false;
    return wanted.some((port) =>
      port.ip === anyAddress
        ? taken.has(`${port.protocol}:${port.port}`)
        : taken.has(portKey(port, port.ip)) || taken.has(portKey(port, anyAddress)),
    );
  }

  /** Adds a node, or takes over its new state. */
  setNode(node: DeepReadonly<Node>): void {
    const name = node.metadata.name ?? "";
    const index = this.#indexes.get(name) ?? this.#newRow(name);
    const row = this.#rows[index]!;
    if (this.present[index] === 0) this.nodeCount++;
    this.present[index] = 1;
    row.node = node;
    const allocatable = node.status?.allocatable ?? {};
    this.allocatableMilliCpu[index] = quantityMilli(allocatable["cpu"] ?? "0");
    this.allocatableMemory[index] = quantityValue(allocatable["memory"] ?? "0");
    this.allocatableEphemeral[index] = quantityValue(allocatable["ephemeral-storage"] ?? "0");
    this.allowedPods[index] = quantityValue(allocatable["pods"] ?? "0");
    row.scalarsAllocatable.clear();
    for (const resource in allocatable) {
      if (!["cpu", "memory", "ephemeral-storage", "pods"].includes(resource)) {
        row.scalarsAllocatable.set(resource, quantityValue(allocatable[resource]!));
      }
    }
    this.#setImages(row, node);
    this.#noteChange(index);
  }

  removeNode(name: string): void {
    const index = this.#indexes.get(name);
    if (index === undefined || this.present[index] === 0) return;
    const row = this.#rows[index]!;
    this.present[index] = 0;
    this.nodeCount--;
    this.#setImages(row, undefined);
    row.node = undefined;
    this.#noteChange(index);
    this.#releaseIfEmpty(name, index);
  }

  /** Counts a pod on its node (which may not be known yet); replaces what was counted for its uid before. */
  setPod(info: PodInfo, nodeName: string): void {
    this.removePod(info.uid);
    const index = this.#indexes.get(nodeName) ?? this.#newRow(nodeName);
    this.#rows[index]!.pods.set(info.uid, info);
    this.#podRows.set(info.uid, index);
    this.#count(index, info, 1);
  }

  /** Row on which a pod counts. */
  nodeOf(uid: string): number | undefined {
    return this.#podRows.get(uid);
  }

  /** Stops counting a pod; returns what was counted. */
  removePod(uid: string): PodInfo | undefined {
    const index = this.#podRows.get(uid);
    if (index === undefined) return undefined;
    const row = this.#rows[index]!;
    const info = row.pods.get(uid)!;
    row.pods.delete(uid);
    this.#podRows.delete(uid);
    this.#count(index, info, -1);
    for (const [name, at] of this.present[index] === 0 ? this.#indexes : []) {
      if (at === index) this.#releaseIfEmpty(name, index);
    }
    return info;
  }

  #count(index: number, info: PodInfo, sign: number): void {
    const row = this.#rows[index]!;
    const { requests } = info;
    this.requestedMilliCpu[index]! += sign * requests.milliCpu;
    this.requestedMemory[index]! += sign * requests.memory;
    this.requestedEphemeral[index]! += sign * requests.ephemeralStorage;
    this.scoredMilliCpu[index]! += sign * info.scoredMilliCpu;
    this.scoredMemory[index]! += sign * info.scoredMemory;
    this.podCount[index]! += sign;
    for (const [name, value] of requests.scalars) addTo(row.scalarsRequested, name, sign * value);
    for (const port of info.hostPorts) {
      addTo(row.ports, portKey(port, port.ip), sign);
      addTo(row.ports, `${port.protocol}:${port.port}`, sign);
    }
  }

  #setImages(row: NodeRow, node: DeepReadonly<Node> | undefined): void {
    for (const name of row.images.keys()) addTo(this.#imageNodes, name, -1);
    const images = new Map<string, number>();
    for (const image of node?.status?.images ?? []) {
      for (const name of image.names ?? []) images.set(name, image.sizeBytes ?? 0);
    }
    for (const name of images.keys()) addTo(this.#imageNodes, name, 1);
    row.images = images;
  }

  #newRow(name: string): number {
    const index = this.#free.pop() ?? this.size++;
    if (index >= this.present.length) this.#grow();
    this.#rows[index] = {
      node: undefined,
      pods: new Map(),
      ports: new Map(),
      scalarsAllocatable: new Map(),
      scalarsRequested: new Map(),
      images: new Map(),
    };
    this.#indexes.set(name, index);
    return index;
  }

  /** A row without node and pods is free for another node. */
  #releaseIfEmpty(name: string, index: number): void {
    if (this.present[index] === 1 || this.#rows[index]!.pods.size > 0) return;
    this.#indexes.delete(name);
    this.#free.push(index);
  }

  #grow(): void {
    const wider = (old: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
      const array = new Float64Array(old.length * 2);
      array.set(old);
      return array;
    };
    this.allocatableMilliCpu = wider(this.allocatableMilliCpu);
    this.allocatableMemory = wider(this.allocatableMemory);
    this.allocatableEphemeral = wider(this.allocatableEphemeral);
    this.allowedPods = wider(this.allowedPods);
    this.requestedMilliCpu = wider(this.requestedMilliCpu);
    this.requestedMemory = wider(this.requestedMemory);
    this.requestedEphemeral = wider(this.requestedEphemeral);
    this.scoredMilliCpu = wider(this.scoredMilliCpu);
    this.scoredMemory = wider(this.scoredMemory);
    this.podCount = wider(this.podCount);
    const present = new Uint8Array(this.present.length * 2);
    present.set(this.present);
    this.present = present;
  }

  #noteChange(index: number): void {
    this.changes.push(index);
    // Masks older than a whole pass over the nodes are cheaper to rebuild than to catch up.
    const keep = Math.max(64, this.size);
    if (this.changes.length > 2 * keep) this.changesStart += this.changes.splice(0, this.changes.length - keep).length;
  }
}

function addTo(counts: Map<string, number>, key: string, amount: number): void {
  const next = (counts.get(key) ?? 0) + amount;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
