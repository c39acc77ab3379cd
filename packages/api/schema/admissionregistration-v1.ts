/** API schema table of admissionregistration.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const admissionregistrationV1 = `
group admissionregistration.k8s.io v1 proto=k8s.io.api.admissionregistration.v1
resource mutatingadmissionpolicies MutatingAdmissionPolicy Cluster categories=api-extensions verbs=all
resource mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding Cluster categories=api-extensions verbs=all
resource mutatingwebhookconfigurations MutatingWebhookConfiguration Cluster categories=api-extensions verbs=all
resource validatingadmissionpolicies ValidatingAdmissionPolicy Cluster categories=api-extensions verbs=all
 status ValidatingAdmissionPolicy verbs=get,patch,update
resource validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding Cluster categories=api-extensions verbs=all
resource validatingwebhookconfigurations ValidatingWebhookConfiguration Cluster categories=api-extensions verbs=all

type ApplyConfiguration
 expression string #1
type AuditAnnotation
 key! string #1
 valueExpression! string #2
type ExpressionWarning
 fieldRef! string #2
 warning! string #3
type JSONPatch
 expression string #1
type MatchCondition
 expression! string #2
 name! string #1
type MatchResources map=atomic
 excludeResourceRules []NamedRuleWithOperations #4 list=atomic
 matchPolicy *string #7 default="Equivalent" enum=Exact|Equivalent
 namespaceSelector *meta.v1.LabelSelector #1 default={}
 objectSelector *meta.v1.LabelSelector #2 default={}
 resourceRules []NamedRuleWithOperations #3 list=atomic
kind MutatingAdmissionPolicy
 metadata meta.v1.ObjectMeta #1
 spec MutatingAdmissionPolicySpec #2
kind MutatingAdmissionPolicyBinding
 metadata meta.v1.ObjectMeta #1
 spec MutatingAdmissionPolicyBindingSpec #2
kind MutatingAdmissionPolicyBindingList
 items! []MutatingAdmissionPolicyBinding #2
 metadata meta.v1.ListMeta #1
type MutatingAdmissionPolicyBindingSpec
 matchResources *MatchResources #3
 paramRef *ParamRef #2
 policyName string #1
kind MutatingAdmissionPolicyList
 items! []MutatingAdmissionPolicy #2
 metadata meta.v1.ListMeta #1
type MutatingAdmissionPolicySpec
 failurePolicy *string #5 default="Fail" enum=Ignore|Fail
 matchConditions []MatchCondition #6 list=map(name) patch=merge key=name
 matchConstraints *MatchResources #2
 mutations []Mutation #4 list=atomic
 paramKind *ParamKind #1
 reinvocationPolicy string #7 enum=Never|IfNeeded
 variables []Variable #3 list=atomic
type MutatingWebhook
 admissionReviewVersions! []string #8 list=atomic
 clientConfig! WebhookClientConfig #2
 failurePolicy *string #4 default="Fail" enum=Ignore|Fail
 matchConditions []MatchCondition #12 list=map(name) patch=merge key=name
 matchPolicy *string #9 default="Equivalent" enum=Exact|Equivalent
 name! string #1
 namespaceSelector *meta.v1.LabelSelector #5 default={}
 objectSelector *meta.v1.LabelSelector #11 default={}
 reinvocationPolicy *string #10 default="Never" enum=Never|IfNeeded
 rules []RuleWithOperations #3 list=atomic
 sideEffects! *string #6 enum=Unknown|None|Some|NoneOnDryRun
 timeoutSeconds *int32 #7 default=10
kind MutatingWebhookConfiguration
 metadata meta.v1.ObjectMeta #1
 webhooks []MutatingWebhook #2 list=map(name) patch=merge key=name
kind MutatingWebhookConfigurationList
 items! []MutatingWebhookConfiguration #2
 metadata meta.v1.ListMeta #1
type Mutation
 applyConfiguration *ApplyConfiguration #3
 jsonPatch *JSONPatch #4
 patchType! string #2 enum=ApplyConfiguration|JSONPatch
type NamedRuleWithOperations map=atomic
 apiGroups []string #2.2.1 list=atomic
 apiVersions []string #2.2.2 list=atomic
 operations []string #2.1 list=atomic
 resourceNames []string #1 list=atomic
 resources []string #2.2.3 list=atomic
 scope *string #2.2.4 default="*"
type ParamKind map=atomic
 apiVersion string #1
 kind string #2
type ParamRef map=atomic
 name string #1
 namespace string #2
 parameterNotFoundAction *string #4 enum=Allow|Deny
 selector *meta.v1.LabelSelector #3
type RuleWithOperations
 apiGroups []string #2.1 list=atomic
 apiVersions []string #2.2 list=atomic
 operations []string #1 list=atomic enum=*|CREATE|UPDATE|DELETE|CONNECT
 resources []string #2.3 list=atomic
 scope *string #2.4 default="*"
type ServiceReference
 name! string #2
 namespace! string #1
 path *string #3
 port *int32 #4 default=443
type TypeChecking
 expressionWarnings []ExpressionWarning #1 list=atomic
kind ValidatingAdmissionPolicy
 metadata meta.v1.ObjectMeta #1
 spec ValidatingAdmissionPolicySpec #2
 status ValidatingAdmissionPolicyStatus #3
kind ValidatingAdmissionPolicyBinding
 metadata meta.v1.ObjectMeta #1
 spec! ValidatingAdmissionPolicyBindingSpec #2
kind ValidatingAdmissionPolicyBindingList
 items! []ValidatingAdmissionPolicyBinding #2
 metadata meta.v1.ListMeta #1
type ValidatingAdmissionPolicyBindingSpec
 matchResources *MatchResources #3
 paramRef *ParamRef #2
 policyName! string #1
 validationActions! []string #4 list=set enum=Deny|Warn|Audit
kind ValidatingAdmissionPolicyList
 items! []ValidatingAdmissionPolicy #2
 metadata meta.v1.ListMeta #1
type ValidatingAdmissionPolicySpec
 auditAnnotations []AuditAnnotation #5 list=atomic
 failurePolicy *string #4 default="Fail" enum=Ignore|Fail
 matchConditions []MatchCondition #6 list=map(name) patch=merge key=name
 matchConstraints *MatchResources #2
 paramKind *ParamKind #1
 validations []Validation #3 list=atomic
 variables []Variable #7 list=map(name) patch=merge key=name
type ValidatingAdmissionPolicyStatus
 conditions []meta.v1.Condition #3 list=map(type)
 observedGeneration int64 #1
 typeChecking *TypeChecking #2
type ValidatingWebhook
 admissionReviewVersions! []string #8 list=atomic
 clientConfig! WebhookClientConfig #2
 failurePolicy *string #4 default="Fail" enum=Ignore|Fail
 matchConditions []MatchCondition #11 list=map(name) patch=merge key=name
 matchPolicy *string #9 default="Equivalent" enum=Exact|Equivalent
 name! string #1
 namespaceSelector *meta.v1.LabelSelector #5 default={}
 objectSelector *meta.v1.LabelSelector #10 default={}
 rules []RuleWithOperations #3 list=atomic
 sideEffects! *string #6 enum=Unknown|None|Some|NoneOnDryRun
 timeoutSeconds *int32 #7 default=10
kind ValidatingWebhookConfiguration
 metadata meta.v1.ObjectMeta #1
 webhooks []ValidatingWebhook #2 list=map(name) patch=merge key=name
kind ValidatingWebhookConfigurationList
 items! []ValidatingWebhookConfiguration #2
 metadata meta.v1.ListMeta #1
type Validation
 expression! string #1
 message string #2
 messageExpression string #4
 reason *string #3
type Variable map=atomic
 expression! string #2
 name! string #1
type WebhookClientConfig
 caBundle byte #2
 service *ServiceReference #1
 url *string #3
`;
