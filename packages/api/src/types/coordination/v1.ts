// Generated from the schema table of coordination.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of leases in coordination.k8s.io/v1. */
export const leases: Resource<Lease> = defineResource("coordination.k8s.io", "v1", "leases", "Lease", true);

export interface Lease {
  apiVersion: "coordination.k8s.io/v1";
  kind: "Lease";
  metadata: ObjectMeta;
  spec?: LeaseSpec;
}

export interface LeaseList {
  apiVersion: "coordination.k8s.io/v1";
  kind: "LeaseList";
  items: Lease[];
  metadata: ListMeta;
}

export interface LeaseSpec {
  /** RFC 3339, microseconds. */
  acquireTime?: string;
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  leaseTransitions?: number;
  preferredHolder?: string;
  /** RFC 3339, microseconds. */
  renewTime?: string;
  strategy?: string;
}
