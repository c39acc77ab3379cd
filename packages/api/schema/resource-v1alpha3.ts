/** API schema table of resource.k8s.io/v1alpha3; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const resourceV1alpha3 = `
group resource.k8s.io v1alpha3 proto=k8s.io.api.resource.v1alpha3
resource devicetaintrules DeviceTaintRule Cluster verbs=all
 status DeviceTaintRule verbs=get,patch,update
resource resourcepoolstatusrequests ResourcePoolStatusRequest Cluster verbs=all
 status ResourcePoolStatusRequest verbs=get,patch,update

type DeviceTaint
 effect! string #3 enum=None|NoSchedule|NoExecute
 key! string #1
 timeAdded *Time #4
 value string #2
kind DeviceTaintRule
 metadata meta.v1.ObjectMeta #1
 spec! DeviceTaintRuleSpec #2
 status DeviceTaintRuleStatus #3
kind DeviceTaintRuleList
 items! []DeviceTaintRule #2
 metadata meta.v1.ListMeta #1
type DeviceTaintRuleSpec
 deviceSelector *DeviceTaintSelector #1
 taint! DeviceTaint #2
type DeviceTaintRuleStatus
 conditions []meta.v1.Condition #1 list=map(type) patch=merge key=type
type DeviceTaintSelector
 device *string #4
 driver *string #2
 pool *string #3
type PoolStatus
 allocatedDevices *int32 #5
 availableDevices *int32 #6
 driver! string #1
 generation! int64 #9
 nodeName *string #3
 poolName! string #2
 resourceSliceCount *int32 #8
 totalDevices *int32 #4
 unavailableDevices *int32 #7
 validationError *string #10
kind ResourcePoolStatusRequest
 metadata! meta.v1.ObjectMeta #1
 spec! ResourcePoolStatusRequestSpec #2
 status *ResourcePoolStatusRequestStatus #3
kind ResourcePoolStatusRequestList
 items! []ResourcePoolStatusRequest #2
 metadata meta.v1.ListMeta #1
type ResourcePoolStatusRequestSpec
 driver! string #1
 limit *int32 #3 default=100
 poolName *string #2
type ResourcePoolStatusRequestStatus
 conditions []meta.v1.Condition #3 list=map(type) patch=merge key=type
 poolCount! *int32 #6
 pools []PoolStatus #2 list=atomic
`;
