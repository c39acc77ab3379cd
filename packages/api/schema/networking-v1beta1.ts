/** API schema table of networking.k8s.io/v1beta1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const networkingV1beta1 = `
group networking.k8s.io v1beta1 proto=k8s.io.api.networking.v1beta1
resource ipaddresses IPAddress Cluster short=ip verbs=all
resource servicecidrs ServiceCIDR Cluster verbs=all
 status ServiceCIDR verbs=get,patch,update

kind IPAddress
 metadata meta.v1.ObjectMeta #1
 spec! IPAddressSpec #2
kind IPAddressList
 items! []IPAddress #2
 metadata meta.v1.ListMeta #1
type IPAddressSpec
 parentRef! *ParentReference #1
type ParentReference
 group string #1
 name! string #4
 namespace string #3
 resource! string #2
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
