/** API schema table of admissionregistration.k8s.io/v1alpha1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const admissionregistrationV1alpha1 = `
group admissionregistration.k8s.io v1alpha1 proto=k8s.io.api.admissionregistration.v1alpha1
resource mutatingadmissionpolicies MutatingAdmissionPolicy Cluster categories=api-extensions verbs=all
resource mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding Cluster categories=api-extensions verbs=all

type ApplyConfiguration
 expression string #1
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
 reinvocationPolicy string #7
 variables []Variable #3 list=atomic
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
type Variable
 expression! string #2
 name! string #1
`;
