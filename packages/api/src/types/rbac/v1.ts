// Generated from the schema table of rbac.authorization.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of clusterrolebindings in rbac.authorization.k8s.io/v1. */
export const clusterRoleBindings: Resource<ClusterRoleBinding> = defineResource("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", false);

/** Handle of clusterroles in rbac.authorization.k8s.io/v1. */
export const clusterRoles: Resource<ClusterRole> = defineResource("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false);

/** Handle of rolebindings in rbac.authorization.k8s.io/v1. */
export const roleBindings: Resource<RoleBinding> = defineResource("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", true);

/** Handle of roles in rbac.authorization.k8s.io/v1. */
export const roles: Resource<Role> = defineResource("rbac.authorization.k8s.io", "v1", "roles", "Role", true);

export interface AggregationRule {
  clusterRoleSelectors?: LabelSelector[];
}

export interface ClusterRole {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "ClusterRole";
  aggregationRule?: AggregationRule;
  metadata: ObjectMeta;
  rules?: PolicyRule[];
}

export interface ClusterRoleBinding {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "ClusterRoleBinding";
  metadata: ObjectMeta;
  roleRef: RoleRef;
  subjects?: Subject[];
}

export interface ClusterRoleBindingList {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "ClusterRoleBindingList";
  items: ClusterRoleBinding[];
  metadata: ListMeta;
}

export interface ClusterRoleList {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "ClusterRoleList";
  items: ClusterRole[];
  metadata: ListMeta;
}

export interface PolicyRule {
  apiGroups?: string[];
  nonResourceURLs?: string[];
  resourceNames?: string[];
  resources?: string[];
  verbs: string[];
}

export interface Role {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "Role";
  metadata: ObjectMeta;
  rules?: PolicyRule[];
}

export interface RoleBinding {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "RoleBinding";
  metadata: ObjectMeta;
  roleRef: RoleRef;
  subjects?: Subject[];
}

export interface RoleBindingList {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "RoleBindingList";
  items: RoleBinding[];
  metadata: ListMeta;
}

export interface RoleList {
  apiVersion: "rbac.authorization.k8s.io/v1";
  kind: "RoleList";
  items: Role[];
  metadata: ListMeta;
}

export interface RoleRef {
  apiGroup?: string;
  kind: string;
  name: string;
}

export interface Subject {
  apiGroup?: string;
  kind: string;
  name: string;
  namespace?: string;
}
