/** Sets up one volume, of whatever kind; a kind that this node does not know is refused clearly. */
import type { DeepReadonly } from "@k8ts/api";
import type { Volume } from "@k8ts/api/core/v1";
import type { DesiredPod } from "../pods/pod-spec.ts";
import { writeAtomically } from "./atomic-writer.ts";
import { emptyDirMode, setUpClaim, setUpEmptyDir, setUpHostPath, tmpfsMode } from "./directory-volumes.ts";
import { payloadFingerprint } from "./payload.ts";
import { volumePayload } from "./payload-sources.ts";
import type { SetUpContext } from "./set-up-context.ts";
import type { MountedVolume } from "./volume.ts";

/** A volume that is there; payload volumes say what they show. */
export interface SetUpResult extends MountedVolume {
  readonly fingerprint?: string;
}

/** The plugin's part of a volume's path, as upstream's. */
const plugins: Readonly<Record<string, string>> = {
  emptyDir: "kubernetes.io~empty-dir",
  configMap: "kubernetes.io~configmap",
  secret: "kubernetes.io~secret",
  downwardAPI: "kubernetes.io~downward-api",
  projected: "kubernetes.io~projected",
};

function kindOf(volume: DeepReadonly<Volume>): string {
  const kind = Object.entries(volume).find(([field, value]) => field !== "name" && value !== undefined)?.[0];
  return kind ?? "emptyDir";
}

/** "<root>/pods/<uid>/volumes/kubernetes.io~configmap/<name>". */
export function volumePath(podsDirectory: string, pod: DesiredPod, volume: DeepReadonly<Volume>): string {
  const plugin = plugins[kindOf(volume)] ?? `kubernetes.io~${kindOf(volume)}`;
  return `${podsDirectory}/${pod.metadata.uid}/volumes/${plugin}/${volume.name}`;
}

/** Sets the volume up, or brings it up to date where it is (`before`). Throws what the FailedMount event shows. */
export async function setUpVolume(
  volume: DeepReadonly<Volume>,
  path: string,
  context: SetUpContext,
  stamp: string,
  before: SetUpResult | undefined,
): Promise<SetUpResult> {
  const payload = await volumePayload(volume, context);
  if (payload !== undefined) {
    const fingerprint = context.files.real ? payloadFingerprint(payload) : "";
    if (before?.fingerprint === fingerprint) return before;
    if (context.files.real) await writePayload(volume, path, context, stamp, payload);
    return { path, readOnly: true, fingerprint };
  }
  const kind = kindOf(volume);
  if (kind === "emptyDir") return await setUpEmptyDir(volume.emptyDir ?? {}, path, context);
  if (volume.hostPath !== undefined) return await setUpHostPath(volume.hostPath, context.files);
  if (volume.persistentVolumeClaim !== undefined) {
    const { claimName, readOnly = false } = volume.persistentVolumeClaim;
    return await setUpClaim(claimName, readOnly, context);
  }
  if (volume.ephemeral !== undefined)
    return await setUpClaim(`${context.pod.metadata.name}-${volume.name}`, false, context);
  throw new Error(`volume type "${kind}" is not supported by this node`);
}

/** Secrets and tokens are kept off the disk. */
async function writePayload(
  volume: DeepReadonly<Volume>,
  path: string,
  { files, pod }: SetUpContext,
  stamp: string,
  payload: Parameters<typeof writeAtomically>[2],
): Promise<void> {
  await files.makeDirectory(path, emptyDirMode);
  const secret = volume.secret !== undefined || volume.projected !== undefined;
  if (secret && !(await files.mountsBelow(path)).includes(path)) await files.mountTmpfs(path, undefined);
  await files.chmod(path, secret ? tmpfsMode : emptyDirMode);
  const { fsGroup } = pod.spec?.securityContext ?? {};
  const ownership = fsGroup === undefined ? undefined : { fsGroup, readOnly: true, onlyOnRootMismatch: false };
  await writeAtomically(files, path, payload, stamp, ownership);
}
