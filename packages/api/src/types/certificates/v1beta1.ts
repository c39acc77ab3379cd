// Generated from the schema table of certificates.k8s.io/v1beta1 by scripts/generate-types.ts; do not edit.
import type { Condition, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of clustertrustbundles in certificates.k8s.io/v1beta1. */
export const clusterTrustBundles: Resource<ClusterTrustBundle> = defineResource("certificates.k8s.io", "v1beta1", "clustertrustbundles", "ClusterTrustBundle", false);

/** Handle of podcertificaterequests in certificates.k8s.io/v1beta1. */
export const podCertificateRequests: Resource<PodCertificateRequest> = defineResource("certificates.k8s.io", "v1beta1", "podcertificaterequests", "PodCertificateRequest", true);

export interface ClusterTrustBundle {
  apiVersion: "certificates.k8s.io/v1beta1";
  kind: "ClusterTrustBundle";
  metadata: ObjectMeta;
  spec: ClusterTrustBundleSpec;
}

export interface ClusterTrustBundleList {
  apiVersion: "certificates.k8s.io/v1beta1";
  kind: "ClusterTrustBundleList";
  items: ClusterTrustBundle[];
  metadata: ListMeta;
}

export interface ClusterTrustBundleSpec {
  signerName?: string;
  trustBundle: string;
}

export interface PodCertificateRequest {
  apiVersion: "certificates.k8s.io/v1beta1";
  kind: "PodCertificateRequest";
  metadata: ObjectMeta;
  spec: PodCertificateRequestSpec;
  status?: PodCertificateRequestStatus;
}

export interface PodCertificateRequestList {
  apiVersion: "certificates.k8s.io/v1beta1";
  kind: "PodCertificateRequestList";
  items: PodCertificateRequest[];
  metadata: ListMeta;
}

export interface PodCertificateRequestSpec {
  maxExpirationSeconds?: number;
  nodeName: string;
  nodeUID: string;
  /** Base64. */
  pkixPublicKey?: string;
  podName: string;
  podUID: string;
  /** Base64. */
  proofOfPossession?: string;
  serviceAccountName: string;
  serviceAccountUID: string;
  signerName: string;
  /** Base64. */
  stubPKCS10Request: string;
  unverifiedUserAnnotations?: Record<string, string>;
}

export interface PodCertificateRequestStatus {
  /** RFC 3339, whole seconds. */
  beginRefreshAt?: string;
  certificateChain?: string;
  conditions?: Condition[];
  /** RFC 3339, whole seconds. */
  notAfter?: string;
  /** RFC 3339, whole seconds. */
  notBefore?: string;
}
