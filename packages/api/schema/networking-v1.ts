/** API schema table of networking.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const networkingV1 = `
group networking.k8s.io v1 proto=k8s.io.api.networking.v1
resource ingressclasses IngressClass Cluster verbs=all
resource ingresses Ingress Namespaced short=ing verbs=all
 status Ingress verbs=get,patch,update
resource ipaddresses IPAddress Cluster short=ip verbs=all
resource networkpolicies NetworkPolicy Namespaced short=netpol verbs=all
resource servicecidrs ServiceCIDR Cluster verbs=all
 status ServiceCIDR verbs=get,patch,update

type HTTPIngressPath
 backend! IngressBackend #2
 path string #1
 pathType! *string #3
type HTTPIngressRuleValue
 paths! []HTTPIngressPath #1 list=atomic
kind IPAddress
 metadata meta.v1.ObjectMeta #1
 spec! IPAddressSpec #2
kind IPAddressList
 items! []IPAddress #2
 metadata meta.v1.ListMeta #1
type IPAddressSpec
 parentRef! *ParentReference #1
type IPBlock
 cidr! string #1
 except []string #2 list=atomic
kind Ingress
 metadata meta.v1.ObjectMeta #1
 spec IngressSpec #2
 status IngressStatus #3
type IngressBackend
 resource *core.v1.TypedLocalObjectReference #3
 service *IngressServiceBackend #4
kind IngressClass
 metadata meta.v1.ObjectMeta #1
 spec IngressClassSpec #2
kind IngressClassList
 items! []IngressClass #2
 metadata meta.v1.ListMeta #1
type IngressClassParametersReference
 apiGroup *string #1
 kind! string #2
 name! string #3
 namespace *string #5
 scope *string #4 default="Cluster"
type IngressClassSpec
 controller string #1
 parameters *IngressClassParametersReference #2
kind IngressList
 items! []Ingress #2
 metadata meta.v1.ListMeta #1
type IngressLoadBalancerIngress
 hostname string #2
 ip string #1
 ports []IngressPortStatus #4 list=atomic
type IngressLoadBalancerStatus
 ingress []IngressLoadBalancerIngress #1 list=atomic
type IngressPortStatus
 error *string #3
 port! int32 #1
 protocol! string #2
type IngressRule
 host string #1
 http *HTTPIngressRuleValue #2.1
type IngressServiceBackend
 name! string #1
 port ServiceBackendPort #2
type IngressSpec
 defaultBackend *IngressBackend #1
 ingressClassName *string #4
 rules []IngressRule #3 list=atomic
 tls []IngressTLS #2 list=atomic
type IngressStatus
 loadBalancer IngressLoadBalancerStatus #1
type IngressTLS
 hosts []string #1 list=atomic
 secretName string #2
kind NetworkPolicy
 metadata meta.v1.ObjectMeta #1
 spec NetworkPolicySpec #2
type NetworkPolicyEgressRule
 ports []NetworkPolicyPort #1 list=atomic
 to []NetworkPolicyPeer #2 list=atomic
type NetworkPolicyIngressRule
 from []NetworkPolicyPeer #2 list=atomic
 ports []NetworkPolicyPort #1 list=atomic
kind NetworkPolicyList
 items! []NetworkPolicy #2
 metadata meta.v1.ListMeta #1
type NetworkPolicyPeer
 ipBlock *IPBlock #3
 namespaceSelector *meta.v1.LabelSelector #2
 podSelector *meta.v1.LabelSelector #1
type NetworkPolicyPort
 endPort *int32 #3
 port *IntOrString #2
 protocol *string #1 default="TCP"
type NetworkPolicySpec
 egress []NetworkPolicyEgressRule #3 list=atomic
 ingress []NetworkPolicyIngressRule #2 list=atomic
 podSelector meta.v1.LabelSelector #1
 policyTypes []string #4 list=atomic enum=Ingress|Egress
type ParentReference
 group string #1
 name! string #4
 namespace string #3
 resource! string #2
type ServiceBackendPort map=atomic
 name string #1
 number int32 #2
kind ServiceCIDR
 metadata meta.v1.ObjectMeta #1
 spec ServiceCIDRSpec #2
 status ServiceCIDRStatus #3
kind ServiceCIDRList
 items! []ServiceCIDR #2
 metadata meta.v1.ListMeta #1
type ServiceCIDRSpec
 cidrs []string #1 list=atomic
type ServiceCIDRStatus
 conditions []meta.v1.Condition #1 list=map(type) patch=merge key=type
`;
