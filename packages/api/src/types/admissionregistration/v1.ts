// Generated from the schema table of admissionregistration.k8s.io/v1 by scripts/generate-types.ts; do not edit.
import type { Condition, LabelSelector, ListMeta, ObjectMeta } from "../meta/v1.ts";
import { defineResource, type Resource } from "../../machinery/resource.ts";

/** Handle of mutatingadmissionpolicies in admissionregistration.k8s.io/v1. */
export const mutatingAdmissionPolicies: Resource<MutatingAdmissionPolicy> = defineResource("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicies", "MutatingAdmissionPolicy", false);

/** Handle of mutatingadmissionpolicybindings in admissionregistration.k8s.io/v1. */
export const mutatingAdmissionPolicyBindings: Resource<MutatingAdmissionPolicyBinding> = defineResource("admissionregistration.k8s.io", "v1", "mutatingadmissionpolicybindings", "MutatingAdmissionPolicyBinding", false);

/** Handle of mutatingwebhookconfigurations in admissionregistration.k8s.io/v1. */
export const mutatingWebhookConfigurations: Resource<MutatingWebhookConfiguration> = defineResource("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", false);

/** Handle of validatingadmissionpolicies in admissionregistration.k8s.io/v1. */
export const validatingAdmissionPolicies: Resource<ValidatingAdmissionPolicy> = defineResource("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", false);

/** Handle of validatingadmissionpolicybindings in admissionregistration.k8s.io/v1. */
export const validatingAdmissionPolicyBindings: Resource<ValidatingAdmissionPolicyBinding> = defineResource("admissionregistration.k8s.io", "v1", "validatingadmissionpolicybindings", "ValidatingAdmissionPolicyBinding", false);

/** Handle of validatingwebhookconfigurations in admissionregistration.k8s.io/v1. */
export const validatingWebhookConfigurations: Resource<ValidatingWebhookConfiguration> = defineResource("admissionregistration.k8s.io", "v1", "validatingwebhookconfigurations", "ValidatingWebhookConfiguration", false);

export interface ApplyConfiguration {
  expression?: string;
}

export interface AuditAnnotation {
  key: string;
  valueExpression: string;
}

export interface ExpressionWarning {
  fieldRef: string;
  warning: string;
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
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "MutatingAdmissionPolicy";
  metadata: ObjectMeta;
  spec?: MutatingAdmissionPolicySpec;
}

export interface MutatingAdmissionPolicyBinding {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "MutatingAdmissionPolicyBinding";
  metadata: ObjectMeta;
  spec?: MutatingAdmissionPolicyBindingSpec;
}

export interface MutatingAdmissionPolicyBindingList {
  apiVersion: "admissionregistration.k8s.io/v1";
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
  apiVersion: "admissionregistration.k8s.io/v1";
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
  /** Known values: Never, IfNeeded. */
  reinvocationPolicy?: string;
  variables?: Variable[];
}

export interface MutatingWebhook {
  admissionReviewVersions: string[];
  clientConfig: WebhookClientConfig;
  /** Known values: Ignore, Fail. */
  failurePolicy?: string;
  matchConditions?: MatchCondition[];
  /** Known values: Exact, Equivalent. */
  matchPolicy?: string;
  name: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  /** Known values: Never, IfNeeded. */
  reinvocationPolicy?: string;
  rules?: RuleWithOperations[];
  /** Known values: Unknown, None, Some, NoneOnDryRun. */
  sideEffects: string;
  timeoutSeconds?: number;
}

export interface MutatingWebhookConfiguration {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "MutatingWebhookConfiguration";
  metadata: ObjectMeta;
  webhooks?: MutatingWebhook[];
}

export interface MutatingWebhookConfigurationList {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "MutatingWebhookConfigurationList";
  items: MutatingWebhookConfiguration[];
  metadata: ListMeta;
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

export interface RuleWithOperations {
  apiGroups?: string[];
  apiVersions?: string[];
  /** Known values: *, CREATE, UPDATE, DELETE, CONNECT. */
  operations?: string[];
  resources?: string[];
  scope?: string;
}

export interface ServiceReference {
  name: string;
  namespace: string;
  path?: string;
  port?: number;
}

export interface TypeChecking {
  expressionWarnings?: ExpressionWarning[];
}

export interface ValidatingAdmissionPolicy {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "ValidatingAdmissionPolicy";
  metadata: ObjectMeta;
  spec?: ValidatingAdmissionPolicySpec;
  status?: ValidatingAdmissionPolicyStatus;
}

export interface ValidatingAdmissionPolicyBinding {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "ValidatingAdmissionPolicyBinding";
  metadata: ObjectMeta;
  spec: ValidatingAdmissionPolicyBindingSpec;
}

export interface ValidatingAdmissionPolicyBindingList {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "ValidatingAdmissionPolicyBindingList";
  items: ValidatingAdmissionPolicyBinding[];
  metadata: ListMeta;
}

export interface ValidatingAdmissionPolicyBindingSpec {
  matchResources?: MatchResources;
  paramRef?: ParamRef;
  policyName: string;
  /** Known values: Deny, Warn, Audit. */
  validationActions: string[];
}

export interface ValidatingAdmissionPolicyList {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "ValidatingAdmissionPolicyList";
  items: ValidatingAdmissionPolicy[];
  metadata: ListMeta;
}

export interface ValidatingAdmissionPolicySpec {
  auditAnnotations?: AuditAnnotation[];
  /** Known values: Ignore, Fail. */
  failurePolicy?: string;
  matchConditions?: MatchCondition[];
  matchConstraints?: MatchResources;
  paramKind?: ParamKind;
  validations?: Validation[];
  variables?: Variable[];
}

export interface ValidatingAdmissionPolicyStatus {
  conditions?: Condition[];
  observedGeneration?: number;
  typeChecking?: TypeChecking;
}

export interface ValidatingWebhook {
  admissionReviewVersions: string[];
  clientConfig: WebhookClientConfig;
  /** Known values: Ignore, Fail. */
  failurePolicy?: string;
  matchConditions?: MatchCondition[];
  /** Known values: Exact, Equivalent. */
  matchPolicy?: string;
  name: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  rules?: RuleWithOperations[];
  /** Known values: Unknown, None, Some, NoneOnDryRun. */
  sideEffects: string;
  timeoutSeconds?: number;
}

export interface ValidatingWebhookConfiguration {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "ValidatingWebhookConfiguration";
  metadata: ObjectMeta;
  webhooks?: ValidatingWebhook[];
}

export interface ValidatingWebhookConfigurationList {
  apiVersion: "admissionregistration.k8s.io/v1";
  kind: "ValidatingWebhookConfigurationList";
  items: ValidatingWebhookConfiguration[];
  metadata: ListMeta;
}

export interface Validation {
  expression: string;
  message?: string;
  messageExpression?: string;
  reason?: string;
}

export interface Variable {
  expression: string;
  name: string;
}

export interface WebhookClientConfig {
  /** Base64. */
  caBundle?: string;
  service?: ServiceReference;
  url?: string;
}
