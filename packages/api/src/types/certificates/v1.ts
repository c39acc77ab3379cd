// Generated from the schema table of certificates.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of certificatesigningrequests in certificates.k8s.io/v1. */
export const certificateSigningRequests: Resource<CertificateSigningRequest> = defineResource("certificates.k8s.io", "v1", "certificatesigningrequests", "CertificateSigningRequest", false);

export interface CertificateSigningRequest {
  apiVersion: "certificates.k8s.io/v1";
  kind: "CertificateSigningRequest";
  metadata: ObjectMeta;
  spec: CertificateSigningRequestSpec;
  status?: CertificateSigningRequestStatus;
}

export interface CertificateSigningRequestCondition {
  /** RFC 3339, whole seconds. */
  lastTransitionTime?: string;
  /** RFC 3339, whole seconds. */
  lastUpdateTime?: string;
  message?: string;
  reason?: string;
  status: string;
  /** Known values: Approved, Denied, Failed. */
  type: string;
}

export interface CertificateSigningRequestList {
  apiVersion: "certificates.k8s.io/v1";
  kind: "CertificateSigningRequestList";
  items: CertificateSigningRequest[];
  metadata: ListMeta;
}

export interface CertificateSigningRequestSpec {
  expirationSeconds?: number;
  extra?: Record<string, string[]>;
  groups?: string[];
  /** Base64. */
  request: string;
  signerName: string;
  uid?: string;
  /** Known values: signing, digital. */
  usages?: string[];
  username?: string;
}

export interface CertificateSigningRequestStatus {
  /** Base64. */
  certificate?: string;
  conditions?: CertificateSigningRequestCondition[];
}
