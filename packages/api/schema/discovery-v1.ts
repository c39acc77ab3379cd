/** API schema table of discovery.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const discoveryV1 = `
group discovery.k8s.io v1 proto=k8s.io.api.discovery.v1
resource endpointslices EndpointSlice Namespaced verbs=all

type Endpoint
 addresses! []string #1 list=set
 conditions EndpointConditions #2
 deprecatedTopology {}string #5
 hints *EndpointHints #8
 hostname *string #3
 nodeName *string #6
 targetRef *core.v1.ObjectReference #4
 zone *string #7
type EndpointConditions
 ready *boolean #1
 serving *boolean #2
 terminating *boolean #3
type EndpointHints
 forNodes []ForNode #2 list=atomic
 forZones []ForZone #1 list=atomic
type EndpointPort map=atomic
 appProtocol *string #4
 name *string #1 default=""
 port *int32 #3
 protocol *string #2 default="TCP"
kind EndpointSlice
 addressType! string #4
 endpoints []Endpoint #2 list=atomic
 metadata meta.v1.ObjectMeta #1
 ports []EndpointPort #3 list=atomic
kind EndpointSliceList
 items! []EndpointSlice #2
 metadata meta.v1.ListMeta #1
type ForNode
 name! string #1
type ForZone
 name! string #1
`;
