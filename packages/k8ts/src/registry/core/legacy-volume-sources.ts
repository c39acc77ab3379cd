/**
 * Rules of the volume sources that name a storage system directly. Most are gone from kubelets, but the API still takes
 * them; Pods and PersistentVolumes share what they have in common.
 */
import {
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsLabel,
  rangeFault,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  QuobyteVolumeSource,
} from "@k8ts/api/core/v1";
import { checkFormat, checkRequired } from "../meta/field-checks.ts";

type In<T> = DeepReadonly<T>;

/** A check of one source at one path. */
export type SourceCheck<T> = (source: In<T>, path: string, faults: FieldError[]) => void;

/** A source that only has to name some fields. */
export function requires<T>(...fields: (keyof T & string)[]): SourceCheck<T> {
  return (source, path, faults) => {
    for (const field of fields) {
      const value = source[field as keyof In<T>] as unknown;
      const empty = Array.isArray(value) && value.length === 0;
      checkRequired(empty ? undefined : value, `${path}.${field}`, faults);
    }
  };
}

const targetPatterns: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([a-zA-Z0-9\-.]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[a-zA-Z0-9]{16}$/,
  naa: /^naa.[a-zA-Z0-9]{32}$/,
};

function checkTargetName(name: string, path: string, faults: FieldError[], unknownDetail: string): void {
  const pattern = targetPatterns[name.slice(0, 3)];
  if (!pattern) faults.push(fieldInvalid(path, name, unknownDetail));
  else if (!pattern.test(name)) faults.push(fieldInvalid(path, name, "must be valid format"));
}

function checkLun(lun: number | undefined, path: string, faults: FieldError[]): void {
  if ((lun ?? 0) < 0 || (lun ?? 0) > 255) faults.push(fieldInvalid(path, lun, rangeFault(0, 255)));
}

/** iSCSI, as Pods and PersistentVolumes have it; `inVolume` only changes the words for an unknown kind of name. */
export function checkISCSI(
  source: In<Omit<ISCSIVolumeSource, "secretRef">> & { readonly secretRef?: { readonly name?: string } },
  path: string,
  faults: FieldError[],
  persistent = false,
): void {
  const unknown = persistent ? "must be valid format" : "must be valid format starting with iqn, eui, or naa";
  checkRequired(source.targetPortal, `${path}.targetPortal`, faults);
  if (!source.iqn) faults.push(fieldRequired(`${path}.iqn`));
  else checkTargetName(source.iqn, `${path}.iqn`, faults, unknown);
  checkLun(source.lun, `${path}.lun`, faults);
  if ((source.chapAuthDiscovery || source.chapAuthSession) && !source.secretRef) {
    faults.push(fieldRequired(`${path}.secretRef`));
  }
  if (persistent && source.secretRef) checkRequired(source.secretRef.name, `${path}.secretRef.name`, faults);
  if (source.initiatorName !== undefined) {
    checkTargetName(source.initiatorName, `${path}.initiatorname`, faults, unknown);
  }
}

/** Detail for a volume whose name and portal are too long to make an iSCSI interface name. */
export const longPortalDetail =
  "Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.";

/** Fibre Channel. */
export const checkFC: SourceCheck<FCVolumeSource> = (source, path, faults) => {
  const targets = source.targetWWNs ?? [];
  const ids = source.wwids ?? [];
  if (targets.length < 1 && ids.length < 1) {
    faults.push(fieldRequired(`${path}.targetWWNs`, "must specify either targetWWNs or wwids, but not both"));
  }
  if (targets.length > 0 && ids.length > 0) {
    const detail = "targetWWNs and wwids can not be specified simultaneously";
    faults.push(fieldInvalid(`${path}.targetWWNs`, targets, detail));
  }
  if (targets.length === 0) return;
  if (source.lun === undefined) {
    faults.push(fieldRequired(`${path}.lun`, "lun is required if targetWWNs is specified"));
  } else checkLun(source.lun, `${path}.lun`, faults);
};

function checkPartition(partition: number | undefined, path: string, faults: FieldError[]): void {
  if ((partition ?? 0) < 0 || (partition ?? 0) > 255) faults.push(fieldInvalid(path, partition, rangeFault(1, 255)));
}

/** Google's disks. */
export const checkGCEDisk: SourceCheck<GCEPersistentDiskVolumeSource> = (source, path, faults) => {
  checkRequired(source.pdName, `${path}.pdName`, faults);
  checkPartition(source.partition, `${path}.partition`, faults);
};

/** Amazon's disks. */
export const checkAWSDisk: SourceCheck<AWSElasticBlockStoreVolumeSource> = (source, path, faults) => {
  checkRequired(source.volumeID, `${path}.volumeID`, faults);
  checkPartition(source.partition, `${path}.partition`, faults);
};

