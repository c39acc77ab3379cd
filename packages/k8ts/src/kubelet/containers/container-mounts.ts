/** What is mounted into a container: its volumes, /etc/hosts, and the file for its termination message. */
import type { DeepReadonly, Random } from "@k8ts/api";
import type { VolumeMount } from "@k8ts/api/core/v1";
import type { ContainerMount } from "../runtimes/runtime.ts";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import { isHostNetwork, type ContainerSpec, type DesiredPod } from "../pods/pod-spec.ts";
import type { MountedVolume, PodVolumes } from "../volumes/volume.ts";
import type { Variable } from "./environment.ts";
import { podHostname } from "./hostname.ts";
import { hostNetworkHostsFile, podHostsFile } from "./hosts-file.ts";

/** What mounts are made from. */
export interface MountInput {
  readonly pod: DesiredPod;
  readonly container: ContainerSpec;
  readonly files: NodeFilesystem;
  readonly random: Random;
  /** The pod's own directory: "<root>/pods/<uid>". */
  readonly podDirectory: string;
  readonly podIPs: readonly string[];
  readonly clusterDomain: string;
  readonly volumes: PodVolumes;
  readonly variables: readonly Variable[];
}

const hostsPath = "/etc/hosts";
const propagations: Readonly<Record<string, ContainerMount["propagation"]>> = {
  None: "PRIVATE",
  HostToContainer: "HOST_TO_CONTAINER",
  Bidirectional: "BIDIRECTIONAL",
};

/** The container's mounts, with the files behind them in place. Throws what CreateContainerConfigError shows. */
export async function containerMounts(input: MountInput): Promise<ContainerMount[]> {
  const { container, pod, files, podIPs } = input;
  const mounts: ContainerMount[] = [];
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    mounts.push(await volumeMount(input, mount, index));
  }
  if (!files.real) return mounts;
  const ownHosts = mounts.some((mount) => mount.containerPath === hostsPath);
  if (!ownHosts && (isHostNetwork(pod) || podIPs.length > 0)) mounts.push(await hostsMount(input));
  if (container.terminationMessagePath) mounts.push(await terminationMount(input, container.terminationMessagePath));
  return mounts;
}

async function volumeMount(
  input: MountInput,
  mount: DeepReadonly<VolumeMount>,
  index: number,
): Promise<ContainerMount> {
  const volume = input.volumes.get(mount.name);
  if (volume === undefined)
    throw new Error(`cannot find volume "${mount.name}" to mount into container "${input.container.name}"`);
  const propagation = propagations[mount.mountPropagation ?? "None"];
  if (propagation === undefined) throw new Error(`invalid MountPropagation mode: "${mount.mountPropagation}"`);
  const subPath = subPathOf(input, mount);
  const { mountPath } = mount;
  return {
    containerPath: mountPath.startsWith("/") ? mountPath : `/${mountPath}`,
    hostPath: subPath === "" ? volume.path : await bindSubPath(input, mount, volume, subPath, index),
    readonly: mount.readOnly === true || volume.readOnly,
    selinuxRelabel: false,
    propagation,
    ...(mount.recursiveReadOnly === "Enabled" && { recursiveReadOnly: true }),
  };
}

function subPathOf({ variables }: MountInput, mount: DeepReadonly<VolumeMount>): string {
  const subPath = mount.subPathExpr ? expandStrictly(mount.subPathExpr, variables) : (mount.subPath ?? "");
  if (subPath.startsWith("/")) throw new Error(`error SubPath \`${subPath}\` must not be an absolute path`);
  if (subPath.split("/").includes(".."))
    throw new Error(`unable to provision SubPath \`${subPath}\`: must not contain '..'`);
  return subPath;
}

/** As in commands, but a name that is missing is an error: half a path would be another path. */
function expandStrictly(text: string, variables: readonly Variable[]): string {
  const missing: string[] = [];
  const expanded = text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
    if (name === undefined) return "$";
    const value = variables.find((variable) => variable.key === name)?.value;
    if (value === undefined) missing.push(name);
    return value ?? whole;
  });
  if (missing.length > 0) throw new Error(`missing value for "${missing.join('", "')}"`);
  return expanded;
}

/** Only the last word on a path that containers can write to: the bind is checked component by component. */
async function bindSubPath(
  { files, podDirectory, container }: MountInput,
  mount: DeepReadonly<VolumeMount>,
  volume: MountedVolume,
  subPath: string,
  index: number,
): Promise<string> {
  if (!files.real) return `${volume.path}/${subPath}`;
  const target = `${podDirectory}/volume-subpaths/${mount.name}/${container.name}/${index}`;
  try {
    const { mode } = (await files.stat(volume.path, true)) ?? { mode: 0o750 };
    await files.bindInside(volume.path, subPath, target, mode);
    return target;
  } catch (cause) {
    // The details would tell of the node's own files.
    const what = `failed to prepare subPath for volumeMount "${mount.name}" of container "${container.name}"`;
    throw new Error(what, { cause });
  }
}

async function hostsMount({ pod, files, podDirectory, podIPs, clusterDomain }: MountInput): Promise<ContainerMount> {
  const path = `${podDirectory}/etc-hosts`;
  const text = isHostNetwork(pod)
    ? hostNetworkHostsFile(pod, new TextDecoder().decode(await files.readFile(hostsPath)))
    : podHostsFile(pod, podIPs, podHostname(pod, clusterDomain));
  await files.writeFile(path, text, 0o644);
  await files.chmod(path, 0o644);
  return plainMount(hostsPath, path);
}

async function terminationMount(
  { files, random, podDirectory, container }: MountInput,
  path: string,
): Promise<ContainerMount> {
  const directory = `${podDirectory}/containers/${container.name}`;
  await files.makeDirectory(directory, 0o750);
  const file = `${directory}/${random.uuid().slice(0, 8)}`;
  await files.writeFile(file, "", 0o666);
  // Whatever the umask, and whoever the container runs as.
  await files.chmod(file, 0o666);
  return plainMount(path.startsWith("/") ? path : `/${path}`, file);
}

function plainMount(containerPath: string, hostPath: string): ContainerMount {
  return { containerPath, hostPath, readonly: false, selinuxRelabel: false, propagation: "PRIVATE" };
}
