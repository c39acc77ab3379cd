// Generated from the schema table of authentication.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of selfsubjectreviews in authentication.k8s.io/v1. */
export const selfSubjectReviews: Resource<SelfSubjectReview> = defineResource("authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false);

/** Handle of tokenreviews in authentication.k8s.io/v1. */
export const tokenReviews: Resource<TokenReview> = defineResource("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false);

export interface BoundObjectReference {
  apiVersion?: string;
  kind?: string;
  name?: string;
  uid?: string;
}

export interface SelfSubjectReview {
  apiVersion: "authentication.k8s.io/v1";
  kind: "SelfSubjectReview";
  metadata: ObjectMeta;
  status?: SelfSubjectReviewStatus;
}

export interface SelfSubjectReviewStatus {
  userInfo?: UserInfo;
}

export interface TokenRequest {
  apiVersion: "authentication.k8s.io/v1";
  kind: "TokenRequest";
  metadata: ObjectMeta;
  spec?: TokenRequestSpec;
  status?: TokenRequestStatus;
}

export interface TokenRequestSpec {
  audiences?: string[];
  boundObjectRef?: BoundObjectReference;
  expirationSeconds?: number;
}

export interface TokenRequestStatus {
  /** RFC 3339, whole seconds. */
  expirationTimestamp?: string;
  token?: string;
}

export interface TokenReview {
  apiVersion: "authentication.k8s.io/v1";
  kind: "TokenReview";
  metadata: ObjectMeta;
  spec: TokenReviewSpec;
  status?: TokenReviewStatus;
}

export interface TokenReviewSpec {
  audiences?: string[];
  token: string;
}

export interface TokenReviewStatus {
  audiences?: string[];
  authenticated?: boolean;
  error?: string;
  user?: UserInfo;
}

export interface UserInfo {
  extra?: Record<string, string[]>;
  groups?: string[];
  uid?: string;
  username?: string;
}
