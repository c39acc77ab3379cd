/** Security contexts of pods and containers as the runtime takes them. A container's own settings win over its pod's. */
import type { DeepReadonly } from "@k8ts/api";
import { isUserId } from "@k8ts/api";
import type { SeccompProfile, SecurityContext } from "@k8ts/api/core/v1";
import type {
  ContainerSecurityContext,
  Image,
  NamespaceOptions,
  SandboxSecurityContext,
  SecurityProfile,
  SeLinuxOptions,
} from "../runtimes/runtime.ts";
import { allContainers, podText, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";

/** Parts of /proc that a container does not see, and those it may only read (procMount: Default). */
const maskedPaths: readonly string[] = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];
const readonlyPaths: readonly string[] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

type Context = DeepReadonly<SecurityContext>;

/** The container's settings over the pod's. */
export function effectiveSecurityContext(pod: DesiredPod, container: ContainerSpec): Context {
  const { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions, seccompProfile, appArmorProfile } =
    pod.spec?.securityContext ?? {};
  const inherited = { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions, seccompProfile, appArmorProfile };
  const own = Object.entries(container.securityContext ?? {}).filter(([, value]) => value !== undefined);
  return { ...inherited, ...Object.fromEntries(own) };
}

/** Which namespaces are the pod's own. */
export function namespaceOptions(pod: DesiredPod): NamespaceOptions {
  const { hostNetwork, hostIPC, hostPID, shareProcessNamespace } = pod.spec ?? {};
  return {
    network: hostNetwork === true ? "NODE" : "POD",
    ipc: hostIPC === true ? "NODE" : "POD",
    pid: hostPID === true ? "NODE" : shareProcessNamespace === true ? "POD" : "CONTAINER",
  };
}

/** fsGroup, groups that volumes bring along, and supplementalGroups. */
function supplementalGroups(pod: DesiredPod): number[] {
  const { fsGroup, supplementalGroups = [] } = pod.spec?.securityContext ?? {};
  return fsGroup === undefined ? [...supplementalGroups] : [fsGroup, ...supplementalGroups];
}

function seLinux(options: Context["seLinuxOptions"]): SeLinuxOptions | undefined {
  if (options === undefined) return undefined;
  const { user = "", role = "", type = "", level = "" } = options;
  return { user, role, type, level };
}

/** Where Localhost profiles lie. */
export interface ProfileSettings {
  /** "/var/lib/kubelet/seccomp". */
  readonly seccompRoot: string;
  /** RuntimeDefault for containers that say nothing (--seccomp-default). */
  readonly seccompDefault: boolean;
}

function seccomp(profile: DeepReadonly<SeccompProfile> | undefined, settings: ProfileSettings): SecurityProfile {
  if (profile === undefined) return { profileType: settings.seccompDefault ? "RuntimeDefault" : "Unconfined" };
  if (profile.type !== "Localhost") return { profileType: profile.type as "RuntimeDefault" | "Unconfined" };
  if (!profile.localhostProfile) throw new Error("localhostProfile must be set if seccompProfile type is Localhost.");
  return { profileType: "Localhost", localhostRef: `${settings.seccompRoot}/${profile.localhostProfile}` };
}

function appArmor(profile: Context["appArmorProfile"]): SecurityProfile | undefined {
  if (profile === undefined) return undefined;
  if (profile.type !== "Localhost") return { profileType: profile.type as "RuntimeDefault" | "Unconfined" };
  if (!profile.localhostProfile) throw new Error("localhostProfile must be set if appArmorProfile type is Localhost");
  return { profileType: "Localhost", localhostRef: profile.localhostProfile };
}

/** The sandbox's security context. */
export function sandboxSecurityContext(pod: DesiredPod): SandboxSecurityContext {
  const context = pod.spec?.securityContext;
  return {
    namespaceOptions: namespaceOptions(pod),
    privileged: allContainers(pod).some(({ spec }) => spec.securityContext?.privileged === true),
    readonlyRootfs: false,
    // The pause process needs no more than the least.
    seccomp: { profileType: "RuntimeDefault" },
    supplementalGroups: supplementalGroups(pod),
    ...(context?.runAsUser !== undefined && { runAsUser: context.runAsUser }),
    ...(context?.runAsGroup !== undefined && { runAsGroup: context.runAsGroup }),
    ...(context?.seLinuxOptions !== undefined && { seLinuxOptions: seLinux(context.seLinuxOptions) }),
  };
}

/** The container's security context; `targetId` is the container whose processes an ephemeral one sees. */
export function containerSecurityContext(
  pod: DesiredPod,
  container: ContainerSpec,
  image: Pick<Image, "uid" | "username">,
  settings: ProfileSettings,
  targetId: string | undefined,
): ContainerSecurityContext {
  const context = effectiveSecurityContext(pod, container);
  const masks = context.privileged !== true && context.procMount !== "Unmasked";
  const namespaces = namespaceOptions(pod);
  const joins = targetId !== undefined && namespaces.pid === "CONTAINER";
  const apparmor = appArmor(context.appArmorProfile);
  return {
    capabilities: { add: context.capabilities?.add ?? [], drop: context.capabilities?.drop ?? [] },
    privileged: context.privileged === true,
    namespaceOptions: joins ? { ...namespaces, pid: "TARGET", targetId } : namespaces,
    readonlyRootfs: context.readOnlyRootFilesystem === true,
    supplementalGroups: supplementalGroups(pod),
    noNewPrivs: context.allowPrivilegeEscalation === false,
    maskedPaths: masks ? maskedPaths : [],
    readonlyPaths: masks ? readonlyPaths : [],
    seccomp: context.privileged === true ? { profileType: "Unconfined" } : seccomp(context.seccompProfile, settings),
    ...(apparmor !== undefined && { apparmor }),
    ...userOf(context, image),
    ...(context.runAsGroup !== undefined && { runAsGroup: context.runAsGroup }),
    ...(context.seLinuxOptions !== undefined && { seLinuxOptions: seLinux(context.seLinuxOptions) }),
  };
}

function userOf(context: Context, image: Pick<Image, "uid" | "username">) {
  if (context.runAsUser !== undefined) return { runAsUser: context.runAsUser };
  return image.username ? { runAsUsername: image.username } : { runAsUser: image.uid ?? 0 };
}

/** Throws where runAsNonRoot forbids the user that the container would run as. */
export function verifyRunAsNonRoot(pod: DesiredPod, container: ContainerSpec, image: Pick<Image, "uid" | "username">) {
  const context = effectiveSecurityContext(pod, container);
  if (context.runAsNonRoot !== true) return;
  const where = `(pod: "${podText(pod)}", container: ${container.name})`;
  if (context.runAsUser !== undefined) {
    if (context.runAsUser === 0) throw new Error(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image.username)
    throw new Error(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  const uid = image.uid ?? 0;
  if (uid === 0) throw new Error(`container has runAsNonRoot and image will run as root ${where}`);
  const faults = isUserId(uid);
  if (faults.length > 0)
    throw new Error(
      `container has runAsNonRoot and image has an invalid user id (${uid}). (Must be 1-(2147483647)): ${faults.join("; ")} ${where}`,
    );
}
