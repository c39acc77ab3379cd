// Generated from the schema table of storagemigration.k8s.io/v1beta1 by scripts/generate-types.ts; do not edit.
import type { Condition, GroupResource, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of storageversionmigrations in storagemigration.k8s.io/v1beta1. */
export const storageVersionMigrations: Resource<StorageVersionMigration> = defineResource("storagemigration.k8s.io", "v1beta1", "storageversionmigrations", "StorageVersionMigration", false);

export interface StorageVersionMigration {
  apiVersion: "storagemigration.k8s.io/v1beta1";
  kind: "StorageVersionMigration";
  metadata: ObjectMeta;
  spec?: StorageVersionMigrationSpec;
  status?: StorageVersionMigrationStatus;
}

export interface StorageVersionMigrationList {
  apiVersion: "storagemigration.k8s.io/v1beta1";
  kind: "StorageVersionMigrationList";
  items: StorageVersionMigration[];
  metadata: ListMeta;
}

export interface StorageVersionMigrationSpec {
  resource: GroupResource;
}

export interface StorageVersionMigrationStatus {
  conditions?: Condition[];
  resourceVersion?: string;
}
