/** API schema table of flowcontrol.apiserver.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const flowcontrolV1 = `
group flowcontrol.apiserver.k8s.io v1 proto=k8s.io.api.flowcontrol.v1
resource flowschemas FlowSchema Cluster verbs=all
 status FlowSchema verbs=get,patch,update
resource prioritylevelconfigurations PriorityLevelConfiguration Cluster verbs=all
 status PriorityLevelConfiguration verbs=get,patch,update

type ExemptPriorityLevelConfiguration
 lendablePercent *int32 #2 default=0
 nominalConcurrencyShares *int32 #1 default=0
type FlowDistinguisherMethod
 type! string #1 enum=ByUser|ByNamespace
kind FlowSchema
 metadata meta.v1.ObjectMeta #1
 spec FlowSchemaSpec #2
 status FlowSchemaStatus #3
type FlowSchemaCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status string #2 enum=True|False|Unknown
 type string #1
kind FlowSchemaList
 items! []FlowSchema #2
 metadata meta.v1.ListMeta #1
type FlowSchemaSpec
 distinguisherMethod *FlowDistinguisherMethod #3
 matchingPrecedence int32 #2 default=1000
 priorityLevelConfiguration! PriorityLevelConfigurationReference #1
 rules []PolicyRulesWithSubjects #4 list=atomic
type FlowSchemaStatus
 conditions []FlowSchemaCondition #1 list=map(type) patch=merge key=type
type GroupSubject
 name! string #1
type LimitResponse
 queuing *QueuingConfiguration #2
 type! string #1 enum=Queue|Reject
type LimitedPriorityLevelConfiguration
 borrowingLimitPercent *int32 #4
 lendablePercent *int32 #3 default=0
 limitResponse LimitResponse #2
 nominalConcurrencyShares *int32 #1 default=30
type NonResourcePolicyRule
 nonResourceURLs! []string #6 list=set
 verbs! []string #1 list=set
type PolicyRulesWithSubjects
 nonResourceRules []NonResourcePolicyRule #3 list=atomic
 resourceRules []ResourcePolicyRule #2 list=atomic
 subjects! []Subject #1 list=atomic
kind PriorityLevelConfiguration
 metadata meta.v1.ObjectMeta #1
 spec PriorityLevelConfigurationSpec #2
 status PriorityLevelConfigurationStatus #3
type PriorityLevelConfigurationCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status string #2 enum=True|False|Unknown
 type string #1
kind PriorityLevelConfigurationList
 items! []PriorityLevelConfiguration #2
 metadata meta.v1.ListMeta #1
type PriorityLevelConfigurationReference
 name! string #1
type PriorityLevelConfigurationSpec
 exempt *ExemptPriorityLevelConfiguration #3
 limited *LimitedPriorityLevelConfiguration #2
 type! string #1 enum=Exempt|Limited
type PriorityLevelConfigurationStatus
 conditions []PriorityLevelConfigurationCondition #1 list=map(type) patch=merge key=type
type QueuingConfiguration
 handSize int32 #2 default=8
 queueLengthLimit int32 #3 default=50
 queues int32 #1 default=64
type ResourcePolicyRule
 apiGroups! []string #2 list=set
 clusterScope boolean #4
 namespaces []string #5 list=set
 resources! []string #3 list=set
 verbs! []string #1 list=set
type ServiceAccountSubject
 name! string #2
 namespace! string #1
type Subject
 group *GroupSubject #3
 kind! string #1 enum=User|Group|ServiceAccount
 serviceAccount *ServiceAccountSubject #4
 user *UserSubject #2
type UserSubject
 name! string #1
`;
