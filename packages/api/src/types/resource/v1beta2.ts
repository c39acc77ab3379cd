// Generated from the schema table of resource.k8s.io/v1beta2 by scripts/generate-types.ts; do not edit.
import type { NodeSelector } from "../core/v1.ts";
import type { Condition, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of deviceclasses in resource.k8s.io/v1beta2. */
export const deviceClasses: Resource<DeviceClass> = defineResource("resource.k8s.io", "v1beta2", "deviceclasses", "DeviceClass", false);

/** Handle of devicetaintrules in resource.k8s.io/v1beta2. */
export const deviceTaintRules: Resource<DeviceTaintRule> = defineResource("resource.k8s.io", "v1beta2", "devicetaintrules", "DeviceTaintRule", false);

/** Handle of resourceclaims in resource.k8s.io/v1beta2. */
export const resourceClaims: Resource<ResourceClaim> = defineResource("resource.k8s.io", "v1beta2", "resourceclaims", "ResourceClaim", true);

/** Handle of resourceclaimtemplates in resource.k8s.io/v1beta2. */
export const resourceClaimTemplates: Resource<ResourceClaimTemplate> = defineResource("resource.k8s.io", "v1beta2", "resourceclaimtemplates", "ResourceClaimTemplate", true);

/** Handle of resourceslices in resource.k8s.io/v1beta2. */
export const resourceSlices: Resource<ResourceSlice> = defineResource("resource.k8s.io", "v1beta2", "resourceslices", "ResourceSlice", false);

export interface AllocatedDeviceStatus {
  conditions?: Condition[];
  data?: Record<string, unknown>;
  device: string;
  driver: string;
  networkData?: NetworkDeviceData;
  pool: string;
  shareID?: string;
}

export interface AllocationResult {
  /** RFC 3339, whole seconds. */
  allocationTimestamp?: string;
  devices?: DeviceAllocationResult;
  nodeSelector?: NodeSelector;
}

export interface CELDeviceSelector {
  expression: string;
}

export interface CapacityRequestPolicy {
  /** A quantity such as "100m" or "1Gi". */
  default?: string;
  validRange?: CapacityRequestPolicyRange;
  validValues?: string[];
}

export interface CapacityRequestPolicyRange {
  /** A quantity such as "100m" or "1Gi". */
  max?: string;
  /** A quantity such as "100m" or "1Gi". */
  min: string;
  /** A quantity such as "100m" or "1Gi". */
  step?: string;
}

export interface CapacityRequirements {
  requests?: Record<string, string>;
}

export interface Counter {
  /** A quantity such as "100m" or "1Gi". */
  value: string;
}

export interface CounterSet {
  counters: Record<string, Counter>;
  name: string;
}

export interface Device {
  allNodes?: boolean;
  allowMultipleAllocations?: boolean;
  attributes?: Record<string, DeviceAttribute>;
  bindingConditions?: string[];
  bindingFailureConditions?: string[];
  bindsToNode?: boolean;
  capacity?: Record<string, DeviceCapacity>;
  consumesCounters?: DeviceCounterConsumption[];
  name: string;
  nodeAllocatableResourceMappings?: Record<string, NodeAllocatableResourceMapping>;
  nodeName?: string;
  nodeSelector?: NodeSelector;
  taints?: DeviceTaint[];
}

export interface DeviceAllocationConfiguration {
  opaque?: OpaqueDeviceConfiguration;
  requests?: string[];
  /** Known values: FromClass, FromClaim. */
  source: string;
}

export interface DeviceAllocationResult {
  config?: DeviceAllocationConfiguration[];
  results?: DeviceRequestAllocationResult[];
}

export interface DeviceAttribute {
  bool?: boolean;
  bools?: boolean[];
  int?: number;
  ints?: number[];
  string?: string;
  strings?: string[];
  version?: string;
  versions?: string[];
}

export interface DeviceCapacity {
  requestPolicy?: CapacityRequestPolicy;
  /** A quantity such as "100m" or "1Gi". */
  value: string;
}

export interface DeviceClaim {
  config?: DeviceClaimConfiguration[];
  constraints?: DeviceConstraint[];
  requests?: DeviceRequest[];
}

export interface DeviceClaimConfiguration {
  opaque?: OpaqueDeviceConfiguration;
  requests?: string[];
}

export interface DeviceClass {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "DeviceClass";
  metadata: ObjectMeta;
  spec: DeviceClassSpec;
}

export interface DeviceClassConfiguration {
  opaque?: OpaqueDeviceConfiguration;
}

export interface DeviceClassList {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "DeviceClassList";
  items: DeviceClass[];
  metadata: ListMeta;
}

export interface DeviceClassSpec {
  config?: DeviceClassConfiguration[];
  extendedResourceName?: string;
  selectors?: DeviceSelector[];
}

export interface DeviceConstraint {
  distinctAttribute?: string;
  matchAttribute?: string;
  requests?: string[];
}

export interface DeviceCounterConsumption {
  counterSet: string;
  counters: Record<string, Counter>;
}

export interface DeviceRequest {
  exactly?: ExactDeviceRequest;
  firstAvailable?: DeviceSubRequest[];
  name: string;
}

export interface DeviceRequestAllocationResult {
  adminAccess?: boolean;
  bindingConditions?: string[];
  bindingFailureConditions?: string[];
  consumedCapacity?: Record<string, string>;
  device: string;
  driver: string;
  pool: string;
  request: string;
  shareID?: string;
  tolerations?: DeviceToleration[];
}

export interface DeviceSelector {
  cel?: CELDeviceSelector;
}

export interface DeviceSubRequest {
  allocationMode?: string;
  capacity?: CapacityRequirements;
  count?: number;
  deviceClassName: string;
  name: string;
  selectors?: DeviceSelector[];
  tolerations?: DeviceToleration[];
}

export interface DeviceTaint {
  /** Known values: None, NoSchedule, NoExecute. */
  effect: string;
  key: string;
  /** RFC 3339, whole seconds. */
  timeAdded?: string;
  value?: string;
}

export interface DeviceTaintRule {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "DeviceTaintRule";
  metadata: ObjectMeta;
  spec: DeviceTaintRuleSpec;
  status?: DeviceTaintRuleStatus;
}

export interface DeviceTaintRuleList {
  apiVersion: "resource.k8s.io/v1beta2";
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

export interface DeviceToleration {
  /** Known values: None, NoSchedule, NoExecute. */
  effect?: string;
  key?: string;
  /** Known values: Exists, Equal. */
  operator?: string;
  tolerationSeconds?: number;
  value?: string;
}

export interface ExactDeviceRequest {
  adminAccess?: boolean;
  allocationMode?: string;
  capacity?: CapacityRequirements;
  count?: number;
  deviceClassName: string;
  selectors?: DeviceSelector[];
  tolerations?: DeviceToleration[];
}

export interface NetworkDeviceData {
  hardwareAddress?: string;
  interfaceName?: string;
  ips?: string[];
}

export interface NodeAllocatableResourceMapping {
  /** A quantity such as "100m" or "1Gi". */
  allocationMultiplier?: string;
  capacityKey?: string;
}

export interface OpaqueDeviceConfiguration {
  driver: string;
  parameters: Record<string, unknown>;
}

export interface ResourceClaim {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "ResourceClaim";
  metadata: ObjectMeta;
  spec: ResourceClaimSpec;
  status?: ResourceClaimStatus;
}

export interface ResourceClaimConsumerReference {
  apiGroup?: string;
  name: string;
  resource: string;
  uid: string;
}

export interface ResourceClaimList {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "ResourceClaimList";
  items: ResourceClaim[];
  metadata: ListMeta;
}

export interface ResourceClaimSpec {
  devices?: DeviceClaim;
}

export interface ResourceClaimStatus {
  allocation?: AllocationResult;
  devices?: AllocatedDeviceStatus[];
  reservedFor?: ResourceClaimConsumerReference[];
}

export interface ResourceClaimTemplate {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "ResourceClaimTemplate";
  metadata: ObjectMeta;
  spec: ResourceClaimTemplateSpec;
}

export interface ResourceClaimTemplateList {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "ResourceClaimTemplateList";
  items: ResourceClaimTemplate[];
  metadata: ListMeta;
}

export interface ResourceClaimTemplateSpec {
  metadata?: ObjectMeta;
  spec: ResourceClaimSpec;
}

export interface ResourcePool {
  generation: number;
  name: string;
  resourceSliceCount: number;
}

export interface ResourceSlice {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "ResourceSlice";
  metadata: ObjectMeta;
  spec: ResourceSliceSpec;
}

export interface ResourceSliceList {
  apiVersion: "resource.k8s.io/v1beta2";
  kind: "ResourceSliceList";
  items: ResourceSlice[];
  metadata: ListMeta;
}

export interface ResourceSliceSpec {
  allNodes?: boolean;
  devices?: Device[];
  driver: string;
  nodeName?: string;
  nodeSelector?: NodeSelector;
  perDeviceNodeSelection?: boolean;
  pool: ResourcePool;
  sharedCounters?: CounterSet[];
}
