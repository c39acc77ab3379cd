/** What a pod's containers and volumes refer to, by name. */
import type { DeepReadonly } from "@k8ts/api";
import type { Container, Pod, Volume } from "@k8ts/api/core/v1";

/** Names of objects in the pod's namespace. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>;
  readonly configMaps: ReadonlySet<string>;
  readonly claims: ReadonlySet<string>;
  readonly resourceClaims: ReadonlySet<string>;
}

type Names = { secrets: Set<string>; configMaps: Set<string>; claims: Set<string>; resourceClaims: Set<string> };

const note = (names: Set<string>, name: string | undefined): void => {
  if (name) names.add(name);
};

function ofContainer(container: DeepReadonly<Container>, names: Names): void {
  for (const { secretRef, configMapRef } of container.envFrom ?? []) {
    note(names.secrets, secretRef?.name);
    note(names.configMaps, configMapRef?.name);
  }
  for (const { valueFrom } of container.env ?? []) {
    note(names.secrets, valueFrom?.secretKeyRef?.name);
    note(names.configMaps, valueFrom?.configMapKeyRef?.name);
  }
}

function ofVolume(volume: DeepReadonly<Volume>, podName: string, names: Names): void {
  note(names.secrets, volume.secret?.secretName);
  note(names.configMaps, volume.configMap?.name);
  for (const { secret, configMap } of volume.projected?.sources ?? []) {
    note(names.secrets, secret?.name);
    note(names.configMaps, configMap?.name);
  }
  note(names.secrets, volume.azureFile?.secretName);
  for (const source of [
    volume.cephfs,
    volume.cinder,
    volume.flexVolume,
    volume.rbd,
    volume.scaleIO,
    volume.iscsi,
    volume.storageos,
  ]) {
    note(names.secrets, source?.secretRef?.name);
  }
  note(names.secrets, volume.csi?.nodePublishSecretRef?.name);
  note(names.claims, volume.persistentVolumeClaim?.claimName);
  if (volume.ephemeral) note(names.claims, `${podName}-${volume.name}`);
}

/** Everything that a pod refers to. */
export function podReferences({ metadata, spec, status }: DeepReadonly<Pod>): PodReferences {
  const names: Names = { secrets: new Set(), configMaps: new Set(), claims: new Set(), resourceClaims: new Set() };
  for (const { name } of spec?.imagePullSecrets ?? []) note(names.secrets, name);
  const containers = [
    ...(spec?.initContainers ?? []),
    ...(spec?.containers ?? []),
    ...(spec?.ephemeralContainers ?? []),
  ];
  for (const container of containers) ofContainer(container as DeepReadonly<Container>, names);
  for (const volume of spec?.volumes ?? []) ofVolume(volume, metadata.name ?? "", names);
  for (const claim of spec?.resourceClaims ?? []) {
    const made = status?.resourceClaimStatuses?.find(({ name }) => name === claim.name)?.resourceClaimName;
    note(names.resourceClaims, claim.resourceClaimName ?? made);
  }
  return names;
}
