/** A node's heartbeat: a Lease in kube-node-lease, renewed every quarter of its time. (KEP-589) */
import { formatMicroTime, isAlreadyExists, isConflict, isNotFound, type Clock, type DeepReadonly } from "@k8ts/api";
import { leases, type Lease } from "@k8ts/api/coordination/v1";
import type { Client } from "@k8ts/client";

const namespace = "kube-node-lease";

/** What a lease is kept with. */
export interface NodeLeaseOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly nodeName: string;
  readonly leaseDurationSeconds: number;
  readonly signal: AbortSignal;
}

/** A node's Lease. */
export class NodeLease {
  readonly #options: NodeLeaseOptions;
  #lease: DeepReadonly<Lease> | undefined;

  constructor(options: NodeLeaseOptions) {
    this.#options = options;
  }

  /** Renews the lease, or makes it; `nodeUid` ties its life to the node's. Throws StatusError. */
  async renew(nodeUid: string | undefined): Promise<void> {
    const { client, nodeName: name, signal } = this.#options;
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        if (this.#lease === undefined) this.#lease = await client.create(leases, this.#fresh(nodeUid), { signal });
        else this.#lease = await client.update(leases, this.#renewed(this.#lease, nodeUid), { signal });
        return;
      } catch (error) {
        if (isNotFound(error)) this.#lease = undefined;
        else if (isAlreadyExists(error) || isConflict(error))
          this.#lease = await client.get(leases, { namespace, name }, { signal });
        else throw error;
      }
    }
  }

  #fresh(nodeUid: string | undefined): Lease {
    const { nodeName } = this.#options;
    return this.#renewed(
      { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: nodeName, namespace } },
      nodeUid,
    );
  }

  #renewed(lease: DeepReadonly<Lease>, nodeUid: string | undefined): Lease {
    const { nodeName, leaseDurationSeconds, clock } = this.#options;
    const owner = { apiVersion: "v1", kind: "Node", name: nodeName, uid: nodeUid ?? "" };
    const metadata = { ...lease.metadata } as Lease["metadata"];
    if (nodeUid !== undefined && !metadata.ownerReferences?.length) metadata.ownerReferences = [owner];
    const renewTime = formatMicroTime(clock.now());
    return {
      ...lease,
      metadata,
      spec: { ...lease.spec, holderIdentity: nodeName, leaseDurationSeconds, renewTime },
    } as Lease;
  }
}
