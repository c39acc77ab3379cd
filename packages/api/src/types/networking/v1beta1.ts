// Generated from the schema table of networking.k8s.io/v1beta1 by scripts/generate-types.ts; do not edit.
import type { Condition, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of ipaddresses in networking.k8s.io/v1beta1. */
export const ipAddresses: Resource<IPAddress> = defineResource("networking.k8s.io", "v1beta1", "ipaddresses", "IPAddress", false);

/** Handle of servicecidrs in networking.k8s.io/v1beta1. */
export const serviceCIDRs: Resource<ServiceCIDR> = defineResource("networking.k8s.io", "v1beta1", "servicecidrs", "ServiceCIDR", false);

export interface IPAddress {
  apiVersion: "networking.k8s.io/v1beta1";
  kind: "IPAddress";
  metadata: ObjectMeta;
  spec: IPAddressSpec;
}

export interface IPAddressList {
  apiVersion: "networking.k8s.io/v1beta1";
  kind: "IPAddressList";
  items: IPAddress[];
  metadata: ListMeta;
}

export interface IPAddressSpec {
  parentRef: ParentReference;
}

export interface ParentReference {
  group?: string;
  name: string;
  namespace?: string;
  resource: string;
}

export interface ServiceCIDR {
  apiVersion: "networking.k8s.io/v1beta1";
  kind: "ServiceCIDR";
  metadata: ObjectMeta;
  spec?: ServiceCIDRSpec;
  status?: ServiceCIDRStatus;
}

export interface ServiceCIDRList {
  apiVersion: "networking.k8s.io/v1beta1";
  kind: "ServiceCIDRList";
  items: ServiceCIDR[];
  metadata: ListMeta;
}

export interface ServiceCIDRSpec {
  cidrs?: string[];
}

export interface ServiceCIDRStatus {
  conditions?: Condition[];
}
