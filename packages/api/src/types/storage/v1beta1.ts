// Generated from the schema table of storage.k8s.io/v1beta1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of volumeattributesclasses in storage.k8s.io/v1beta1. */
export const volumeAttributesClasses: Resource<VolumeAttributesClass> = defineResource("storage.k8s.io", "v1beta1", "volumeattributesclasses", "VolumeAttributesClass", false);

export interface VolumeAttributesClass {
  apiVersion: "storage.k8s.io/v1beta1";
  kind: "VolumeAttributesClass";
  driverName: string;
  metadata: ObjectMeta;
  parameters?: Record<string, string>;
}

export interface VolumeAttributesClassList {
  apiVersion: "storage.k8s.io/v1beta1";
  kind: "VolumeAttributesClassList";
  items: VolumeAttributesClass[];
  metadata: ListMeta;
}
