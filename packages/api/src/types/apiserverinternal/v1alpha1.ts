// Generated from the schema table of internal.apiserver.k8s.io/v1alpha1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of storageversions in internal.apiserver.k8s.io/v1alpha1. */
export const storageVersions: Resource<StorageVersion> = defineResource("internal.apiserver.k8s.io", "v1alpha1", "storageversions", "StorageVersion", false);

export interface ServerStorageVersion {
  apiServerID: string;
  decodableVersions: string[];
  encodingVersion: string;
  servedVersions?: string[];
}

export interface StorageVersion {
  apiVersion: "internal.apiserver.k8s.io/v1alpha1";
  kind: "StorageVersion";
  metadata: ObjectMeta;
  spec?: StorageVersionSpec;
  status?: StorageVersionStatus;
}

export interface StorageVersionCondition {
  /** RFC 3339, whole seconds. */
  lastTransitionTime?: string;
  message: string;
  observedGeneration?: number;
  reason: string;
  /** Known values: True, False, Unknown. */
  status: string;
  type: string;
}

export interface StorageVersionList {
  apiVersion: "internal.apiserver.k8s.io/v1alpha1";
  kind: "StorageVersionList";
  items: StorageVersion[];
  metadata: ListMeta;
}

export type StorageVersionSpec = Record<string, unknown>;

export interface StorageVersionStatus {
  commonEncodingVersion?: string;
  conditions?: StorageVersionCondition[];
  storageVersions?: ServerStorageVersion[];
}
