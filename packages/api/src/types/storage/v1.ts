// Generated from the schema table of storage.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { PersistentVolumeSpec, TopologySelectorTerm } from "../core/v1.ts";
import type { LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of csidrivers in storage.k8s.io/v1. */
export const csiDrivers: Resource<CSIDriver> = defineResource("storage.k8s.io", "v1", "csidrivers", "CSIDriver", false);

/** Handle of csinodes in storage.k8s.io/v1. */
export const csiNodes: Resource<CSINode> = defineResource("storage.k8s.io", "v1", "csinodes", "CSINode", false);

/** Handle of csistoragecapacities in storage.k8s.io/v1. */
export const csiStorageCapacities: Resource<CSIStorageCapacity> = defineResource("storage.k8s.io", "v1", "csistoragecapacities", "CSIStorageCapacity", true);

/** Handle of storageclasses in storage.k8s.io/v1. */
export const storageClasses: Resource<StorageClass> = defineResource("storage.k8s.io", "v1", "storageclasses", "StorageClass", false);

/** Handle of volumeattachments in storage.k8s.io/v1. */
export const volumeAttachments: Resource<VolumeAttachment> = defineResource("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", false);

/** Handle of volumeattributesclasses in storage.k8s.io/v1. */
export const volumeAttributesClasses: Resource<VolumeAttributesClass> = defineResource("storage.k8s.io", "v1", "volumeattributesclasses", "VolumeAttributesClass", false);

export interface CSIDriver {
  apiVersion: "storage.k8s.io/v1";
  kind: "CSIDriver";
  metadata: ObjectMeta;
  spec: CSIDriverSpec;
}

export interface CSIDriverList {
  apiVersion: "storage.k8s.io/v1";
  kind: "CSIDriverList";
  items: CSIDriver[];
  metadata: ListMeta;
}

export interface CSIDriverSpec {
  attachRequired?: boolean;
  /** Known values: ReadWriteOnceWithFSType, File, None. */
  fsGroupPolicy?: string;
  nodeAllocatableUpdatePeriodSeconds?: number;
  podInfoOnMount?: boolean;
  preventPodSchedulingIfMissing?: boolean;
  requiresRepublish?: boolean;
  seLinuxMount?: boolean;
  serviceAccountTokenInSecrets?: boolean;
  storageCapacity?: boolean;
  tokenRequests?: TokenRequest[];
  /** Known values: Persistent, Ephemeral. */
  volumeLifecycleModes?: string[];
}

export interface CSINode {
  apiVersion: "storage.k8s.io/v1";
  kind: "CSINode";
  metadata: ObjectMeta;
  spec: CSINodeSpec;
}

export interface CSINodeDriver {
  allocatable?: VolumeNodeResources;
  name: string;
  nodeID: string;
  topologyKeys?: string[];
}

export interface CSINodeList {
  apiVersion: "storage.k8s.io/v1";
  kind: "CSINodeList";
  items: CSINode[];
  metadata: ListMeta;
}

export interface CSINodeSpec {
  drivers: CSINodeDriver[];
}

export interface CSIStorageCapacity {
  apiVersion: "storage.k8s.io/v1";
  kind: "CSIStorageCapacity";
  /** A quantity such as "100m" or "1Gi". */
  capacity?: string;
  /** A quantity such as "100m" or "1Gi". */
  maximumVolumeSize?: string;
  metadata: ObjectMeta;
  nodeTopology?: LabelSelector;
  storageClassName: string;
}

export interface CSIStorageCapacityList {
  apiVersion: "storage.k8s.io/v1";
  kind: "CSIStorageCapacityList";
  items: CSIStorageCapacity[];
  metadata: ListMeta;
}

export interface StorageClass {
  apiVersion: "storage.k8s.io/v1";
  kind: "StorageClass";
  allowVolumeExpansion?: boolean;
  allowedTopologies?: TopologySelectorTerm[];
  metadata: ObjectMeta;
  mountOptions?: string[];
  parameters?: Record<string, string>;
  provisioner: string;
  reclaimPolicy?: string;
  /** Known values: Immediate, WaitForFirstConsumer. */
  volumeBindingMode?: string;
}

export interface StorageClassList {
  apiVersion: "storage.k8s.io/v1";
  kind: "StorageClassList";
  items: StorageClass[];
  metadata: ListMeta;
}

export interface TokenRequest {
  audience: string;
  expirationSeconds?: number;
}

export interface VolumeAttachment {
  apiVersion: "storage.k8s.io/v1";
  kind: "VolumeAttachment";
  metadata: ObjectMeta;
  spec: VolumeAttachmentSpec;
  status?: VolumeAttachmentStatus;
}

export interface VolumeAttachmentList {
  apiVersion: "storage.k8s.io/v1";
  kind: "VolumeAttachmentList";
  items: VolumeAttachment[];
  metadata: ListMeta;
}

export interface VolumeAttachmentSource {
  inlineVolumeSpec?: PersistentVolumeSpec;
  persistentVolumeName?: string;
}

export interface VolumeAttachmentSpec {
  attacher: string;
  nodeName: string;
  source: VolumeAttachmentSource;
}

export interface VolumeAttachmentStatus {
  attachError?: VolumeError;
  attached: boolean;
  attachmentMetadata?: Record<string, string>;
  detachError?: VolumeError;
}

export interface VolumeAttributesClass {
  apiVersion: "storage.k8s.io/v1";
  kind: "VolumeAttributesClass";
  driverName: string;
  metadata: ObjectMeta;
  parameters?: Record<string, string>;
}

export interface VolumeAttributesClassList {
  apiVersion: "storage.k8s.io/v1";
  kind: "VolumeAttributesClassList";
  items: VolumeAttributesClass[];
  metadata: ListMeta;
}

export interface VolumeError {
  errorCode?: number;
  message?: string;
  /** RFC 3339, whole seconds. */
  time?: string;
}

export interface VolumeNodeResources {
  count?: number;
}
