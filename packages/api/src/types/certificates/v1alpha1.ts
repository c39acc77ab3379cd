// Generated from the schema table of certificates.k8s.io/v1alpha1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of clustertrustbundles in certificates.k8s.io/v1alpha1. */
export const clusterTrustBundles: Resource<ClusterTrustBundle> = defineResource("certificates.k8s.io", "v1alpha1", "clustertrustbundles", "ClusterTrustBundle", false);

export interface ClusterTrustBundle {
  apiVersion: "certificates.k8s.io/v1alpha1";
  kind: "ClusterTrustBundle";
  metadata: ObjectMeta;
  spec: ClusterTrustBundleSpec;
}

export interface ClusterTrustBundleList {
  apiVersion: "certificates.k8s.io/v1alpha1";
  kind: "ClusterTrustBundleList";
  items: ClusterTrustBundle[];
  metadata: ListMeta;
}

export interface ClusterTrustBundleSpec {
  signerName?: string;
  trustBundle: string;
}
