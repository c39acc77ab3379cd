/**
 * The controllers: each watches what people asked for and moves what is one step towards it. They talk to an API server by
 * @k8ts/client alone (ours in the same process, or any other far away), keep nothing that a restart could lose, and run
 * under any Clock and Random. A ControllerManager of @k8ts/client starts the list below; controllers never call each other,
 * and none serves requests, runs containers or schedules pods.
 *
 *     Deployment ─▶ ReplicaSet ─▶ Pod ◀─ pod GC, taint eviction ◀─ taints ◀─ node lifecycle ◀─ Lease
 *     Service + Pods ─▶ EndpointSlices, Endpoints
 *     anything with ownerReferences ─▶ garbage collector        namespace deletion ─▶ all its content
 *
 * Each is a constant (or, where it needs settings, a function that makes one) of the same shape: `reconcile(key)` reads the
 * caches, a pure `plan` beside it decides, a few calls do it. Costs per event do not grow with the cluster: `indexes.ts`.
 */
import { scheme } from "@k8ts/api";
import type { Controller } from "@k8ts/client";
import { deploymentController } from "./deployment/deployment.ts";
import { endpointsController } from "./endpointslice/endpoints.ts";
import { endpointSliceController } from "./endpointslice/endpointslice.ts";
import { endpointSliceMirroringController } from "./endpointslice/mirroring.ts";
import { garbageCollectorController } from "./garbagecollector/garbage-collector.ts";
import { namespaceController } from "./namespace/namespace.ts";
import { rootCaCertPublisher } from "./namespace/root-ca-cert-publisher.ts";
import { serviceAccountController } from "./namespace/serviceaccount.ts";
import { nodeIpamController } from "./nodelifecycle/node-ipam.ts";
import { nodeLifecycleController } from "./nodelifecycle/node-lifecycle.ts";
import { taintEvictionController } from "./nodelifecycle/taint-eviction.ts";
import { podGarbageCollector } from "./pods/pod-garbage-collector.ts";
import { replicaSetController } from "./replicaset/replicaset.ts";
import { replicationController } from "./replicaset/replicationcontroller.ts";
import { schemeCatalog, type ResourceCatalog } from "./resource-catalog.ts";

/** What controllers must be told of their cluster. */
export interface ControllerSettings {
  /** The API server's CA, in PEM: published in every namespace. */
  readonly caPem: string;
  /** Addresses of pods, with commas where there are two families; nodes get blocks of it. Absent: nodes bring their own. */
  readonly podCidr?: string;
  /** Addresses of Services, with commas; never given to nodes. */
  readonly serviceCidr?: string;
  /** What the server serves; default: our schema tables. */
  readonly catalog?: ResourceCatalog;
  /** How many finished pods are kept; default 12500, 0 keeps all. */
  readonly terminatedPodThreshold?: number;
}

const ranges = (text: string | undefined): string[] => (text ? text.split(",").map((range) => range.trim()) : []);

/**
 * All controllers, in the order of starting. Their order does not matter for what they do, only for who is first in a
 * cluster that has just begun: what pods need comes before what makes them. Throws where an address range is malformed.
 */
// A list of controllers of several kinds has no one type for their objects.
// oxlint-disable-next-line typescript/no-explicit-any
export function createControllers(settings: ControllerSettings): readonly Controller<any>[] {
  const catalog = settings.catalog ?? schemeCatalog(scheme);
  const clusterCidrs = ranges(settings.podCidr);
  const ipam = { clusterCidrs, serviceCidrs: ranges(settings.serviceCidr) };
  return [
    // No pod is admitted in a namespace without its ServiceAccount,
    serviceAccountController,
    // nor starts without the CA that its token volume mounts.
    rootCaCertPublisher(settings.caPem),
    // A node takes pods once it has addresses for them.
    ...(clusterCidrs.length > 0 ? [nodeIpamController(ipam)] : []),
    // From Deployments to pods,
    deploymentController,
    replicaSetController,
    replicationController,
    // and from pods to where Services send.
    endpointSliceController,
    endpointsController,
    endpointSliceMirroringController,
    // Nodes that fall silent, and what becomes of their pods.
    nodeLifecycleController,
    taintEvictionController,
    // Cleaning up comes last: it can always wait.
    podGarbageCollector(settings.terminatedPodThreshold),
    namespaceController(catalog),
    garbageCollectorController(catalog),
  ];
}

export { discoveryCatalog, schemeCatalog, type ResourceCatalog, type ServedResource } from "./resource-catalog.ts";
