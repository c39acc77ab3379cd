/** Volumes that are a place on the node: emptyDir, hostPath, and claims bound to hostPath or local volumes. */
import { isNotFound, quantityValue, type DeepReadonly } from "@k8ts/api";
import { persistentVolumeClaims, persistentVolumes } from "@k8ts/api/core/v1";
import type { EmptyDirVolumeSource, HostPathVolumeSource, PersistentVolumeClaim } from "@k8ts/api/core/v1";
import type { NodeFilesystem } from "../filesystem/node-filesystem.ts";
import { podAmount } from "../cgroups/pod-resources.ts";
import { setOwnership } from "./ownership.ts";
import type { SetUpContext } from "./set-up-context.ts";
import type { MountedVolume } from "./volume.ts";

/** Anybody in the pod may use an emptyDir; and look into volumes of files, which have modes of their own. */
export const emptyDirMode = 0o777;
/** A tmpfs is sticky, as the kernel makes it. */
export const tmpfsMode = 0o1777;

/** Makes the directory, or the tmpfs; what is in it from before stays (the kubelet may have restarted). */
export async function setUpEmptyDir(
  source: DeepReadonly<EmptyDirVolumeSource>,
  path: string,
  { files, pod }: SetUpContext,
): Promise<MountedVolume> {
  const { medium = "", sizeLimit } = source;
  if (medium !== "" && medium !== "Memory") throw new Error(`unknown storage medium "${medium}"`);
  await files.makeDirectory(path, emptyDirMode);
  if (medium === "Memory" && !(await files.mountsBelow(path)).includes(path)) {
    const limits = [sizeLimit === undefined ? 0 : quantityValue(sizeLimit), podAmount(pod, "limits", "memory")];
    const bounds = limits.filter((one) => one > 0);
    await files.mountTmpfs(path, bounds.length > 0 ? Math.min(...bounds) : undefined);
  }
  await files.chmod(path, medium === "Memory" ? tmpfsMode : emptyDirMode);
  const { fsGroup, fsGroupChangePolicy } = pod.spec?.securityContext ?? {};
  if (fsGroup !== undefined) {
    const onlyOnRootMismatch = fsGroupChangePolicy === "OnRootMismatch";
    await setOwnership(files, path, { fsGroup, readOnly: false, onlyOnRootMismatch });
  }
  return { path, readOnly: false };
}

const nouns: Readonly<Record<string, string>> = {
  Directory: "a directory",
  File: "a file",
  Socket: "a socket file",
  CharDevice: "a character device",
  BlockDevice: "a block device",
};

/** Checks the path as the volume's type asks for. */
export async function setUpHostPath(
  source: DeepReadonly<HostPathVolumeSource>,
  files: NodeFilesystem,
): Promise<MountedVolume> {
  const { path, type = "" } = source;
  if (path.split("/").includes("..")) throw new Error(`hostPath must not contain '..': ${path}`);
  if (type === "" || !files.real) return { path, readOnly: false };
  const info = await files.stat(path, true);
  const wanted = type.replace(/OrCreate$/, "");
  if (info === undefined && type === "DirectoryOrCreate") await files.makeDirectory(path, 0o755);
  else if (info === undefined && type === "FileOrCreate") await files.writeFile(path, "", 0o644);
  else if (info?.type !== wanted) {
    const noun = nouns[wanted];
    throw new Error(
      noun === undefined ? `${type} is an invalid volume type` : `hostPath type check failed: ${path} is not ${noun}`,
    );
  }
  return { path, readOnly: false };
}

/** A claim's volume, where it is one of this node's directories. */
export async function setUpClaim(name: string, readOnly: boolean, context: SetUpContext): Promise<MountedVolume> {
  const { pod, client, files } = context;
  const { namespace = "" } = pod.metadata;
  const failed = (text: string): Error => new Error(`error processing PVC ${namespace}/${name}: ${text}`);
  const claim = await client
    .get<PersistentVolumeClaim>(persistentVolumeClaims, { namespace, name })
    .catch((error: Error) => {
      throw failed(
        `failed to fetch PVC from API server: ${isNotFound(error) ? `persistentvolumeclaims "${name}" not found` : error.message}`,
      );
    });
  if (claim.metadata.deletionTimestamp !== undefined) throw failed("PVC is being deleted");
  const volumeName = claim.spec?.volumeName;
  if (claim.status?.phase !== "Bound" || !volumeName) throw failed("PVC is not bound");
  const volume = await client.get(persistentVolumes, { name: volumeName });
  const { hostPath, local } = volume.spec ?? {};
  if (hostPath !== undefined) return { ...(await setUpHostPath(hostPath, files)), readOnly };
  if (local === undefined)
    throw failed(`the volume type of PersistentVolume "${volumeName}" is not supported by this node`);
  if (files.real && (await files.stat(local.path, true)) === undefined)
    throw new Error(`path "${local.path}" does not exist`);
  return { path: local.path, readOnly };
}
