/** API schema table of apiregistration.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const apiregistrationV1 = `
group apiregistration.k8s.io v1 proto=k8s.io.kube_aggregator.pkg.apis.apiregistration.v1
resource apiservices APIService Cluster categories=api-extensions verbs=all
 status APIService verbs=get,patch,update

kind APIService
 metadata meta.v1.ObjectMeta #1
 spec APIServiceSpec #2
 status APIServiceStatus #3
type APIServiceCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status! string #2
 type! string #1
kind APIServiceList
 items! []APIService #2
 metadata meta.v1.ListMeta #1
type APIServiceSpec
 caBundle byte #5 list=atomic
 group string #2
 groupPriorityMinimum! int32 #7
 insecureSkipTLSVerify boolean #4
 service *ServiceReference #1
 version string #3
 versionPriority! int32 #8
type APIServiceStatus
 conditions []APIServiceCondition #1 list=map(type) patch=merge key=type
type ServiceReference
 name string #2
 namespace string #1
 port *int32 #3 default=443
`;
