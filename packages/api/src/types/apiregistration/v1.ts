// Generated from the schema table of apiregistration.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of apiservices in apiregistration.k8s.io/v1. */
export const apiServices: Resource<APIService> = defineResource("apiregistration.k8s.io", "v1", "apiservices", "APIService", false);

export interface APIService {
  apiVersion: "apiregistration.k8s.io/v1";
  kind: "APIService";
  metadata: ObjectMeta;
  spec?: APIServiceSpec;
  status?: APIServiceStatus;
}

export interface APIServiceCondition {
  /** RFC 3339, whole seconds. */
  lastTransitionTime?: string;
  message?: string;
  reason?: string;
  status: string;
  type: string;
}

export interface APIServiceList {
  apiVersion: "apiregistration.k8s.io/v1";
  kind: "APIServiceList";
  items: APIService[];
  metadata: ListMeta;
}

export interface APIServiceSpec {
  /** Base64. */
  caBundle?: string;
  group?: string;
  groupPriorityMinimum: number;
  insecureSkipTLSVerify?: boolean;
  service?: ServiceReference;
  version?: string;
  versionPriority: number;
}

export interface APIServiceStatus {
  conditions?: APIServiceCondition[];
}

export interface ServiceReference {
  name?: string;
  namespace?: string;
  port?: number;
}