/** NFS. */
export const checkNFS: SourceCheck<NFSVolumeSource> = (source, path, faults) => {
  checkRequired(source.server, `${path}.server`, faults);
  checkRequired(source.path, `${path}.path`, faults);
  if (!source.path?.startsWith("/"))
    faults.push(fieldInvalid(`${path}.path`, source.path ?? "", "must be an absolute path"));
};

const hostPortsDetail = "must be a host:port pair or multiple pairs separated by commas";

/** Quobyte. */
export const checkQuobyte: SourceCheck<QuobyteVolumeSource> = (source, path, faults) => {
  if (!source.registry) faults.push(fieldRequired(`${path}.registry`, hostPortsDetail));
  else if ((source.tenant ?? "").length >= 65) {
    faults.push(fieldRequired(`${path}.tenant`, "must be a UUID and may not exceed a length of 64 characters"));
  } else {
    for (const pair of source.registry.split(",")) {
      if (!/^(\[[^\]]*\]|[^:[\]]*):[^:]*$/.test(pair)) {
        faults.push(fieldInvalid(`${path}.registry`, source.registry, hostPortsDetail));
      }
    }
  }
  checkRequired(source.volume, `${path}.volume`, faults);
};

/** Flocker. */
export const checkFlocker: SourceCheck<FlockerVolumeSource> = (source, path, faults) => {
  if (!source.datasetName && !source.datasetUUID) {
    faults.push(fieldRequired(path, "one of datasetName and datasetUUID is required"));
  }
  if (source.datasetName && source.datasetUUID) {
    faults.push(fieldInvalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"));
  }
  if (source.datasetName?.includes("/")) {
    faults.push(fieldInvalid(`${path}.datasetName`, source.datasetName, "must not contain '/'"));
  }
};

/** FlexVolume. */
export const checkFlexVolume: SourceCheck<Pick<FlexVolumeSource, "driver" | "options">> = (source, path, faults) => {
  checkRequired(source.driver, `${path}.driver`, faults);
  for (const key in source.options) {
    const slash = key.indexOf("/");
    const domain = `.${(slash < 0 ? key : key.slice(0, slash)).toLowerCase()}`;
    if (domain.endsWith(".kubernetes.io") || domain.endsWith(".k8s.io")) {
      faults.push(fieldInvalid(`${path}.options[${key}]`, key, "kubernetes.io and k8s.io namespaces are reserved"));
    }
  }
};

const managedUri = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}";
const blobUri = "https://{account-name}.blob.windows.net/{container-name}/{disk-name}.vhd";

/** Azure's disks. */
export const checkAzureDisk: SourceCheck<AzureDiskVolumeSource> = (source, path, faults) => {
  checkRequired(source.diskName, `${path}.diskName`, faults);
  checkRequired(source.diskURI, `${path}.diskURI`, faults);
  const modes = ["None", "ReadOnly", "ReadWrite"];
  if (source.cachingMode !== undefined && !modes.includes(source.cachingMode)) {
    faults.push(fieldNotSupported(`${path}.cachingMode`, source.cachingMode, modes));
  }
  const kinds = ["Dedicated", "Managed", "Shared"];
  if (source.kind === undefined) return;
  if (!kinds.includes(source.kind)) faults.push(fieldNotSupported(`${path}.kind`, source.kind, kinds));
  const managed = source.kind === "Managed";
  if (!(source.diskURI ?? "").startsWith(managed ? "/subscriptions/" : "https://")) {
    faults.push(fieldNotSupported(`${path}.diskURI`, source.diskURI ?? "", [managed ? managedUri : blobUri]));
  }
};

/** StorageOS; Pods and PersistentVolumes refer to their secret in different types. */
export function checkStorageOS(
  source: {
    readonly volumeName?: string;
    readonly volumeNamespace?: string;
    readonly secretRef?: { readonly name?: string; readonly namespace?: string };
  },
  path: string,
  faults: FieldError[],
  persistent = false,
): void {
  if (!source.volumeName) faults.push(fieldRequired(`${path}.volumeName`));
  else checkFormat(source.volumeName, isDnsLabel, `${path}.volumeName`, faults);
  if (source.volumeNamespace) checkFormat(source.volumeNamespace, isDnsLabel, `${path}.volumeNamespace`, faults);
  if (!source.secretRef) return;
  checkRequired(source.secretRef.name, `${path}.secretRef.name`, faults);
  if (persistent) checkRequired(source.secretRef.namespace, `${path}.secretRef.namespace`, faults);
}
