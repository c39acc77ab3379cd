// Generated from the schema table of resource.k8s.io/v1alpha3 by scripts/generate-types.ts; do not edit.
import type { Condition, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of devicetaintrules in resource.k8s.io/v1alpha3. */
export const deviceTaintRules: Resource<DeviceTaintRule> = defineResource("resource.k8s.io", "v1alpha3", "devicetaintrules", "DeviceTaintRule", false);

/** Handle of resourcepoolstatusrequests in resource.k8s.io/v1alpha3. */
export const resourcePoolStatusRequests: Resource<ResourcePoolStatusRequest> = defineResource("resource.k8s.io", "v1alpha3", "resourcepoolstatusrequests", "ResourcePoolStatusRequest", false);

export interface DeviceTaint {
  /** Known values: None, NoSchedule, NoExecute. */
  effect: string;
  key: string;
  /** RFC 3339, whole seconds. */
  timeAdded?: string;
  value?: string;
}

export interface DeviceTaintRule {
  apiVersion: "resource.k8s.io/v1alpha3";
  kind: "DeviceTaintRule";
  metadata: ObjectMeta;
  spec: DeviceTaintRuleSpec;
  status?: DeviceTaintRuleStatus;
}

export interface DeviceTaintRuleList {
  apiVersion: "resource.k8s.io/v1alpha3";
  kind: "DeviceTaintRuleList";
  items: DeviceTaintRule[];
  metadata: ListMeta;
}

export interface DeviceTaintRuleSpec {
  deviceSelector?: DeviceTaintSelector;
  taint: DeviceTaint;
}

export interface DeviceTaintRuleStatus {
  conditions?: Condition[];
}

export interface DeviceTaintSelector {
  device?: string;
  driver?: string;
  pool?: string;
}

export interface PoolStatus {
  allocatedDevices?: number;
  availableDevices?: number;
  driver: string;
  generation: number;
  nodeName?: string;
  poolName: string;
  resourceSliceCount?: number;
  totalDevices?: number;
  unavailableDevices?: number;
  validationError?: string;
}

export interface ResourcePoolStatusRequest {
  apiVersion: "resource.k8s.io/v1alpha3";
  kind: "ResourcePoolStatusRequest";
  metadata: ObjectMeta;
  spec: ResourcePoolStatusRequestSpec;
  status?: ResourcePoolStatusRequestStatus;
}

export interface ResourcePoolStatusRequestList {
  apiVersion: "resource.k8s.io/v1alpha3";
  kind: "ResourcePoolStatusRequestList";
  items: ResourcePoolStatusRequest[];
  metadata: ListMeta;
}

export interface ResourcePoolStatusRequestSpec {
  driver: string;
  limit?: number;
  poolName?: string;
}

export interface ResourcePoolStatusRequestStatus {
  conditions?: Condition[];
  poolCount: number;
  pools?: PoolStatus[];
}
