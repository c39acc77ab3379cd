/** API schema table of rbac.authorization.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const rbacV1 = `
group rbac.authorization.k8s.io v1 proto=k8s.io.api.rbac.v1
resource clusterrolebindings ClusterRoleBinding Cluster verbs=all
resource clusterroles ClusterRole Cluster verbs=all
resource rolebindings RoleBinding Namespaced verbs=all
resource roles Role Namespaced verbs=all

type AggregationRule
 clusterRoleSelectors []meta.v1.LabelSelector #1 list=atomic
kind ClusterRole
 aggregationRule *AggregationRule #3
 metadata meta.v1.ObjectMeta #1
 rules []PolicyRule #2 list=atomic
kind ClusterRoleBinding
 metadata meta.v1.ObjectMeta #1
 roleRef! RoleRef #3
 subjects []Subject #2 list=atomic
kind ClusterRoleBindingList
 items! []ClusterRoleBinding #2
 metadata meta.v1.ListMeta #1
kind ClusterRoleList
 items! []ClusterRole #2
 metadata meta.v1.ListMeta #1
type PolicyRule
 apiGroups []string #2 list=atomic
 nonResourceURLs []string #5 list=atomic
 resourceNames []string #4 list=atomic
 resources []string #3 list=atomic
 verbs! []string #1 list=atomic
kind Role
 metadata meta.v1.ObjectMeta #1
 rules []PolicyRule #2 list=atomic
kind RoleBinding
 metadata meta.v1.ObjectMeta #1
 roleRef! RoleRef #3
 subjects []Subject #2 list=atomic
kind RoleBindingList
 items! []RoleBinding #2
 metadata meta.v1.ListMeta #1
kind RoleList
 items! []Role #2
 metadata meta.v1.ListMeta #1
type RoleRef map=atomic
 apiGroup string #1 default="rbac.authorization.k8s.io"
 kind! string #2
 name! string #3
type Subject map=atomic
 apiGroup string #2
 kind! string #1
 name! string #3
 namespace string #4
`;
