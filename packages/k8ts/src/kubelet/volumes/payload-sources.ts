/** What goes into configMap, secret, downwardAPI and projected volumes. */
import type { DeepReadonly } from "@k8ts/api";
import { configMaps, secrets } from "@k8ts/api/core/v1";
import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  ProjectedVolumeSource,
  Volume,
  VolumeProjection,
} from "@k8ts/api/core/v1";
import { fieldValue, resourceValue } from "../containers/field-reference.ts";
import { allContainers, type DesiredPod } from "../pods/pod-spec.ts";
import { effectiveSecurityContext } from "../containers/security-context.ts";
import type { Payload } from "./payload.ts";
import type { SetUpContext } from "./set-up-context.ts";

/** Files of such a volume are readable by all where nothing else is said. */
const defaultFileMode = 0o644;
const encoder = new TextEncoder();

type Items = DeepReadonly<KeyToPath[]> | undefined;

/** The payload of a volume that has one; undefined for all other kinds. Throws what the FailedMount event shows. */
export async function volumePayload(volume: DeepReadonly<Volume>, context: SetUpContext): Promise<Payload | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const payload: Payload = new Map();
  if (configMap !== undefined) {
    await addConfigMap(payload, configMap.name ?? "", configMap, configMap.defaultMode ?? defaultFileMode, context);
  } else if (secret !== undefined) {
    await addSecret(payload, secret.secretName ?? "", secret, secret.defaultMode ?? defaultFileMode, context);
  } else if (downwardAPI !== undefined) {
    addFields(payload, downwardAPI.items ?? [], downwardAPI.defaultMode ?? defaultFileMode, context);
  } else if (projected !== undefined) await addProjections(payload, projected, context);
  else return undefined;
  return payload;
}

async function addProjections(
  payload: Payload,
  projected: DeepReadonly<ProjectedVolumeSource>,
  context: SetUpContext,
): Promise<void> {
  const mode = projected.defaultMode ?? defaultFileMode;
  const faults: string[] = [];
  for (const source of projected.sources ?? []) {
    try {
      await addProjection(payload, source, mode, context);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  if (faults.length > 0) throw new Error(faults.length === 1 ? faults[0] : `[${faults.join(", ")}]`);
}

async function addProjection(
  payload: Payload,
  source: DeepReadonly<VolumeProjection>,
  mode: number,
  context: SetUpContext,
): Promise<void> {
  if (source.configMap) await addConfigMap(payload, source.configMap.name ?? "", source.configMap, mode, context);
  else if (source.secret) await addSecret(payload, source.secret.name ?? "", source.secret, mode, context);
  else if (source.downwardAPI) addFields(payload, source.downwardAPI.items ?? [], mode, context);
  else if (source.serviceAccountToken) {
    const { audience, expirationSeconds, path } = source.serviceAccountToken;
    const token = await context.token(audience ?? "", expirationSeconds ?? 3600);
    payload.set(path, { content: encoder.encode(token), ...tokenFile(context.pod, mode) });
  } else if (source.clusterTrustBundle) throw new Error("ClusterTrustBundle projection is not supported by this node");
  else if (source.podCertificate) throw new Error("PodCertificate projection is not supported by this node");
}

/** A token is for the user its containers run as, where all run as the same, or for the pod's group; else for all inside. */
function tokenFile(pod: DesiredPod, mode: number): { mode: number; uid?: number } {
  const users = new Set(allContainers(pod).map(({ spec }) => effectiveSecurityContext(pod, spec).runAsUser));
  const [uid] = users;
  if (users.size === 1 && uid !== undefined) return { mode: 0o600, uid };
  return pod.spec?.securityContext?.fsGroup === undefined ? { mode } : { mode: 0o600 };
}

interface Source {
  readonly items?: Items;
  readonly optional?: boolean;
}

async function addConfigMap(payload: Payload, name: string, source: Source, mode: number, context: SetUpContext) {
  const found = await context.object(configMaps, name);
  if (found === undefined && source.optional !== true) throw new Error(`configmap "${name}" not found`);
  const content = configMapContent(found);
  addItems(payload, content, source, mode, (key) => `configmap references non-existent config key: ${key}`);
}

function configMapContent(found: DeepReadonly<ConfigMap> | undefined): Map<string, Uint8Array> {
  const content = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(found?.data ?? {})) content.set(key, encoder.encode(value));
  for (const [key, value] of Object.entries(found?.binaryData ?? {})) content.set(key, Buffer.from(value, "base64"));
  return content;
}

async function addSecret(payload: Payload, name: string, source: Source, mode: number, context: SetUpContext) {
  const found = await context.object(secrets, name);
  if (found === undefined && source.optional !== true) throw new Error(`secret "${name}" not found`);
  const content = new Map(Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")]));
  addItems(payload, content, source, mode, (key) => `references non-existent secret key: ${key}`);
}

/** All keys, or those that `items` names. */
function addItems(
  payload: Payload,
  content: ReadonlyMap<string, Uint8Array>,
  { items, optional }: Source,
  mode: number,
  missing: (key: string) => string,
): void {
  if (items === undefined || items.length === 0) {
    for (const [key, bytes] of content) payload.set(key, { content: bytes, mode });
    return;
  }
  for (const item of items) {
    const bytes = content.get(item.key);
    if (bytes !== undefined) payload.set(item.path, { content: bytes, mode: item.mode ?? mode });
    else if (optional !== true) throw new Error(missing(item.key));
  }
}

function addFields(
  payload: Payload,
  items: DeepReadonly<DownwardAPIVolumeFile[]>,
  mode: number,
  { pod, facts }: SetUpContext,
): void {
  for (const item of items) {
    const text =
      item.fieldRef !== undefined
        ? fieldValue(pod, item.fieldRef.fieldPath, facts())
        : resourceValue(pod, undefined, item.resourceFieldRef ?? { resource: "" }, facts());
    payload.set(item.path, { content: encoder.encode(text), mode: item.mode ?? mode });
  }
}

/** Whether the volume shows what may change while the pod runs without any object changing: the pod's own fields. */
export function showsPodFields(volume: DeepReadonly<Volume>): boolean {
  return (
    volume.downwardAPI !== undefined || volume.projected?.sources?.some((one) => one.downwardAPI !== undefined) === true
  );
}
