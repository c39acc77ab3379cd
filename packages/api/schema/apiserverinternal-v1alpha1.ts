/** API schema table of internal.apiserver.k8s.io/v1alpha1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const apiserverinternalV1alpha1 = `
group internal.apiserver.k8s.io v1alpha1 proto=k8s.io.api.apiserverinternal.v1alpha1
resource storageversions StorageVersion Cluster verbs=all
 status StorageVersion verbs=get,patch,update

type ServerStorageVersion
 apiServerID! string #1
 decodableVersions! []string #3 list=set
 encodingVersion! string #2
 servedVersions []string #4 list=set
kind StorageVersion
 metadata! meta.v1.ObjectMeta #1
 spec StorageVersionSpec #2
 status StorageVersionStatus #3
type StorageVersionCondition
 lastTransitionTime Time #4
 message! string #6
 observedGeneration int64 #3
 reason! string #5
 status! string #2 enum=True|False|Unknown
 type! string #1
kind StorageVersionList
 items! []StorageVersion #2
 metadata meta.v1.ListMeta #1
type StorageVersionSpec
type StorageVersionStatus
 commonEncodingVersion *string #2
 conditions []StorageVersionCondition #3 list=map(type)
 storageVersions []ServerStorageVersion #1 list=map(apiServerID)
`;
