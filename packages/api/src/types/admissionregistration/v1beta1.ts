// Generated from the schema table of admissionregistration.k8s.io/v1beta1 by scripts/generate-types.ts; do not edit.
import type { LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of mutatingadmissionpolicies in admissionregistration.k8s.io/v1beta1. */
export const mutatingAdmissionPolicies: Resource<MutatingAdmissionPolicy> = defineResource("admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false);

/** Handle of mutatingadmissionpolicybindings in admissionregistration.k8s.io/v1beta1. */
export const mutatingAdmissionPolicyBindings: Resource<MutatingAdmissionPolicyBinding> = defineResource("admissionregistration.k8s.io", "v1beta1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false);

export interface ApplyConfiguration {
  expression?: string;
}

export interface JSONPatch {
  expression?: string;
}

export interface MatchCondition {
  expression: string;
  name: string;
}

export interface MatchResources {
  excludeResourceRules?: NamedRuleWithOperations[];
  /** Known values: Exact, Equivalent. */
  matchPolicy?: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  resourceRules?: NamedRuleWithOperations[];
}

export interface MutatingAdmissionPolicy {
  apiVersion: "admissionregistration.k8s.io/v1beta1";
  kind: "MutatingAdmissionPolicy";
  metadata: ObjectMeta;
  spec?: MutatingAdmissionPolicySpec;
}

export interface MutatingAdmissionPolicyBinding {
  apiVersion: "admissionregistration.k8s.io/v1beta1";
  kind: "MutatingAdmissionPolicyBinding";
  metadata: ObjectMeta;
  spec?: MutatingAdmissionPolicyBindingSpec;
}

export interface MutatingAdmissionPolicyBindingList {
  apiVersion: "admissionregistration.k8s.io/v1beta1";
  kind: "MutatingAdmissionPolicyBindingList";
  items: MutatingAdmissionPolicyBinding[];
  metadata: ListMeta;
}

export interface MutatingAdmissionPolicyBindingSpec {
  matchResources?: MatchResources;
  paramRef?: ParamRef;
  policyName?: string;
}

export interface MutatingAdmissionPolicyList {
  apiVersion: "admissionregistration.k8s.io/v1beta1";
  kind: "MutatingAdmissionPolicyList";
  items: MutatingAdmissionPolicy[];
  metadata: ListMeta;
}

export interface MutatingAdmissionPolicySpec {
  /** Known values: Ignore, Fail. */
  failurePolicy?: string;
  matchConditions?: MatchCondition[];
  matchConstraints?: MatchResources;
  mutations?: Mutation[];
  paramKind?: ParamKind;
  reinvocationPolicy?: string;
  variables?: Variable[];
}

export interface Mutation {
  applyConfiguration?: ApplyConfiguration;
  jsonPatch?: JSONPatch;
  /** Known values: ApplyConfiguration, JSONPatch. */
  patchType: string;
}

export interface NamedRuleWithOperations {
  apiGroups?: string[];
  apiVersions?: string[];
  operations?: string[];
  resourceNames?: string[];
  resources?: string[];
  scope?: string;
}

export interface ParamKind {
  apiVersion?: string;
  kind?: string;
}

export interface ParamRef {
  name?: string;
  namespace?: string;
  /** Known values: Allow, Deny. */
  parameterNotFoundAction?: string;
  selector?: LabelSelector;
}

export interface Variable {
  expression: string;
  name: string;
}
