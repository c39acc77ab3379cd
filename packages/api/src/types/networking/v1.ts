// Generated from the schema table of networking.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { TypedLocalObjectReference } from "../core/v1.ts";
import type { Condition, LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of ingressclasses in networking.k8s.io/v1. */
export const ingressClasses: Resource<IngressClass> = defineResource("networking.k8s.io", "v1", "ingressclasses", "IngressClass", false);

/** Handle of ingresses in networking.k8s.io/v1. */
export const ingresses: Resource<Ingress> = defineResource("networking.k8s.io", "v1", "ingresses", "Ingress", true);

/** Handle of ipaddresses in networking.k8s.io/v1. */
export const ipAddresses: Resource<IPAddress> = defineResource("networking.k8s.io", "v1", "ipaddresses", "IPAddress", false);

/** Handle of networkpolicies in networking.k8s.io/v1. */
export const networkPolicies: Resource<NetworkPolicy> = defineResource("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

/** Handle of servicecidrs in networking.k8s.io/v1. */
export const serviceCIDRs: Resource<ServiceCIDR> = defineResource("networking.k8s.io", "v1", "servicecidrs", "ServiceCIDR", false);

export interface HTTPIngressPath {
  backend: IngressBackend;
  path?: string;
  pathType: string;
}

export interface HTTPIngressRuleValue {
  paths: HTTPIngressPath[];
}

export interface IPAddress {
  apiVersion: "networking.k8s.io/v1";
  kind: "IPAddress";
  metadata: ObjectMeta;
  spec: IPAddressSpec;
}

export interface IPAddressList {
  apiVersion: "networking.k8s.io/v1";
  kind: "IPAddressList";
  items: IPAddress[];
  metadata: ListMeta;
}

export interface IPAddressSpec {
  parentRef: ParentReference;
}

export interface IPBlock {
  cidr: string;
  except?: string[];
}

export interface Ingress {
  apiVersion: "networking.k8s.io/v1";
  kind: "Ingress";
  metadata: ObjectMeta;
  spec?: IngressSpec;
  status?: IngressStatus;
}

export interface IngressBackend {
  resource?: TypedLocalObjectReference;
  service?: IngressServiceBackend;
}

export interface IngressClass {
  apiVersion: "networking.k8s.io/v1";
  kind: "IngressClass";
  metadata: ObjectMeta;
  spec?: IngressClassSpec;
}

export interface IngressClassList {
  apiVersion: "networking.k8s.io/v1";
  kind: "IngressClassList";
  items: IngressClass[];
  metadata: ListMeta;
}

export interface IngressClassParametersReference {
  apiGroup?: string;
  kind: string;
  name: string;
  namespace?: string;
  scope?: string;
}

export interface IngressClassSpec {
  controller?: string;
  parameters?: IngressClassParametersReference;
}

export interface IngressList {
  apiVersion: "networking.k8s.io/v1";
  kind: "IngressList";
  items: Ingress[];
  metadata: ListMeta;
}

export interface IngressLoadBalancerIngress {
  hostname?: string;
  ip?: string;
  ports?: IngressPortStatus[];
}

export interface IngressLoadBalancerStatus {
  ingress?: IngressLoadBalancerIngress[];
}

export interface IngressPortStatus {
  error?: string;
  port: number;
  protocol: string;
}

export interface IngressRule {
  host?: string;
  http?: HTTPIngressRuleValue;
}

export interface IngressServiceBackend {
  name: string;
  port?: ServiceBackendPort;
}

export interface IngressSpec {
  defaultBackend?: IngressBackend;
  ingressClassName?: string;
  rules?: IngressRule[];
  tls?: IngressTLS[];
}

export interface IngressStatus {
  loadBalancer?: IngressLoadBalancerStatus;
}

export interface IngressTLS {
  hosts?: string[];
  secretName?: string;
}

export interface NetworkPolicy {
  apiVersion: "networking.k8s.io/v1";
  kind: "NetworkPolicy";
  metadata: ObjectMeta;
  spec?: NetworkPolicySpec;
}

export interface NetworkPolicyEgressRule {
  ports?: NetworkPolicyPort[];
  to?: NetworkPolicyPeer[];
}

export interface NetworkPolicyIngressRule {
  from?: NetworkPolicyPeer[];
  ports?: NetworkPolicyPort[];
}

export interface NetworkPolicyList {
  apiVersion: "networking.k8s.io/v1";
  kind: "NetworkPolicyList";
  items: NetworkPolicy[];
  metadata: ListMeta;
}

export interface NetworkPolicyPeer {
  ipBlock?: IPBlock;
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}

export interface NetworkPolicyPort {
  endPort?: number;
  port?: number | string;
  protocol?: string;
}

export interface NetworkPolicySpec {
  egress?: NetworkPolicyEgressRule[];
  ingress?: NetworkPolicyIngressRule[];
  podSelector?: LabelSelector;
  /** Known values: Ingress, Egress. */
  policyTypes?: string[];
}

export interface ParentReference {
  group?: string;
  name: string;
  namespace?: string;
  resource: string;
}

export interface ServiceBackendPort {
  name?: string;
  number?: number;
}

export interface ServiceCIDR {
  apiVersion: "networking.k8s.io/v1";
  kind: "ServiceCIDR";
  metadata: ObjectMeta;
  spec?: ServiceCIDRSpec;
  status?: ServiceCIDRStatus;
}

export interface ServiceCIDRList {
  apiVersion: "networking.k8s.io/v1";
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
