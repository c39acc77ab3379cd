/** API schema table of storage.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const storageV1 = `
group storage.k8s.io v1 proto=k8s.io.api.storage.v1
resource csidrivers CSIDriver Cluster verbs=all
resource csinodes CSINode Cluster verbs=all
resource csistoragecapacities CSIStorageCapacity Namespaced verbs=all
resource storageclasses StorageClass Cluster short=sc verbs=all
resource volumeattachments VolumeAttachment Cluster verbs=all
 status VolumeAttachment verbs=get,patch,update
resource volumeattributesclasses VolumeAttributesClass Cluster short=vac verbs=all

kind CSIDriver
 metadata meta.v1.ObjectMeta #1
 spec! CSIDriverSpec #2
kind CSIDriverList
 items! []CSIDriver #2
 metadata meta.v1.ListMeta #1
type CSIDriverSpec
 attachRequired *boolean #1 default=true
 fsGroupPolicy *string #5 default="ReadWriteOnceWithFSType" enum=ReadWriteOnceWithFSType|File|None
 nodeAllocatableUpdatePeriodSeconds *int64 #9
 podInfoOnMount *boolean #2 default=false
 preventPodSchedulingIfMissing *boolean #11
 requiresRepublish *boolean #7 default=false
 seLinuxMount *boolean #8 default=false
 serviceAccountTokenInSecrets *boolean #10
 storageCapacity *boolean #4 default=false
 tokenRequests []TokenRequest #6 list=atomic
 volumeLifecycleModes []string #3 default=["Persistent"] list=set enum=Persistent|Ephemeral
kind CSINode
 metadata meta.v1.ObjectMeta #1
 spec! CSINodeSpec #2
type CSINodeDriver
 allocatable *VolumeNodeResources #4
 name! string #1
 nodeID! string #2
 topologyKeys []string #3 list=atomic
kind CSINodeList
 items! []CSINode #2
 metadata meta.v1.ListMeta #1
type CSINodeSpec
 drivers! []CSINodeDriver #1 list=map(name) patch=merge key=name
kind CSIStorageCapacity
 capacity *Quantity #4
 maximumVolumeSize *Quantity #5
 metadata meta.v1.ObjectMeta #1
 nodeTopology *meta.v1.LabelSelector #2
 storageClassName! string #3
kind CSIStorageCapacityList
 items! []CSIStorageCapacity #2
 metadata meta.v1.ListMeta #1
kind StorageClass
 allowVolumeExpansion *boolean #6
 allowedTopologies []core.v1.TopologySelectorTerm #8 list=atomic
 metadata meta.v1.ObjectMeta #1
 mountOptions []string #5 list=atomic
 parameters {}string #3
 provisioner! string #2
 reclaimPolicy *string #4 default="Delete"
 volumeBindingMode *string #7 default="Immediate" enum=Immediate|WaitForFirstConsumer
kind StorageClassList
 items! []StorageClass #2
 metadata meta.v1.ListMeta #1
type TokenRequest
 audience! string #1
 expirationSeconds *int64 #2
kind VolumeAttachment
 metadata meta.v1.ObjectMeta #1
 spec! VolumeAttachmentSpec #2
 status VolumeAttachmentStatus #3
kind VolumeAttachmentList
 items! []VolumeAttachment #2
 metadata meta.v1.ListMeta #1
type VolumeAttachmentSource
 inlineVolumeSpec *core.v1.PersistentVolumeSpec #2
 persistentVolumeName *string #1
type VolumeAttachmentSpec
 attacher! string #1
 nodeName! string #3
 source! VolumeAttachmentSource #2
type VolumeAttachmentStatus
 attachError *VolumeError #3
 attached! boolean #1
 attachmentMetadata {}string #2
 detachError *VolumeError #4
kind VolumeAttributesClass
 driverName! string #2
 metadata meta.v1.ObjectMeta #1
 parameters {}string #3
kind VolumeAttributesClassList
 items! []VolumeAttributesClass #2
 metadata meta.v1.ListMeta #1
type VolumeError
 errorCode *int32 #3
 message string #2
 time Time #1
type VolumeNodeResources
 count *int32 #1
`;
