// Generated from the schema table of coordination.k8s.io/v1alpha2 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of leasecandidates in coordination.k8s.io/v1alpha2. */
export const leaseCandidates: Resource<LeaseCandidate> = defineResource("coordination.k8s.io", "v1alpha2", "leasecandidates", "LeaseCandidate", true);

export interface LeaseCandidate {
  apiVersion: "coordination.k8s.io/v1alpha2";
  kind: "LeaseCandidate";
  metadata: ObjectMeta;
  spec: LeaseCandidateSpec;
}

export interface LeaseCandidateList {
  apiVersion: "coordination.k8s.io/v1alpha2";
  kind: "LeaseCandidateList";
  items: LeaseCandidate[];
  metadata: ListMeta;
}

export interface LeaseCandidateSpec {
  binaryVersion: string;
  emulationVersion?: string;
  leaseName: string;
  /** RFC 3339, microseconds. */
  pingTime?: string;
  /** RFC 3339, microseconds. */
  renewTime?: string;
  strategy: string;
}
