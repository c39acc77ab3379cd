/** API schema table of meta.k8s.io/v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const metaV1 = `
group meta.k8s.io v1 proto=k8s.io.apimachinery.pkg.apis.meta.v1

kind APIGroup
 name! string #1
 preferredVersion GroupVersionForDiscovery #3
 serverAddressByClientCIDRs []ServerAddressByClientCIDR #4 list=atomic
 versions! []GroupVersionForDiscovery #2 list=atomic
kind APIGroupList
 groups! []APIGroup #1 list=atomic
type APIResource
 categories []string #7 list=atomic
 group string #8
 kind! string #3
 name! string #1
 namespaced! boolean #2
 shortNames []string #5 list=atomic
 singularName! string #6
 storageVersionHash string #10
 verbs! []string #4.1
 version string #9
kind APIResourceList
 groupVersion! string #1
 resources! []APIResource #2 list=atomic
kind APIVersions
 serverAddressByClientCIDRs! []ServerAddressByClientCIDR #2 list=atomic
 versions! []string #1 list=atomic
type Condition
 lastTransitionTime! Time #4
 message! string #6
 observedGeneration int64 #3
 reason! string #5
 status! string #2 enum=True|False|Unknown
 type! string #1
kind CreateOptions
 dryRun []string #1 list=atomic
 fieldManager string #3
 fieldValidation string #4
kind DeleteOptions
 dryRun []string #5 list=atomic
 gracePeriodSeconds *int64 #1
 ignoreStoreReadErrorWithClusterBreakingPotential *boolean #6
 orphanDependents *boolean #3
 preconditions *Preconditions #2
 propagationPolicy *string #4 enum=Orphan|Background|Foreground
type FieldSelectorRequirement
 key! string #1
 operator! string #2 enum=In|NotIn|Exists|DoesNotExist
 values []string #3 list=atomic
kind GetOptions
 resourceVersion string #1
type GroupResource
 group! string #1
 resource! string #2
type GroupVersionForDiscovery
 groupVersion! string #1
 version! string #2
type LabelSelector map=atomic
 matchExpressions []LabelSelectorRequirement #2 list=atomic
 matchLabels {}string #1
type LabelSelectorRequirement
 key! string #1
 operator! string #2 enum=In|NotIn|Exists|DoesNotExist
 values []string #3 list=atomic
type ListMeta
 continue string #3
 remainingItemCount *int64 #4
 resourceVersion string #2
 selfLink string #1
 shardInfo *ShardInfo #5
kind ListOptions
 allowWatchBookmarks boolean #9
 continue string #8
 fieldSelector string #2
 labelSelector string #1
 limit int64 #7
 resourceVersion string #4
 resourceVersionMatch string #10
 sendInitialEvents *boolean #11
 shardSelector string #15
 timeoutSeconds *int64 #5
 watch boolean #3
type ManagedFieldsEntry
 apiVersion string #3
 fieldsType string #6
 fieldsV1 *FieldsV1 #7
 manager string #1
 operation string #2 enum=Apply|Update
 subresource string #8
 time *Time #4
type ObjectMeta
 annotations {}string #12
 creationTimestamp Time #8
 deletionGracePeriodSeconds *int64 #10
 deletionTimestamp *Time #9
 finalizers []string #14 list=set patch=merge
 generateName string #2
 generation int64 #7
 labels {}string #11
 managedFields []ManagedFieldsEntry #17 list=atomic
 name string #1
 namespace string #3
 ownerReferences []OwnerReference #13 list=map(uid) patch=merge key=uid
 resourceVersion string #6
 selfLink string #4
 uid string #5
type OwnerReference map=atomic
 apiVersion! string #5
 blockOwnerDeletion *boolean #7
 controller *boolean #6
 kind! string #1
 name! string #3
 uid! string #4
kind PartialObjectMetadata
 metadata ObjectMeta #1
kind PartialObjectMetadataList
 items! []PartialObjectMetadata #2
 metadata ListMeta #1
kind PatchOptions
 dryRun []string #1 list=atomic
 fieldManager string #3
 fieldValidation string #4
 force *boolean #2
type Preconditions
 resourceVersion *string #2
 uid *string #1
type ServerAddressByClientCIDR
 clientCIDR! string #1
 serverAddress! string #2
type ShardInfo
 selector! string #1
kind Status
 code int32 #6
 details *StatusDetails #5
 message string #3
 metadata ListMeta #1
 reason string #4 enum=""|Unauthorized|Forbidden|NotFound|AlreadyExists|Conflict|Gone|Invalid|ServerTimeout|StorageReadError|Timeout|TooManyRequests|BadRequest|MethodNotAllowed|NotAcceptable|RequestEntityTooLarge|UnsupportedMediaType|InternalError|Expired|ServiceUnavailable
 status string #2
type StatusCause
 field string #3
 message string #2
 reason string #1 enum=FieldValueNotFound|FieldValueRequired|FieldValueDuplicate|FieldValueInvalid|FieldValueNotSupported|FieldValueForbidden|FieldValueTooLong|FieldValueTooMany|InternalError|FieldValueTypeInvalid|UnexpectedServerResponse|FieldManagerConflict|ResourceVersionTooLarge
type StatusDetails
 causes []StatusCause #4 list=atomic
 group string #2
 kind string #3
 name string #1
 retryAfterSeconds int32 #5
 uid string #6
kind Table
 columnDefinitions! []TableColumnDefinition list=atomic
 metadata ListMeta
 rows! []TableRow list=atomic
type TableColumnDefinition
 description! string
 format! string
 name! string
 priority! int32
 type! string
type TableRow
 cells! []JSON list=atomic
 conditions []TableRowCondition list=atomic
 object RawExtension
type TableRowCondition
 message string
 reason string
 status! string enum=True|False|Unknown
 type! string enum=Completed
kind UpdateOptions
 dryRun []string #1 list=atomic
 fieldManager string #2
 fieldValidation string #3
type WatchEvent
 object! RawExtension #2
 type! string #1
type VersionInfo
 buildDate! string
 compiler! string
 emulationMajor string
 emulationMinor string
 gitCommit! string
 gitTreeState! string
 gitVersion! string
 goVersion! string
 major! string
 minCompatibilityMajor string
 minCompatibilityMinor string
 minor! string
 platform! string
`;
