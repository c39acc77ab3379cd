/**
 * The messages of CRI v1 (k8s.io/cri-api runtime/v1) and of containerd's events service that the kubelet uses, as a
 * table for Wire. Fields are named as in runtime.ts, so that most values pass through unchanged.
 */
import { Wire } from "./wire.ts";

const namespaceModes = "enum(POD|CONTAINER|NODE|TARGET)";

const table = `
Empty:
VersionRequest: version string 1
VersionResponse: version string 1, runtimeName string 2, runtimeVersion string 3, runtimeApiVersion string 4

Dns: servers []string 1, searches []string 2, options []string 3
PortMapping: protocol enum(TCP|UDP|SCTP) 1, containerPort int32 2, hostPort int32 3, hostIp string 4
NamespaceOptions: network ${namespaceModes} 1, pid ${namespaceModes} 2, ipc ${namespaceModes} 3, targetId string 4
SecurityProfile: profileType enum(RuntimeDefault|Unconfined|Localhost) 1, localhostRef string 2
SeLinuxOptions: user string 1, role string 2, type string 3, level string 4
SandboxSecurity: namespaceOptions NamespaceOptions 1, seLinuxOptions SeLinuxOptions 2, runAsUser wrapped 3, runAsGroup wrapped 8, readonlyRootfs bool 4, supplementalGroups []int64 5, privileged bool 6, seccomp SecurityProfile 9, apparmor SecurityProfile 10
LinuxSandbox: cgroupParent string 1, securityContext SandboxSecurity 2, sysctls map 3
PodSandboxMetadata: name string 1, uid string 2, namespace string 3, attempt uint32 4
PodSandboxConfig: metadata PodSandboxMetadata 1, hostname string 2, logDirectory string 3, dns Dns 4, portMappings []PortMapping 5, labels map 6, annotations map 7, linux LinuxSandbox 8
RunPodSandboxRequest: config PodSandboxConfig 1, runtimeHandler string 2
PodSandboxId: podSandboxId string 1
PodIp: ip string 1
PodNetwork: ip string 1, additionalIps []PodIp 2
PodSandboxStatus: id string 1, metadata PodSandboxMetadata 2, state enum(READY|NOTREADY) 3, createdAt nanos 4, network PodNetwork 5, labels map 7, annotations map 8, runtimeHandler string 9
PodSandboxStatusResponse: status PodSandboxStatus 1
PodSandbox: id string 1, metadata PodSandboxMetadata 2, state enum(READY|NOTREADY) 3, createdAt nanos 4, labels map 5, annotations map 6, runtimeHandler string 7
PodSandboxFilter: id string 1, labels map 3
ListPodSandboxRequest: filter PodSandboxFilter 1
ListPodSandboxResponse: items []PodSandbox 1

ImageSpec: image string 1, annotations map 2, userSpecifiedImage string 18, runtimeHandler string 19
KeyValue: key string 1, value string 2
Mount: containerPath string 1, hostPath string 2, readonly bool 3, selinuxRelabel bool 4, propagation enum(PRIVATE|HOST_TO_CONTAINER|BIDIRECTIONAL) 5, recursiveReadOnly bool 8
Device: containerPath string 1, hostPath string 2, permissions string 3
LinuxResources: cpuPeriod int64 1, cpuQuota int64 2, cpuShares int64 3, memoryLimitInBytes int64 4, oomScoreAdj int64 5, cpusetCpus string 6, cpusetMems string 7, unified map 9
Capabilities: add []string 1, drop []string 2
ContainerSecurity: capabilities Capabilities 1, privileged bool 2, namespaceOptions NamespaceOptions 3, seLinuxOptions SeLinuxOptions 4, runAsUser wrapped 5, runAsGroup wrapped 12, runAsUsername string 6, readonlyRootfs bool 7, supplementalGroups []int64 8, noNewPrivs bool 11, maskedPaths []string 13, readonlyPaths []string 14, seccomp SecurityProfile 15, apparmor SecurityProfile 16
LinuxContainer: resources LinuxResources 1, securityContext ContainerSecurity 2
ContainerMetadata: name string 1, attempt uint32 2
ContainerConfig: metadata ContainerMetadata 1, image ImageSpec 2, command []string 3, args []string 4, workingDir string 5, envs []KeyValue 6, mounts []Mount 7, devices []Device 8, labels map 9, annotations map 10, logPath string 11, stdin bool 12, stdinOnce bool 13, tty bool 14, linux LinuxContainer 15
CreateContainerRequest: podSandboxId string 1, config ContainerConfig 2, sandboxConfig PodSandboxConfig 3
ContainerId: containerId string 1
StopContainerRequest: containerId string 1, timeout int64 2
Container: id string 1, podSandboxId string 2, metadata ContainerMetadata 3, image ImageSpec 4, imageRef string 5, state enum(CREATED|RUNNING|EXITED|UNKNOWN) 6, createdAt nanos 7, labels map 8, annotations map 9
ContainerFilter: id string 1, podSandboxId string 3, labels map 4
ListContainersRequest: filter ContainerFilter 1
ListContainersResponse: containers []Container 1
ContainerResources: linux LinuxResources 1
ContainerStatus: id string 1, metadata ContainerMetadata 2, state enum(CREATED|RUNNING|EXITED|UNKNOWN) 3, createdAt nanos 4, startedAt nanos 5, finishedAt nanos 6, exitCode int32 7, image ImageSpec 8, imageRef string 9, reason string 10, message string 11, labels map 12, annotations map 13, mounts []Mount 14, logPath string 15, resources ContainerResources 16
ContainerStatusResponse: status ContainerStatus 1
UpdateContainerResourcesRequest: containerId string 1, linux LinuxResources 2

ExecSyncRequest: containerId string 1, command []string 2, timeout int64 3
ExecSyncResponse: stdout bytes 1, stderr bytes 2, exitCode int32 3
ExecRequest: containerId string 1, command []string 2, tty bool 3, stdin bool 4, stdout bool 5, stderr bool 6
AttachRequest: containerId string 1, stdin bool 2, tty bool 3, stdout bool 4, stderr bool 5
PortForwardRequest: podSandboxId string 1, port []int32 2
UrlResponse: url string 1

Image: id string 1, repoTags []string 2, repoDigests []string 3, size uint64 4, uid wrapped 5, username string 6, pinned bool 8
ListImagesResponse: images []Image 1
ImageRequest: image ImageSpec 1
ImageStatusResponse: image Image 1
AuthConfig: username string 1, password string 2, auth string 3, identityToken string 5, registryToken string 6
PullImageRequest: image ImageSpec 1, auth AuthConfig 2, sandboxConfig PodSandboxConfig 3
PullImageResponse: imageRef string 1
FilesystemId: mountpoint string 1
FilesystemUsage: timestamp nanos 1, fsId FilesystemId 2, usedBytes wrapped 3, inodesUsed wrapped 4
ImageFsInfoResponse: imageFilesystems []FilesystemUsage 1

NetworkConfig: podCidr string 1
RuntimeConfig: networkConfig NetworkConfig 1
UpdateRuntimeConfigRequest: runtimeConfig RuntimeConfig 1
Condition: type string 1, status bool 2, reason string 3, message string 4
RuntimeStatus: conditions []Condition 1
Handler: name string 1
StatusRequest: verbose bool 1
StatusResponse: status RuntimeStatus 1, info map 2, handlers []Handler 3

Attributes: id string 1, metadata ContainerMetadata 2, labels map 3
Nanos: value nanos 1
CpuUsage: timestamp nanos 1, usageCoreNanoSeconds Nanos 2
MemoryUsage: timestamp nanos 1, workingSetBytes wrapped 2, usageBytes wrapped 4, rssBytes wrapped 5
ContainerStats: attributes Attributes 1, cpu CpuUsage 2, memory MemoryUsage 3, writableLayer FilesystemUsage 4
ContainerStatsResponse: stats ContainerStats 1
ContainerStatsFilter: podSandboxId string 2
ListContainerStatsRequest: filter ContainerStatsFilter 1
ListContainerStatsResponse: stats []ContainerStats 1

ContainerEvent: containerId string 1, type enum(CREATED|STARTED|EXITED|DELETED) 2
Any: typeUrl string 1, value bytes 2
SubscribeRequest: filters []string 1
PublishRequest: topic string 1, event Any 2
Envelope: namespace string 2, topic string 3, event Any 4
TaskEvent: containerId string 1
TaskExit: containerId string 1, process string 2
`;

let tables: Wire | undefined;

/** The codec of these messages; the table is read at first use. */
export function messages(): Wire {
  return (tables ??= new Wire(table));
}
