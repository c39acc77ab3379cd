/** API schema table of v1; read by parseTable in src/machinery/schema.ts, which explains the format. */
export const coreV1 = `
group core v1 proto=k8s.io.api.core.v1
resource bindings Binding Namespaced verbs=create
resource componentstatuses ComponentStatus Cluster short=cs verbs=get,list
resource configmaps ConfigMap Namespaced short=cm verbs=all
resource endpoints Endpoints Namespaced short=ep verbs=all
resource events Event Namespaced short=ev verbs=all
resource limitranges LimitRange Namespaced short=limits verbs=all
resource namespaces Namespace Cluster short=ns verbs=create,delete,get,list,patch,update,watch
 finalize Namespace verbs=update
 status Namespace verbs=get,patch,update
resource nodes Node Cluster short=no verbs=all
 proxy NodeProxyOptions verbs=create,delete,get,patch,update
 status Node verbs=get,patch,update
resource persistentvolumeclaims PersistentVolumeClaim Namespaced short=pvc verbs=all
 status PersistentVolumeClaim verbs=get,patch,update
resource persistentvolumes PersistentVolume Cluster short=pv verbs=all
 status PersistentVolume verbs=get,patch,update
resource pods Pod Namespaced short=po categories=all verbs=all
 attach PodAttachOptions verbs=create,get
 binding Binding verbs=create
 ephemeralcontainers Pod verbs=get,patch,update
 eviction policy/v1 Eviction verbs=create
 exec PodExecOptions verbs=create,get
 log Pod verbs=get
 portforward PodPortForwardOptions verbs=create,get
 proxy PodProxyOptions verbs=create,delete,get,patch,update
 resize Pod verbs=get,patch,update
 status Pod verbs=get,patch,update
resource podtemplates PodTemplate Namespaced verbs=all
resource replicationcontrollers ReplicationController Namespaced short=rc categories=all verbs=all
 scale autoscaling/v1 Scale verbs=get,patch,update
 status ReplicationController verbs=get,patch,update
resource resourcequotas ResourceQuota Namespaced short=quota verbs=all
 status ResourceQuota verbs=get,patch,update
resource secrets Secret Namespaced verbs=all
resource serviceaccounts ServiceAccount Namespaced short=sa verbs=all
 token authentication.k8s.io/v1 TokenRequest verbs=create
resource services Service Namespaced short=svc categories=all verbs=all
 proxy ServiceProxyOptions verbs=create,delete,get,patch,update
 status Service verbs=get,patch,update

type AWSElasticBlockStoreVolumeSource
 fsType string #2
 partition int32 #3
 readOnly boolean #4
 volumeID! string #1
type Affinity
 nodeAffinity *NodeAffinity #1
 podAffinity *PodAffinity #2
 podAntiAffinity *PodAntiAffinity #3
type AppArmorProfile
 localhostProfile *string #2
 type! string #1 enum=Unconfined|RuntimeDefault|Localhost
type AttachedVolume
 devicePath! string #2
 name! string #1
type AzureDiskVolumeSource
 cachingMode *string #3 default="ReadWrite" enum=None|ReadOnly|ReadWrite
 diskName! string #1
 diskURI! string #2
 fsType *string #4 default="ext4"
 kind *string #6 default="Shared" enum=Shared|Dedicated|Managed
 readOnly *boolean #5
type AzureFilePersistentVolumeSource
 readOnly boolean #3
 secretName! string #1
 secretNamespace *string #4
 shareName! string #2
type AzureFileVolumeSource
 readOnly boolean #3
 secretName! string #1
 shareName! string #2
kind Binding
 metadata meta.v1.ObjectMeta #1
 target! ObjectReference #2
type CSIPersistentVolumeSource
 controllerExpandSecretRef *SecretReference #9
 controllerPublishSecretRef *SecretReference #6
 driver! string #1
 fsType string #4
 nodeExpandSecretRef *SecretReference #10
 nodePublishSecretRef *SecretReference #8
 nodeStageSecretRef *SecretReference #7
 readOnly boolean #3
 volumeAttributes {}string #5
 volumeHandle! string #2
type CSIVolumeSource
 driver! string #1
 fsType *string #3
 nodePublishSecretRef *LocalObjectReference #5
 readOnly *boolean #2
 volumeAttributes {}string #4
type Capabilities
 add []string #1 list=atomic
 drop []string #2 list=atomic
type CephFSPersistentVolumeSource
 monitors! []string #1 list=atomic
 path string #2
 readOnly boolean #6
 secretFile string #4
 secretRef *SecretReference #5
 user string #3
type CephFSVolumeSource
 monitors! []string #1 list=atomic
 path string #2
 readOnly boolean #6
 secretFile string #4
 secretRef *LocalObjectReference #5
 user string #3
type CinderPersistentVolumeSource
 fsType string #2
 readOnly boolean #3
 secretRef *SecretReference #4
 volumeID! string #1
type CinderVolumeSource
 fsType string #2
 readOnly boolean #3
 secretRef *LocalObjectReference #4
 volumeID! string #1
type ClientIPConfig
 timeoutSeconds *int32 #1
type ClusterTrustBundleProjection
 labelSelector *meta.v1.LabelSelector #3
 name *string #1
 optional *boolean #5
 path! string #4
 signerName *string #2
type ComponentCondition
 error string #4
 message string #3
 status! string #2 enum=True|False|Unknown
 type! string #1
kind ComponentStatus
 conditions []ComponentCondition #2 list=map(type) patch=merge key=type
 metadata meta.v1.ObjectMeta #1
kind ComponentStatusList
 items! []ComponentStatus #2
 metadata meta.v1.ListMeta #1
kind ConfigMap
 binaryData {}byte #3
 data {}string #2
 immutable *boolean #4
 metadata meta.v1.ObjectMeta #1
type ConfigMapEnvSource
 name string #1.1
 optional *boolean #2
type ConfigMapKeySelector map=atomic
 key! string #2
 name string #1.1
 optional *boolean #3
kind ConfigMapList
 items! []ConfigMap #2
 metadata meta.v1.ListMeta #1
type ConfigMapNodeConfigSource
 kubeletConfigKey! string #5
 name! string #2
 namespace! string #1
 resourceVersion string #4
 uid string #3
type ConfigMapProjection
 items []KeyToPath #2 list=atomic
 name string #1.1
 optional *boolean #4
type ConfigMapVolumeSource
 defaultMode *int32 #3 default=420
 items []KeyToPath #2 list=atomic
 name string #1.1
 optional *boolean #4
type Container
 args []string #4 list=atomic
 command []string #3 list=atomic
 env []EnvVar #7 list=map(name) patch=merge key=name
 envFrom []EnvFromSource #19 list=atomic
 image string #2
 imagePullPolicy string #14 enum=Always|Never|IfNotPresent
 lifecycle *Lifecycle #12
 livenessProbe *Probe #10
 name! string #1
 ports []ContainerPort #6 list=map(containerPort,protocol) patch=merge key=containerPort
 readinessProbe *Probe #11
 resizePolicy []ContainerResizePolicy #23 list=atomic
 resources ResourceRequirements #8
 restartPolicy *string #24 enum=Always|Never|OnFailure
 restartPolicyRules []ContainerRestartRule #25 list=atomic
 securityContext *SecurityContext #15
 startupProbe *Probe #22
 stdin boolean #16
 stdinOnce boolean #17
 terminationMessagePath string #13 default="/dev/termination-log"
 terminationMessagePolicy string #20 default="File" enum=File|FallbackToLogsOnError
 tty boolean #18
 volumeDevices []VolumeDevice #21 list=map(devicePath) patch=merge key=devicePath
 volumeMounts []VolumeMount #9 list=map(mountPath) patch=merge key=mountPath
 workingDir string #5
type ContainerExtendedResourceRequest
 containerName! string #1
 requestName! string #3
 resourceName! string #2
type ContainerImage
 names []string #1 list=atomic
 sizeBytes int64 #2
type ContainerPort
 containerPort! int32 #3
 hostIP string #5
 hostPort int32 #2
 name string #1
 protocol string #4 default="TCP" enum=TCP|UDP|SCTP
type ContainerResizePolicy
 resourceName! string #1 enum=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
 restartPolicy! string #2 enum=NotRequired|RestartContainer
type ContainerRestartRule
 action! string #1 enum=Restart|RestartAllContainers
 exitCodes *ContainerRestartRuleOnExitCodes #2
type ContainerRestartRuleOnExitCodes
 operator! string #1 enum=In|NotIn
 values []int32 #2 list=set
type ContainerState
 running *ContainerStateRunning #2
 terminated *ContainerStateTerminated #3
 waiting *ContainerStateWaiting #1
type ContainerStateRunning
 startedAt Time #1
type ContainerStateTerminated
 containerID string #7
 exitCode! int32 #1
 finishedAt Time #6
 message string #4
 reason string #3
 signal int32 #2
 startedAt Time #5
type ContainerStateWaiting
 message string #2
 reason string #1
type ContainerStatus
 allocatedResources {}Quantity #10
 allocatedResourcesStatus []ResourceStatus #14 list=map(name) patch=merge key=name
 containerID string #8
 image! string #6
 imageID! string #7
 lastState ContainerState #3
 name! string #1
 ready! boolean #4
 resources *ResourceRequirements #11
 restartCount! int32 #5
 started *boolean #9
 state ContainerState #2
 stopSignal *string #15
 user *ContainerUser #13
 volumeMounts []VolumeMountStatus #12 list=map(mountPath) patch=merge key=mountPath
type ContainerUser
 linux *LinuxContainerUser #1
type DaemonEndpoint
 Port! int32 #1
type DownwardAPIProjection
 items []DownwardAPIVolumeFile #1 list=atomic
type DownwardAPIVolumeFile
 fieldRef *ObjectFieldSelector #2
 mode *int32 #4
 path! string #1
 resourceFieldRef *ResourceFieldSelector #3
type DownwardAPIVolumeSource
 defaultMode *int32 #2 default=420
 items []DownwardAPIVolumeFile #1 list=atomic
type EmptyDirVolumeSource
 medium string #1 enum=""|Memory|HugePages|HugePages-
 sizeLimit *Quantity #2
type EndpointAddress map=atomic
 hostname string #3
 ip! string #1
 nodeName *string #4
 targetRef *ObjectReference #2
type EndpointPort map=atomic
 appProtocol *string #4
 name string #1
 port! int32 #2
 protocol string #3 default="TCP" enum=TCP|UDP|SCTP
type EndpointSubset
 addresses []EndpointAddress #1 list=atomic
 notReadyAddresses []EndpointAddress #2 list=atomic
 ports []EndpointPort #3 list=atomic
kind Endpoints
 metadata meta.v1.ObjectMeta #1
 subsets []EndpointSubset #2 list=atomic
kind EndpointsList
 items! []Endpoints #2
 metadata meta.v1.ListMeta #1
type EnvFromSource
 configMapRef *ConfigMapEnvSource #2
 prefix string #1
 secretRef *SecretEnvSource #3
type EnvVar
 name! string #1
 value string #2
 valueFrom *EnvVarSource #3
type EnvVarSource
 configMapKeyRef *ConfigMapKeySelector #3
 fieldRef *ObjectFieldSelector #1
 fileKeyRef *FileKeySelector #5
 resourceFieldRef *ResourceFieldSelector #2
 secretKeyRef *SecretKeySelector #4
type EphemeralContainer
 args []string #1.4 list=atomic
 command []string #1.3 list=atomic
 env []EnvVar #1.7 list=map(name) patch=merge key=name
 envFrom []EnvFromSource #1.19 list=atomic
 image string #1.2
 imagePullPolicy string #1.14
 lifecycle *Lifecycle #1.12
 livenessProbe *Probe #1.10
 name! string #1.1
 ports []ContainerPort #1.6 list=map(containerPort,protocol) patch=merge key=containerPort
 readinessProbe *Probe #1.11
 resizePolicy []ContainerResizePolicy #1.23 list=atomic
 resources ResourceRequirements #1.8
 restartPolicy *string #1.24
 restartPolicyRules []ContainerRestartRule #1.25 list=atomic
 securityContext *SecurityContext #1.15
 startupProbe *Probe #1.22
 stdin boolean #1.16
 stdinOnce boolean #1.17
 targetContainerName string #2
 terminationMessagePath string #1.13 default="/dev/termination-log"
 terminationMessagePolicy string #1.20 default="File"
 tty boolean #1.18
 volumeDevices []VolumeDevice #1.21 list=map(devicePath) patch=merge key=devicePath
 volumeMounts []VolumeMount #1.9 list=map(mountPath) patch=merge key=mountPath
 workingDir string #1.5
type EphemeralVolumeSource
 volumeClaimTemplate *PersistentVolumeClaimTemplate #1
kind Event
 action string #12
 count int32 #8
 eventTime MicroTime #10
 firstTimestamp Time #6
 involvedObject! ObjectReference #2
 lastTimestamp Time #7
 message string #4
 metadata! meta.v1.ObjectMeta #1
 reason string #3
 related *ObjectReference #13
 reportingComponent string #14
 reportingInstance string #15
 series *EventSeries #11
 source EventSource #5
 type string #9
kind EventList
 items! []Event #2
 metadata meta.v1.ListMeta #1
type EventSeries
 count int32 #1
 lastObservedTime MicroTime #2
type EventSource
 component string #1
 host string #2
type ExecAction
 command []string #1 list=atomic
type FCVolumeSource
 fsType string #3
 lun *int32 #2
 readOnly boolean #4
 targetWWNs []string #1 list=atomic
 wwids []string #5 list=atomic
type FileKeySelector map=atomic
 key! string #3
 optional *boolean #4
 path! string #2
 volumeName! string #1
type FlexPersistentVolumeSource
 driver! string #1
 fsType string #2
 options {}string #5
 readOnly boolean #4
 secretRef *SecretReference #3
type FlexVolumeSource
 driver! string #1
 fsType string #2
 options {}string #5
 readOnly boolean #4
 secretRef *LocalObjectReference #3
type FlockerVolumeSource
 datasetName string #1
 datasetUUID string #2
type GCEPersistentDiskVolumeSource
 fsType string #2
 partition int32 #3
 pdName! string #1
 readOnly boolean #4
type GRPCAction
 port! int32 #1
 service *string #2 default=""
type GitRepoVolumeSource
 directory string #3
 repository! string #1
 revision string #2
type GlusterfsPersistentVolumeSource
 endpoints! string #1
 endpointsNamespace *string #4
 path! string #2
 readOnly boolean #3
type GlusterfsVolumeSource
 endpoints! string #1
 path! string #2
 readOnly boolean #3
type HTTPGetAction
 host string #3
 httpHeaders []HTTPHeader #5 list=atomic
 path string #1 default="/"
 port! IntOrString #2
 scheme string #4 default="HTTP" enum=HTTP|HTTPS
type HTTPHeader
 name! string #1
 value! string #2
type HostAlias
 hostnames []string #2 list=atomic
 ip! string #1
type HostIP
 ip! string #1
type HostPathVolumeSource
 path! string #1
 type *string #2 default="" enum=""|DirectoryOrCreate|Directory|FileOrCreate|File|Socket|CharDevice|BlockDevice
type ISCSIPersistentVolumeSource
 chapAuthDiscovery boolean #8
 chapAuthSession boolean #11
 fsType string #5
 initiatorName *string #12
 iqn! string #2
 iscsiInterface string #4 default="default"
 lun! int32 #3
 portals []string #7 list=atomic
 readOnly boolean #6
 secretRef *SecretReference #10
 targetPortal! string #1
type ISCSIVolumeSource
 chapAuthDiscovery boolean #8
 chapAuthSession boolean #11
 fsType string #5
 initiatorName *string #12
 iqn! string #2
 iscsiInterface string #4 default="default"
 lun! int32 #3
 portals []string #7 list=atomic
 readOnly boolean #6
 secretRef *LocalObjectReference #10
 targetPortal! string #1
type ImageVolumeSource
 pullPolicy string #2 enum=Always|Never|IfNotPresent
 reference string #1
type ImageVolumeStatus
 imageRef! string #1
type KeyToPath
 key! string #1
 mode *int32 #3
 path! string #2
type Lifecycle
 postStart *LifecycleHandler #1
 preStop *LifecycleHandler #2
 stopSignal *string #3
type LifecycleHandler
 exec *ExecAction #1
 httpGet *HTTPGetAction #2
 sleep *SleepAction #4
 tcpSocket *TCPSocketAction #3
kind LimitRange
 metadata meta.v1.ObjectMeta #1
 spec LimitRangeSpec #2
type LimitRangeItem
 default {}Quantity #4
 defaultRequest {}Quantity #5
 max {}Quantity #2
 maxLimitRequestRatio {}Quantity #6
 min {}Quantity #3
 type! string #1 enum=Pod|Container|PersistentVolumeClaim
kind LimitRangeList
 items! []LimitRange #2
 metadata meta.v1.ListMeta #1
type LimitRangeSpec
 limits! []LimitRangeItem #1 list=atomic
type LinuxContainerUser
 gid! int64 #2
 supplementalGroups []int64 #3 list=atomic
 uid! int64 #1
type LoadBalancerIngress
 hostname string #2
 ip string #1
 ipMode *string #3 enum=VIP|Proxy
 ports []PortStatus #4 list=atomic
type LoadBalancerStatus
 ingress []LoadBalancerIngress #1 list=atomic
type LocalObjectReference map=atomic
 name string #1
type LocalVolumeSource
 fsType *string #2
 path! string #1
type ModifyVolumeStatus
 status! string #2 enum=Pending|InProgress|Infeasible
 targetVolumeAttributesClassName string #1
type NFSVolumeSource
 path! string #2
 readOnly boolean #3
 server! string #1
kind Namespace
 metadata meta.v1.ObjectMeta #1
 spec NamespaceSpec #2
 status NamespaceStatus #3
type NamespaceCondition
 lastTransitionTime Time #4
 message string #6
 reason string #5
 status! string #2 enum=True|False|Unknown
 type! string #1 enum=NamespaceDeletionDiscoveryFailure|NamespaceDeletionContentFailure|NamespaceDeletionGroupVersionParsingFailure|NamespaceContentRemaining|NamespaceFinalizersRemaining
kind NamespaceList
 items! []Namespace #2
 metadata meta.v1.ListMeta #1
type NamespaceSpec
 finalizers []string #1 list=atomic
type NamespaceStatus
 conditions []NamespaceCondition #2 list=map(type) patch=merge key=type
 phase string #1 default="Active" enum=Active|Terminating
kind Node
 metadata meta.v1.ObjectMeta #1
 spec NodeSpec #2
 status NodeStatus #3
type NodeAddress
 address! string #2
 type! string #1 enum=Hostname|InternalIP|ExternalIP|InternalDNS|ExternalDNS
type NodeAffinity
 preferredDuringSchedulingIgnoredDuringExecution []PreferredSchedulingTerm #2 list=atomic
 requiredDuringSchedulingIgnoredDuringExecution *NodeSelector #1
type NodeAllocatableResourceClaimStatus
 containers []string #2 list=set
 resourceClaimName! string #1
 resources! {}Quantity #3
type NodeCondition
 lastHeartbeatTime Time #3
 lastTransitionTime Time #4
 message string #6
 reason string #5
 status! string #2 enum=True|False|Unknown
 type! string #1 enum=Ready|MemoryPressure|DiskPressure|PIDPressure|NetworkUnavailable
type NodeConfigSource
 configMap *ConfigMapNodeConfigSource #2
type NodeConfigStatus
 active *NodeConfigSource #2
 assigned *NodeConfigSource #1
 error string #4
 lastKnownGood *NodeConfigSource #3
type NodeDaemonEndpoints
 kubeletEndpoint DaemonEndpoint #1
type NodeFeatures
 supplementalGroupsPolicy *boolean #1
kind NodeList
 items! []Node #2
 metadata meta.v1.ListMeta #1
type NodeRuntimeHandler
 features *NodeRuntimeHandlerFeatures #2
 name string #1
type NodeRuntimeHandlerFeatures
 recursiveReadOnlyMounts *boolean #1
 userNamespaces *boolean #2
type NodeSelector map=atomic
 nodeSelectorTerms! []NodeSelectorTerm #1 list=atomic
type NodeSelectorRequirement
 key! string #1
 operator! string #2 enum=In|NotIn|Exists|DoesNotExist|Gt|Lt
 values []string #3 list=atomic
type NodeSelectorTerm map=atomic
 matchExpressions []NodeSelectorRequirement #1 list=atomic
 matchFields []NodeSelectorRequirement #2 list=atomic
type NodeSpec
 configSource *NodeConfigSource #6
 externalID string #2
 podCIDR string #1
 podCIDRs []string #7 list=set patch=merge
 providerID string #3
 taints []Taint #5 list=atomic
 unschedulable boolean #4
type NodeStatus
 addresses []NodeAddress #5 list=map(type) patch=merge key=type
 allocatable {}Quantity #2
 capacity {}Quantity #1
 conditions []NodeCondition #4 list=map(type) patch=merge key=type
 config *NodeConfigStatus #11
 daemonEndpoints NodeDaemonEndpoints #6
 declaredFeatures []string #14 list=atomic
 features *NodeFeatures #13
 images []ContainerImage #8 list=atomic
 nodeInfo NodeSystemInfo #7
 phase string #3 enum=Pending|Running|Terminated
 runtimeHandlers []NodeRuntimeHandler #12 list=atomic
 volumesAttached []AttachedVolume #10 list=atomic
 volumesInUse []string #9 list=atomic
type NodeSwapStatus
 capacity *int64 #1
type NodeSystemInfo
 architecture! string #10
 bootID! string #3
 containerRuntimeVersion! string #6
 kernelVersion! string #4
 kubeProxyVersion! string #8
 kubeletVersion! string #7
 machineID! string #1
 operatingSystem! string #9
 osImage! string #5
 swap *NodeSwapStatus #11
 systemUUID! string #2
type ObjectFieldSelector map=atomic
 apiVersion string #1 default="v1"
 fieldPath! string #2
type ObjectReference map=atomic
 apiVersion string #5
 fieldPath string #7
 kind string #1
 name string #3
 namespace string #2
 resourceVersion string #6
 uid string #4
kind PersistentVolume
 metadata meta.v1.ObjectMeta #1
 spec PersistentVolumeSpec #2
 status PersistentVolumeStatus #3
kind PersistentVolumeClaim
 metadata meta.v1.ObjectMeta #1
 spec PersistentVolumeClaimSpec #2
 status PersistentVolumeClaimStatus #3
type PersistentVolumeClaimCondition
 lastProbeTime Time #3
 lastTransitionTime Time #4
 message string #6
 reason string #5
 status! string #2 enum=True|False|Unknown
 type! string #1 enum=Resizing|FileSystemResizePending|ControllerResizeError|NodeResizeError|ModifyVolumeError|ModifyingVolume|Unused
kind PersistentVolumeClaimList
 items! []PersistentVolumeClaim #2
 metadata meta.v1.ListMeta #1
type PersistentVolumeClaimSpec
 accessModes []string #1 list=atomic enum=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
 dataSource *TypedLocalObjectReference #7
 dataSourceRef *TypedObjectReference #8
 resources VolumeResourceRequirements #2
 selector *meta.v1.LabelSelector #4
 storageClassName *string #5
 volumeAttributesClassName *string #9
 volumeMode *string #6 default="Filesystem" enum=Block|Filesystem
 volumeName string #3
type PersistentVolumeClaimStatus
 accessModes []string #2 list=atomic enum=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
 allocatedResourceStatuses {}string #7 map=granular
 allocatedResources {}Quantity #5
 capacity {}Quantity #3
 conditions []PersistentVolumeClaimCondition #4 list=map(type) patch=merge key=type
 currentVolumeAttributesClassName *string #8
 modifyVolumeStatus *ModifyVolumeStatus #9
 phase string #1 default="Pending" enum=Pending|Bound|Lost
type PersistentVolumeClaimTemplate
 metadata meta.v1.ObjectMeta #1
 spec! PersistentVolumeClaimSpec #2
type PersistentVolumeClaimVolumeSource
 claimName! string #1
 readOnly boolean #2
kind PersistentVolumeList
 items! []PersistentVolume #2
 metadata meta.v1.ListMeta #1
type PersistentVolumeSpec
 accessModes []string #3 list=atomic enum=ReadWriteOnce|ReadOnlyMany|ReadWriteMany|ReadWriteOncePod
 awsElasticBlockStore *AWSElasticBlockStoreVolumeSource #2.2
 azureDisk *AzureDiskVolumeSource #2.16
 azureFile *AzureFilePersistentVolumeSource #2.13
 capacity {}Quantity #1
 cephfs *CephFSPersistentVolumeSource #2.9
 cinder *CinderPersistentVolumeSource #2.8
 claimRef *ObjectReference #4 map=granular
 csi *CSIPersistentVolumeSource #2.22
 fc *FCVolumeSource #2.10
 flexVolume *FlexPersistentVolumeSource #2.12
 flocker *FlockerVolumeSource #2.11
 gcePersistentDisk *GCEPersistentDiskVolumeSource #2.1
 glusterfs *GlusterfsPersistentVolumeSource #2.4
 hostPath *HostPathVolumeSource #2.3
 iscsi *ISCSIPersistentVolumeSource #2.7
 local *LocalVolumeSource #2.20
 mountOptions []string #7 list=atomic
 nfs *NFSVolumeSource #2.5
 nodeAffinity *VolumeNodeAffinity #9
 persistentVolumeReclaimPolicy string #5 enum=Recycle|Delete|Retain
 photonPersistentDisk *PhotonPersistentDiskVolumeSource #2.17
 portworxVolume *PortworxVolumeSource #2.18
 quobyte *QuobyteVolumeSource #2.15
 rbd *RBDPersistentVolumeSource #2.6
 scaleIO *ScaleIOPersistentVolumeSource #2.19
 storageClassName string #6
 storageos *StorageOSPersistentVolumeSource #2.21
 volumeAttributesClassName *string #10
 volumeMode *string #8 enum=Block|Filesystem
 vsphereVolume *VsphereVirtualDiskVolumeSource #2.14
type PersistentVolumeStatus
 lastPhaseTransitionTime *Time #4
 message string #2
 phase string #1 default="Pending" enum=Pending|Available|Bound|Released|Failed
 reason string #3
type PhotonPersistentDiskVolumeSource
 fsType string #2
 pdID! string #1
kind Pod
 metadata meta.v1.ObjectMeta #1
 spec PodSpec #2
 status PodStatus #3
type PodAffinity
 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm #2 list=atomic
 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm #1 list=atomic
type PodAffinityTerm
 labelSelector *meta.v1.LabelSelector #1
 matchLabelKeys []string #5 list=atomic
 mismatchLabelKeys []string #6 list=atomic
 namespaceSelector *meta.v1.LabelSelector #4
 namespaces []string #2 list=atomic
 topologyKey! string #3
type PodAntiAffinity
 preferredDuringSchedulingIgnoredDuringExecution []WeightedPodAffinityTerm #2 list=atomic
 requiredDuringSchedulingIgnoredDuringExecution []PodAffinityTerm #1 list=atomic
type PodCertificateProjection
 certificateChainPath string #6
 credentialBundlePath string #4
 keyPath string #5
 keyType! string #2
 maxExpirationSeconds *int32 #3
 signerName! string #1
 userAnnotations {}string #7
type PodCondition
 lastProbeTime Time #3
 lastTransitionTime Time #4
 message string #6
 observedGeneration int64 #7
 reason string #5
 status! string #2 enum=True|False|Unknown
 type! string #1 enum=ContainersReady|Initialized|Ready|PodScheduled|DisruptionTarget|PodReadyToStartContainers|PodResizePending|PodResizeInProgress|AllContainersRestarting
type PodDNSConfig
 nameservers []string #1 list=atomic
 options []PodDNSConfigOption #3 list=atomic
 searches []string #2 list=atomic
type PodDNSConfigOption
 name string #1
 value *string #2
type PodExtendedResourceClaimStatus
 requestMappings! []ContainerExtendedResourceRequest #1 list=atomic
 resourceClaimName! string #2
type PodIP
 ip! string #1
kind PodList
 items! []Pod #2
 metadata meta.v1.ListMeta #1
type PodOS
 name! string #1 enum=linux|windows
type PodReadinessGate
 conditionType! string #1 enum=ContainersReady|Initialized|Ready|PodScheduled|DisruptionTarget|PodReadyToStartContainers|PodResizePending|PodResizeInProgress|AllContainersRestarting
type PodResourceClaim
 name! string #1
 resourceClaimName *string #3
 resourceClaimTemplateName *string #4
type PodResourceClaimStatus
 name! string #1
 resourceClaimName *string #2
type PodSchedulingGate
 name! string #1
type PodSchedulingGroup
 podGroupName *string #1
type PodSecurityContext
 appArmorProfile *AppArmorProfile #11
 fsGroup *int64 #5
 fsGroupChangePolicy *string #9 enum=OnRootMismatch|Always
 runAsGroup *int64 #6
 runAsNonRoot *boolean #3
 runAsUser *int64 #2
 seLinuxChangePolicy *string #13 enum=Recursive|MountOption
 seLinuxOptions *SELinuxOptions #1
 seccompProfile *SeccompProfile #10
 supplementalGroups []int64 #4 list=atomic
 supplementalGroupsPolicy *string #12 enum=Merge|Strict
 sysctls []Sysctl #7 list=atomic
 windowsOptions *WindowsSecurityContextOptions #8
type PodSpec
 activeDeadlineSeconds *int64 #5
 affinity *Affinity #18
 automountServiceAccountToken *boolean #21
 containers! []Container #2 list=map(name) patch=merge key=name
 dnsConfig *PodDNSConfig #26
 dnsPolicy string #6 default="ClusterFirst" enum=ClusterFirstWithHostNet|ClusterFirst|Default|None
 enableServiceLinks *boolean #30
 ephemeralContainers []EphemeralContainer #34 list=map(name) patch=merge key=name
 hostAliases []HostAlias #23 list=map(ip) patch=merge key=ip
 hostIPC boolean #13
 hostNetwork boolean #11
 hostPID boolean #12
 hostUsers *boolean #37
 hostname string #16
 hostnameOverride *string #41
 imagePullSecrets []LocalObjectReference #15 list=map(name) patch=merge key=name
 initContainers []Container #20 list=map(name) patch=merge key=name
 nodeName string #10
 nodeSelector {}string #7 map=atomic
 os *PodOS #36
 overhead {}Quantity #32
 preemptionPolicy *string #31 enum=PreemptLowerPriority|Never
 priority *int32 #25
 priorityClassName string #24
 readinessGates []PodReadinessGate #28 list=atomic
 resourceClaims []PodResourceClaim #39 list=map(name) patch=merge,retainKeys key=name
 resources *ResourceRequirements #40
 restartPolicy string #3 default="Always" enum=Always|OnFailure|Never
 runtimeClassName *string #29
 schedulerName string #19 default="default-scheduler"
 schedulingGates []PodSchedulingGate #38 list=map(name) patch=merge key=name
 schedulingGroup *PodSchedulingGroup #43
 securityContext *PodSecurityContext #14 default={}
 serviceAccount string #9
 serviceAccountName string #8
 setHostnameAsFQDN *boolean #35
 shareProcessNamespace *boolean #27
 subdomain string #17
 terminationGracePeriodSeconds *int64 #4 default=30
 tolerations []Toleration #22 list=atomic
 topologySpreadConstraints []TopologySpreadConstraint #33 list=map(topologyKey,whenUnsatisfiable) patch=merge key=topologyKey
 volumes []Volume #1 list=map(name) patch=merge,retainKeys key=name
type PodStatus
 allocatedResources {}Quantity #19
 conditions []PodCondition #2 list=map(type) patch=merge key=type
 containerStatuses []ContainerStatus #8 list=atomic
 ephemeralContainerStatuses []ContainerStatus #13 list=atomic
 extendedResourceClaimStatus *PodExtendedResourceClaimStatus #18
 hostIP string #5
 hostIPs []HostIP #16 list=atomic patch=merge key=ip
 initContainerStatuses []ContainerStatus #10 list=atomic
 message string #3
 nodeAllocatableResourceClaimStatuses []NodeAllocatableResourceClaimStatus #21 list=atomic
 nominatedNodeName string #11
 observedGeneration int64 #17
 phase string #1 enum=Pending|Running|Succeeded|Failed|Unknown
 podIP string #6
 podIPs []PodIP #12 list=map(ip) patch=merge key=ip
 qosClass string #9 enum=Guaranteed|Burstable|BestEffort
 reason string #4
 resize string #14 enum=InProgress|Deferred|Infeasible
 resourceClaimStatuses []PodResourceClaimStatus #15 list=map(name) patch=merge,retainKeys key=name
 resources *ResourceRequirements #20
 startTime *Time #7
kind PodTemplate
 metadata meta.v1.ObjectMeta #1
 template PodTemplateSpec #2
kind PodTemplateList
 items! []PodTemplate #2
 metadata meta.v1.ListMeta #1
type PodTemplateSpec
 metadata meta.v1.ObjectMeta #1
 spec PodSpec #2
type PortStatus
 error *string #3
 port! int32 #1
 protocol! string #2 enum=TCP|UDP|SCTP
type PortworxVolumeSource
 fsType string #2
 readOnly boolean #3
 volumeID! string #1
type PreferredSchedulingTerm
 preference! NodeSelectorTerm #2
 weight! int32 #1
type Probe
 exec *ExecAction #1.1
 failureThreshold int32 #6 default=3
 grpc *GRPCAction #1.4
 httpGet *HTTPGetAction #1.2
 initialDelaySeconds int32 #2
 periodSeconds int32 #4 default=10
 successThreshold int32 #5 default=1
 tcpSocket *TCPSocketAction #1.3
 terminationGracePeriodSeconds *int64 #7
 timeoutSeconds int32 #3 default=1
type ProjectedVolumeSource
 defaultMode *int32 #2 default=420
 sources []VolumeProjection #1 list=atomic
type QuobyteVolumeSource
 group string #5
 readOnly boolean #3
 registry! string #1
 tenant string #6
 user string #4
 volume! string #2
type RBDPersistentVolumeSource
 fsType string #3
 image! string #2
 keyring string #6 default="/etc/ceph/keyring"
 monitors! []string #1 list=atomic
 pool string #4 default="rbd"
 readOnly boolean #8
 secretRef *SecretReference #7
 user string #5 default="admin"
type RBDVolumeSource
 fsType string #3
 image! string #2
 keyring string #6 default="/etc/ceph/keyring"
 monitors! []string #1 list=atomic
 pool string #4 default="rbd"
 readOnly boolean #8
 secretRef *LocalObjectReference #7
 user string #5 default="admin"
kind ReplicationController
 metadata meta.v1.ObjectMeta #1
 spec ReplicationControllerSpec #2
 status ReplicationControllerStatus #3
type ReplicationControllerCondition
 lastTransitionTime Time #3
 message string #5
 reason string #4
 status! string #2 enum=True|False|Unknown
 type! string #1
kind ReplicationControllerList
 items! []ReplicationController #2
 metadata meta.v1.ListMeta #1
type ReplicationControllerSpec
 minReadySeconds int32 #4
 replicas *int32 #1 default=1
 selector {}string #2 map=atomic
 template *PodTemplateSpec #3
type ReplicationControllerStatus
 availableReplicas int32 #5
 conditions []ReplicationControllerCondition #6 list=map(type) patch=merge key=type
 fullyLabeledReplicas int32 #2
 observedGeneration int64 #3
 readyReplicas int32 #4
 replicas! int32 #1
type ResourceClaim
 name! string #1
 request string #2
type ResourceFieldSelector map=atomic
 containerName string #1
 divisor Quantity #3
 resource! string #2
type ResourceHealth
 health string #2 enum=Healthy|Unhealthy|Unknown
 message *string #6
 resourceID! string #1
kind ResourceQuota
 metadata meta.v1.ObjectMeta #1
 spec ResourceQuotaSpec #2
 status ResourceQuotaStatus #3
kind ResourceQuotaList
 items! []ResourceQuota #2
 metadata meta.v1.ListMeta #1
type ResourceQuotaSpec
 hard {}Quantity #1
 scopeSelector *ScopeSelector #3
 scopes []string #2 list=atomic enum=Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|CrossNamespacePodAffinity|VolumeAttributesClass
type ResourceQuotaStatus
 hard {}Quantity #1
 used {}Quantity #2
type ResourceRequirements
 claims []ResourceClaim #3 list=map(name)
 limits {}Quantity #1
 requests {}Quantity #2
type ResourceStatus
 name! string #1 enum=cpu|memory|storage|ephemeral-storage|pods|services|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims|services.nodeports|services.loadbalancers|requests.cpu|requests.memory|requests.storage|requests.ephemeral-storage|limits.cpu|limits.memory|limits.ephemeral-storage
 resources []ResourceHealth #2 list=map(resourceID)
type SELinuxOptions
 level string #4
 role string #2
 type string #3
 user string #1
type ScaleIOPersistentVolumeSource
 fsType string #9 default="xfs"
 gateway! string #1
 protectionDomain string #5
 readOnly boolean #10
 secretRef! *SecretReference #3
 sslEnabled boolean #4
 storageMode string #7 default="ThinProvisioned"
 storagePool string #6
 system! string #2
 volumeName string #8
type ScaleIOVolumeSource
 fsType string #9 default="xfs"
 gateway! string #1
 protectionDomain string #5
 readOnly boolean #10
 secretRef! *LocalObjectReference #3
 sslEnabled boolean #4
 storageMode string #7 default="ThinProvisioned"
 storagePool string #6
 system! string #2
 volumeName string #8
type ScopeSelector map=atomic
 matchExpressions []ScopedResourceSelectorRequirement #1 list=atomic
type ScopedResourceSelectorRequirement
 operator! string #2 enum=In|NotIn|Exists|DoesNotExist
 scopeName! string #1 enum=Terminating|NotTerminating|BestEffort|NotBestEffort|PriorityClass|CrossNamespacePodAffinity|VolumeAttributesClass
 values []string #3 list=atomic
type SeccompProfile
 localhostProfile *string #2
 type! string #1 enum=Unconfined|RuntimeDefault|Localhost
kind Secret
 data {}byte #2
 immutable *boolean #5
 metadata meta.v1.ObjectMeta #1
 stringData {}string #4
 type string #3 default="Opaque" enum=Opaque|kubernetes.io/service-account-token|kubernetes.io/dockercfg|kubernetes.io/dockerconfigjson|kubernetes.io/basic-auth|kubernetes.io/ssh-auth|kubernetes.io/tls|bootstrap.kubernetes.io/token
type SecretEnvSource
 name string #1.1
 optional *boolean #2
type SecretKeySelector map=atomic
 key! string #2
 name string #1.1
 optional *boolean #3
kind SecretList
 items! []Secret #2
 metadata meta.v1.ListMeta #1
type SecretProjection
 items []KeyToPath #2 list=atomic
 name string #1.1
 optional *boolean #4
type SecretReference map=atomic
 name string #1
 namespace string #2
type SecretVolumeSource
 defaultMode *int32 #3 default=420
 items []KeyToPath #2 list=atomic
 optional *boolean #4
 secretName string #1
type SecurityContext
 allowPrivilegeEscalation *boolean #7
 appArmorProfile *AppArmorProfile #12
 capabilities *Capabilities #1
 privileged *boolean #2
 procMount *string #9 enum=Default|Unmasked
 readOnlyRootFilesystem *boolean #6
 runAsGroup *int64 #8
 runAsNonRoot *boolean #5
 runAsUser *int64 #4
 seLinuxOptions *SELinuxOptions #3
 seccompProfile *SeccompProfile #11
 windowsOptions *WindowsSecurityContextOptions #10
kind Service
 metadata meta.v1.ObjectMeta #1
 spec ServiceSpec #2
 status ServiceStatus #3
kind ServiceAccount
 automountServiceAccountToken *boolean #4
 imagePullSecrets []LocalObjectReference #3 list=atomic
 metadata meta.v1.ObjectMeta #1
 secrets []ObjectReference #2 list=map(name) patch=merge key=name
kind ServiceAccountList
 items! []ServiceAccount #2
 metadata meta.v1.ListMeta #1
type ServiceAccountTokenProjection
 audience string #1
 expirationSeconds *int64 #2 default=3600
 path! string #3
kind ServiceList
 items! []Service #2
 metadata meta.v1.ListMeta #1
type ServicePort
 appProtocol *string #6
 name string #1
 nodePort int32 #5
 port! int32 #3
 protocol string #2 default="TCP" enum=TCP|UDP|SCTP
 targetPort IntOrString #4
type ServiceSpec
 allocateLoadBalancerNodePorts *boolean #20
 clusterIP string #3
 clusterIPs []string #18 list=atomic
 externalIPs []string #5 list=atomic
 externalName string #10
 externalTrafficPolicy string #11 enum=Cluster|Local
 healthCheckNodePort int32 #12
 internalTrafficPolicy *string #22 enum=Cluster|Local
 ipFamilies []string #19 list=atomic enum=IPv4|IPv6|""
 ipFamilyPolicy *string #17 enum=SingleStack|PreferDualStack|RequireDualStack
 loadBalancerClass *string #21
 loadBalancerIP string #8
 loadBalancerSourceRanges []string #9 list=atomic
 ports []ServicePort #1 list=map(port,protocol) patch=merge key=port
 publishNotReadyAddresses boolean #13
 selector {}string #2 map=atomic
 sessionAffinity string #7 default="None" enum=ClientIP|None
 sessionAffinityConfig *SessionAffinityConfig #14
 trafficDistribution *string #23
 type string #4 default="ClusterIP" enum=ClusterIP|NodePort|LoadBalancer|ExternalName
type ServiceStatus
 conditions []meta.v1.Condition #2 list=map(type) patch=merge key=type
 loadBalancer LoadBalancerStatus #1
type SessionAffinityConfig
 clientIP *ClientIPConfig #1
type SleepAction
 seconds! int64 #1
type StorageOSPersistentVolumeSource
 fsType string #3
 readOnly boolean #4
 secretRef *ObjectReference #5
 volumeName string #1
 volumeNamespace string #2
type StorageOSVolumeSource
 fsType string #3
 readOnly boolean #4
 secretRef *LocalObjectReference #5
 volumeName string #1
 volumeNamespace string #2
type Sysctl
 name! string #1
 value! string #2
type TCPSocketAction
 host string #2
 port! IntOrString #1
type Taint
 effect! string #3 enum=NoSchedule|PreferNoSchedule|NoExecute
 key! string #1
 timeAdded *Time #4
 value string #2
type Toleration
 effect string #4 enum=NoSchedule|PreferNoSchedule|NoExecute
 key string #1
 operator string #2 enum=Exists|Equal|Lt|Gt
 tolerationSeconds *int64 #5
 value string #3
type TopologySelectorLabelRequirement
 key! string #1
 values! []string #2 list=atomic
type TopologySelectorTerm map=atomic
 matchLabelExpressions []TopologySelectorLabelRequirement #1 list=atomic
type TopologySpreadConstraint
 labelSelector *meta.v1.LabelSelector #4
 matchLabelKeys []string #8 list=atomic
 maxSkew! int32 #1
 minDomains *int32 #5
 nodeAffinityPolicy *string #6 enum=Ignore|Honor
 nodeTaintsPolicy *string #7 enum=Ignore|Honor
 topologyKey! string #2
 whenUnsatisfiable! string #3 enum=DoNotSchedule|ScheduleAnyway
type TypedLocalObjectReference map=atomic
 apiGroup *string #1
 kind! string #2
 name! string #3
type TypedObjectReference
 apiGroup *string #1
 kind! string #2
 name! string #3
 namespace *string #4
type Volume
 awsElasticBlockStore *AWSElasticBlockStoreVolumeSource #2.4
 azureDisk *AzureDiskVolumeSource #2.22
 azureFile *AzureFileVolumeSource #2.18
 cephfs *CephFSVolumeSource #2.14
 cinder *CinderVolumeSource #2.13
 configMap *ConfigMapVolumeSource #2.19
 csi *CSIVolumeSource #2.28
 downwardAPI *DownwardAPIVolumeSource #2.16
 emptyDir *EmptyDirVolumeSource #2.2
 ephemeral *EphemeralVolumeSource #2.29
 fc *FCVolumeSource #2.17
 flexVolume *FlexVolumeSource #2.12
 flocker *FlockerVolumeSource #2.15
 gcePersistentDisk *GCEPersistentDiskVolumeSource #2.3
 gitRepo *GitRepoVolumeSource #2.5
 glusterfs *GlusterfsVolumeSource #2.9
 hostPath *HostPathVolumeSource #2.1
 image *ImageVolumeSource #2.30
 iscsi *ISCSIVolumeSource #2.8
 name! string #1
 nfs *NFSVolumeSource #2.7
 persistentVolumeClaim *PersistentVolumeClaimVolumeSource #2.10
 photonPersistentDisk *PhotonPersistentDiskVolumeSource #2.23
 portworxVolume *PortworxVolumeSource #2.24
 projected *ProjectedVolumeSource #2.26
 quobyte *QuobyteVolumeSource #2.21
 rbd *RBDVolumeSource #2.11
 scaleIO *ScaleIOVolumeSource #2.25
 secret *SecretVolumeSource #2.6
 storageos *StorageOSVolumeSource #2.27
 vsphereVolume *VsphereVirtualDiskVolumeSource #2.20
type VolumeDevice
 devicePath! string #2
 name! string #1
type VolumeMount
 mountPath! string #3
 mountPropagation *string #5 enum=None|HostToContainer|Bidirectional
 name! string #1
 readOnly boolean #2
 recursiveReadOnly *string #7 enum=Disabled|IfPossible|Enabled
 subPath string #4
 subPathExpr string #6
type VolumeMountStatus
 mountPath! string #2
 name! string #1
 readOnly boolean #3
 recursiveReadOnly *string #4 enum=Disabled|IfPossible|Enabled
 volumeStatus *VolumeStatus #5
type VolumeNodeAffinity
 required *NodeSelector #1
type VolumeProjection
 clusterTrustBundle *ClusterTrustBundleProjection #5
 configMap *ConfigMapProjection #3
 downwardAPI *DownwardAPIProjection #2
 podCertificate *PodCertificateProjection #6
 secret *SecretProjection #1
 serviceAccountToken *ServiceAccountTokenProjection #4
type VolumeResourceRequirements
 limits {}Quantity #1
 requests {}Quantity #2
type VolumeStatus
 image *ImageVolumeStatus #1
type VsphereVirtualDiskVolumeSource
 fsType string #2
 storagePolicyID string #4
 storagePolicyName string #3
 volumePath! string #1
type WeightedPodAffinityTerm
 podAffinityTerm! PodAffinityTerm #2
 weight! int32 #1
type WindowsSecurityContextOptions
 gmsaCredentialSpec *string #2
 gmsaCredentialSpecName *string #1
 hostProcess *boolean #4
 runAsUserName *string #3
`;
