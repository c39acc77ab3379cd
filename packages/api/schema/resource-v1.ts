/** API schema table of resource.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const resourceV1 = `
group resource.k8s.io v1 proto=k8s.io.api.resource.v1
resource deviceclasses DeviceClass Cluster verbs=all
resource resourceclaims ResourceClaim Namespaced verbs=all
 status ResourceClaim verbs=get,patch,update
resource resourceclaimtemplates ResourceClaimTemplate Namespaced verbs=all
resource resourceslices ResourceSlice Cluster verbs=all

type AllocatedDeviceStatus
 conditions []meta.v1.Condition #4 list=map(type)
 data *RawExtension #5
 device! string #3
 driver! string #1
 networkData *NetworkDeviceData #6
 pool! string #2
 shareID *string #7
type AllocationResult
 allocationTimestamp *Time #5
 devices DeviceAllocationResult #1
 nodeSelector *core.v1.NodeSelector #3
type CELDeviceSelector
 expression! string #1
type CapacityRequestPolicy
 default *Quantity #1
 validRange *CapacityRequestPolicyRange #4
 validValues []Quantity #3 list=atomic
type CapacityRequestPolicyRange
 max *Quantity #2
 min! *Quantity #1
 step *Quantity #3
type CapacityRequirements
 requests {}Quantity #1
type Counter
 value! Quantity #1
type CounterSet
 counters! {}Counter #2
 name! string #1
type Device
 allNodes *boolean #7
 allowMultipleAllocations *boolean #12
 attributes {}DeviceAttribute #2
 bindingConditions []string #10 list=atomic
 bindingFailureConditions []string #11 list=atomic
 bindsToNode *boolean #9
 capacity {}DeviceCapacity #3
 consumesCounters []DeviceCounterConsumption #4 list=atomic
 name! string #1
 nodeAllocatableResourceMappings {}NodeAllocatableResourceMapping #13
 nodeName *string #5
 nodeSelector *core.v1.NodeSelector #6
 taints []DeviceTaint #8 list=atomic
type DeviceAllocationConfiguration
 opaque *OpaqueDeviceConfiguration #3.1
 requests []string #2 list=atomic
 source! string #1 enum=FromClass|FromClaim
type DeviceAllocationResult
 config []DeviceAllocationConfiguration #2 list=atomic
 results []DeviceRequestAllocationResult #1 list=atomic
type DeviceAttribute
 bool *boolean #3
 bools []boolean #7 list=atomic
 int *int64 #2
 ints []int64 #6 list=atomic
 string *string #4
 strings []string #8 list=atomic
 version *string #5
 versions []string #9 list=atomic
type DeviceCapacity
 requestPolicy *CapacityRequestPolicy #2
 value! Quantity #1
type DeviceClaim
 config []DeviceClaimConfiguration #3 list=atomic
 constraints []DeviceConstraint #2 list=atomic
 requests []DeviceRequest #1 list=atomic
type DeviceClaimConfiguration
 opaque *OpaqueDeviceConfiguration #2.1
 requests []string #1 list=atomic
kind DeviceClass
 metadata meta.v1.ObjectMeta #1
 spec! DeviceClassSpec #2
type DeviceClassConfiguration
 opaque *OpaqueDeviceConfiguration #1.1
kind DeviceClassList
 items! []DeviceClass #2
 metadata meta.v1.ListMeta #1
type DeviceClassSpec
 config []DeviceClassConfiguration #2 list=atomic
 extendedResourceName *string #4
 selectors []DeviceSelector #1 list=atomic
type DeviceConstraint
 distinctAttribute *string #3
 matchAttribute *string #2
 requests []string #1 list=atomic
type DeviceCounterConsumption
 counterSet! string #1
 counters! {}Counter #2
type DeviceRequest
 exactly *ExactDeviceRequest #2
 firstAvailable []DeviceSubRequest #3 list=atomic
 name! string #1
type DeviceRequestAllocationResult
 adminAccess *boolean #5
 bindingConditions []string #7 list=atomic
 bindingFailureConditions []string #8 list=atomic
 consumedCapacity {}Quantity #10
 device! string #4
 driver! string #2
 pool! string #3
 request! string #1
 shareID *string #9
 tolerations []DeviceToleration #6 list=atomic
type DeviceSelector
 cel *CELDeviceSelector #1
type DeviceSubRequest
 allocationMode string #4 default="ExactCount"
 capacity *CapacityRequirements #7
 count int64 #5
 deviceClassName! string #2
 name! string #1
 selectors []DeviceSelector #3 list=atomic
 tolerations []DeviceToleration #6 list=atomic
type DeviceTaint
 effect! string #3 enum=None|NoSchedule|NoExecute
 key! string #1
 timeAdded *Time #4
 value string #2
type DeviceToleration
 effect string #4 enum=None|NoSchedule|NoExecute
 key string #1
 operator string #2 default="Equal" enum=Exists|Equal
 tolerationSeconds *int64 #5
 value string #3
type ExactDeviceRequest
 adminAccess *boolean #5
 allocationMode string #3 default="ExactCount"
 capacity *CapacityRequirements #7
 count int64 #4
 deviceClassName! string #1
 selectors []DeviceSelector #2 list=atomic
 tolerations []DeviceToleration #6 list=atomic
type NetworkDeviceData
 hardwareAddress string #3
 interfaceName string #1
 ips []string #2 list=atomic
type NodeAllocatableResourceMapping
 allocationMultiplier *Quantity #2
 capacityKey *string #1
type OpaqueDeviceConfiguration
 driver! string #1
 parameters! RawExtension #2
kind ResourceClaim
 metadata meta.v1.ObjectMeta #1
 spec! ResourceClaimSpec #2
 status ResourceClaimStatus #3
type ResourceClaimConsumerReference
 apiGroup string #1
 name! string #4
 resource! string #3
 uid! string #5
kind ResourceClaimList
 items! []ResourceClaim #2
 metadata meta.v1.ListMeta #1
type ResourceClaimSpec
 devices DeviceClaim #1
type ResourceClaimStatus
 allocation *AllocationResult #1
 devices []AllocatedDeviceStatus #4 list=map(driver,device,pool,shareID)
 reservedFor []ResourceClaimConsumerReference #2 list=map(uid) patch=merge key=uid
kind ResourceClaimTemplate
 metadata meta.v1.ObjectMeta #1
 spec! ResourceClaimTemplateSpec #2
kind ResourceClaimTemplateList
 items! []ResourceClaimTemplate #2
 metadata meta.v1.ListMeta #1
type ResourceClaimTemplateSpec
 metadata meta.v1.ObjectMeta #1
 spec! ResourceClaimSpec #2
type ResourcePool
 generation! int64 #2
 name! string #1
 resourceSliceCount! int64 #3
kind ResourceSlice
 metadata meta.v1.ObjectMeta #1
 spec! ResourceSliceSpec #2
kind ResourceSliceList
 items! []ResourceSlice #2
 metadata meta.v1.ListMeta #1
type ResourceSliceSpec
 allNodes *boolean #5
 devices []Device #6 list=atomic
 driver! string #1
 nodeName *string #3
 nodeSelector *core.v1.NodeSelector #4
 perDeviceNodeSelection *boolean #7
 pool! ResourcePool #2
 sharedCounters []CounterSet #8 list=atomic
`;
