/** API schema table of authorization.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const authorizationV1 = `
group authorization.k8s.io v1 proto=k8s.io.api.authorization.v1
resource localsubjectaccessreviews LocalSubjectAccessReview Namespaced verbs=create
resource selfsubjectaccessreviews SelfSubjectAccessReview Cluster verbs=create
resource selfsubjectrulesreviews SelfSubjectRulesReview Cluster verbs=create
resource subjectaccessreviews SubjectAccessReview Cluster verbs=create

type FieldSelectorAttributes
 rawSelector string #1
 requirements []meta.v1.FieldSelectorRequirement #2 list=atomic
type LabelSelectorAttributes
 rawSelector string #1
 requirements []meta.v1.LabelSelectorRequirement #2 list=atomic
kind LocalSubjectAccessReview
 metadata meta.v1.ObjectMeta #1
 spec! SubjectAccessReviewSpec #2
 status SubjectAccessReviewStatus #3
type NonResourceAttributes
 path string #1
 verb string #2
type NonResourceRule
 nonResourceURLs []string #2 list=atomic
 verbs! []string #1 list=atomic
type ResourceAttributes
 fieldSelector *FieldSelectorAttributes #8
 group string #3
 labelSelector *LabelSelectorAttributes #9
 name string #7
 namespace string #1
 resource string #5
 subresource string #6
 verb string #2
 version string #4
type ResourceRule
 apiGroups []string #2 list=atomic
 resourceNames []string #4 list=atomic
 resources []string #3 list=atomic
 verbs! []string #1 list=atomic
kind SelfSubjectAccessReview
 metadata meta.v1.ObjectMeta #1
 spec! SelfSubjectAccessReviewSpec #2
 status SubjectAccessReviewStatus #3
type SelfSubjectAccessReviewSpec
 nonResourceAttributes *NonResourceAttributes #2
 resourceAttributes *ResourceAttributes #1
kind SelfSubjectRulesReview
 metadata meta.v1.ObjectMeta #1
 spec! SelfSubjectRulesReviewSpec #2
 status SubjectRulesReviewStatus #3
type SelfSubjectRulesReviewSpec
 namespace string #1
kind SubjectAccessReview
 metadata meta.v1.ObjectMeta #1
 spec! SubjectAccessReviewSpec #2
 status SubjectAccessReviewStatus #3
type SubjectAccessReviewSpec
 extra {}[]string #5
 groups []string #4 list=atomic
 nonResourceAttributes *NonResourceAttributes #2
 resourceAttributes *ResourceAttributes #1
 uid string #6
 user string #3
type SubjectAccessReviewStatus
 allowed! boolean #1
 denied boolean #4
 evaluationError string #3
 reason string #2
type SubjectRulesReviewStatus
 evaluationError string #4
 incomplete! boolean #3
 nonResourceRules! []NonResourceRule #2 list=atomic
 resourceRules! []ResourceRule #1 list=atomic
`;
