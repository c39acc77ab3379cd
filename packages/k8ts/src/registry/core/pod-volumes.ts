/** Rules of a pod's volumes: one source each, unique names, and what every source must say. */
import {
  compareQuantities,
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  isDnsLabel,
  isDnsSubdomain,
  isQuantity,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { CSIVolumeSource, HostPathVolumeSource, PersistentVolumeClaimTemplate, Volume } from "@k8ts/api/core/v1";
import type { ObjectMeta } from "@k8ts/api/meta/v1";
import { checkFileMode, checkFormat, checkRequired, checkRequiredFormat } from "../meta/field-checks.ts";
import { checkAnnotations, checkLabels } from "../meta/labels.ts";
import {
  checkAWSDisk,
  checkAzureDisk,
  checkFC,
  checkFlexVolume,
  checkFlocker,
  checkGCEDisk,
  checkISCSI,
  checkNFS,
  checkQuobyte,
  checkStorageOS,
  longPortalDetail,
  requires,
} from "./legacy-volume-sources.ts";
import { checkClaimSpec } from "./persistent-volume-claim-spec.ts";
import { checkDownwardFile, checkKeyToPath, checkProjectedVolume } from "./pod-projected-volume.ts";
import type { PodRules } from "./pod-rules.ts";
import { checkDescendingPath, checkNoBacksteps } from "./volume-paths.ts";

type In<T> = DeepReadonly<T>;
type SourceName = Exclude<keyof Volume, "name">;

/** What a source's check may look at beside the source. */
interface SourceContext {
  readonly volume: In<Volume>;
  /** The volume's path. */
  readonly path: string;
  readonly podName: string | undefined;
  readonly rules: PodRules;
}

interface Source<Name extends SourceName = SourceName> {
  readonly name: Name;
  /** Where the source's own faults are reported, where upstream does not use its name. */
  readonly at?: string;
  /** Where a second source is refused, where upstream does not use its name. */
  readonly refusedAt?: string;
  check(source: NonNullable<In<Volume>[Name]>, path: string, faults: FieldError[], context: SourceContext): void;
}

const source = <Name extends SourceName>(
  name: Name,
  check: Source<Name>["check"],
  paths: { at?: string; refusedAt?: string } = {},
): Source => ({ name, check, ...paths }) as unknown as Source;

/** Every source, in the order in which upstream looks at them. */
const sources: readonly Source[] = [
  source("emptyDir", ({ sizeLimit }, path, faults) => {
    if (sizeLimit !== undefined && isQuantity(sizeLimit) && compareQuantities(sizeLimit, "0") < 0) {
      faults.push(fieldForbidden(`${path}.sizeLimit`, "SizeLimit field must be a valid resource quantity"));
    }
  }),
  source("hostPath", checkHostPath),
  source("gitRepo", ({ repository, directory }, path, faults) => {
    checkRequired(repository, `${path}.repository`, faults);
    checkDescendingPath(directory, `${path}.directory`, faults);
  }),
  source("gcePersistentDisk", checkGCEDisk, { at: "persistentDisk" }),
  source("awsElasticBlockStore", checkAWSDisk),
  source("secret", (secret, path, faults) => {
    checkRequired(secret.secretName, `${path}.secretName`, faults);
    checkFileMode(secret.defaultMode, `${path}.defaultMode`, faults);
    secret.items?.forEach((item, index) => checkKeyToPath(item, `${path}.items[${index}]`, faults));
  }),
  source("nfs", checkNFS),
  source("iscsi", (iscsi, path, faults, context) => {
    checkISCSI(iscsi, path, faults);
    const portal = `${context.volume.name}:${iscsi.targetPortal}`;
    if (iscsi.initiatorName !== undefined && portal.length > 64) {
      faults.push(fieldInvalid(`${context.path}.name`, context.volume.name, longPortalDetail));
    }
  }),
  source("glusterfs", requires("endpoints", "path")),
  source("flocker", checkFlocker),
  source("persistentVolumeClaim", requires("claimName")),
  source("rbd", requires("monitors", "image")),
  source("cinder", (cinder, path, faults) => {
    checkRequired(cinder.volumeID, `${path}.volumeID`, faults);
    if (cinder.secretRef) checkRequired(cinder.secretRef.name, `${path}.secretRef.name`, faults);
  }),
  source("cephfs", requires("monitors"), { refusedAt: "cephFS" }),
  source("quobyte", checkQuobyte),
  source(
    "downwardAPI",
    (downward, path, faults) => {
      checkFileMode(downward.defaultMode, `${path}.defaultMode`, faults);
      for (const file of downward.items ?? []) checkDownwardFile(file, path, faults);
    },
    { refusedAt: "downwarAPI" },
  ),
  source("fc", checkFC),
  source("flexVolume", checkFlexVolume),
  source("configMap", (configMap, path, faults) => {
    checkRequired(configMap.name, `${path}.name`, faults);
    checkFileMode(configMap.defaultMode, `${path}.defaultMode`, faults);
    configMap.items?.forEach((item, index) => checkKeyToPath(item, `${path}.items[${index}]`, faults));
  }),
  source("azureFile", requires("secretName", "shareName")),
  source("vsphereVolume", requires("volumePath")),
  source("photonPersistentDisk", requires("pdID")),
  source("portworxVolume", requires("volumeID")),
  source("azureDisk", checkAzureDisk),
  source("storageos", (storageos, path, faults) => checkStorageOS(storageos, path, faults)),
  source("projected", checkProjectedVolume),
  source("scaleIO", requires("gateway", "system", "volumeName")),
  source("csi", checkCSIVolume),
  source("ephemeral", (ephemeral, path, faults, context) => {
    if (!ephemeral.volumeClaimTemplate) faults.push(fieldRequired(`${path}.volumeClaimTemplate`));
    else checkClaimTemplate(ephemeral.volumeClaimTemplate, `${path}.volumeClaimTemplate`, faults);
    if (!context.podName || !context.volume.name) return;
    const claim = `${context.podName}-${context.volume.name}`;
    for (const detail of isDnsSubdomain(claim)) {
      faults.push(
        fieldInvalid(`${context.path}.name`, context.volume.name, `PVC name ${JSON.stringify(claim)}: ${detail}`),
      );
    }
  }),
  source("image", (image, path, faults, context) => {
    if (context.rules.isPod) checkRequired(image.reference, `${path}.reference`, faults);
    checkPullPolicy(image.pullPolicy, `${path}.pullPolicy`, faults);
  }),
];

const hostPathTypes = [
  "",
  "BlockDevice",
  "CharDevice",
  "Directory",
  "DirectoryOrCreate",
  "File",
  "FileOrCreate",
  "Socket",
];

/** A path of the node. */
export function checkHostPath(hostPath: In<HostPathVolumeSource>, path: string, faults: FieldError[]): void {
  if (!hostPath.path) {
    faults.push(fieldRequired(`${path}.path`));
    return;
  }
  checkNoBacksteps(hostPath.path, `${path}.path`, faults);
  if (hostPath.type !== undefined && !hostPathTypes.includes(hostPath.type)) {
    faults.push(fieldNotSupported(`${path}.type`, hostPath.type, hostPathTypes));
  }
}

/** When to pull an image. */
export function checkPullPolicy(policy: string | undefined, path: string, faults: FieldError[]): void {
  const supported = ["Always", "IfNotPresent", "Never"];
  if (!policy) faults.push(fieldRequired(path));
  else if (!supported.includes(policy)) faults.push(fieldNotSupported(path, policy, supported));
}

/** The name of a CSI driver. */
export function checkCSIDriverName(name: string | undefined, path: string, faults: FieldError[]): void {
  if (!name) {
    faults.push(fieldRequired(path));
    return;
  }
  if (name.length > 63) faults.push(fieldTooLong(path, 63));
  for (const detail of isDnsSubdomain(name.toLowerCase())) faults.push(fieldInvalid(path, name, detail));
}

function checkCSIVolume(csi: In<CSIVolumeSource>, path: string, faults: FieldError[]): void {
  checkCSIDriverName(csi.driver, `${path}.driver`, faults);
  if (!csi.nodePublishSecretRef) return;
  if (!csi.nodePublishSecretRef.name) faults.push(fieldRequired(`${path}.nodePublishSecretRef.name`));
  else checkFormat(csi.nodePublishSecretRef.name, isDnsSubdomain, `${path}.name`, faults);
}

const claimTemplateMetadata = new Set(["labels", "annotations"]);

function checkClaimTemplate(template: In<PersistentVolumeClaimTemplate>, path: string, faults: FieldError[]): void {
  const metadata: In<ObjectMeta> = template.metadata ?? {};
  checkAnnotations(metadata.annotations, `${path}.metadata.annotations`, faults);
  checkLabels(metadata.labels, `${path}.metadata.labels`, faults);
  for (const field in metadata) {
    if (metadata[field as keyof ObjectMeta] === undefined || claimTemplateMetadata.has(field)) continue;
    faults.push(fieldForbidden(`${path}.metadata.${field}`, "cannot be set"));
  }
  checkClaimSpec(template.spec, `${path}.spec`, faults);
}

function checkVolumeSource(context: SourceContext, faults: FieldError[]): void {
  let count = 0;
  for (const { name, at, refusedAt, check } of sources) {
    const value = context.volume[name];
    if (value === undefined || value === null) continue;
    if (count > 0) {
      faults.push(fieldForbidden(`${context.path}.${refusedAt ?? name}`, "may not specify more than 1 volume type"));
      continue;
    }
    count++;
    check(value as never, `${context.path}.${at ?? name}`, faults, context);
  }
  if (count === 0) faults.push(fieldRequired(context.path, "must specify a volume type"));
}

/** A pod's volumes by name, leaving out those that are faulty, as mounts may refer to them. */
export type VolumesByName = ReadonlyMap<string, In<Volume>>;

/** All of a pod's volumes. `podName` is undefined in a template. */
export function checkVolumes(
  volumes: readonly In<Volume>[] | undefined,
  podName: string | undefined,
  path: string,
  rules: PodRules,
  faults: FieldError[],
): VolumesByName {
  const byName = new Map<string, In<Volume>>();
  const createdClaims = new Set(
    podName ? (volumes ?? []).filter(({ ephemeral }) => ephemeral).map(({ name }) => `${podName}-${name}`) : [],
  );
  volumes?.forEach((volume, index) => {
    const at = `${path}[${index}]`;
    const before = faults.length;
    checkVolumeSource({ volume, path: at, podName, rules }, faults);
    checkRequiredFormat(volume.name, isDnsLabel, `${at}.name`, faults);
    if (byName.has(volume.name)) faults.push(fieldDuplicate(`${at}.name`, volume.name));
    if (faults.length === before) byName.set(volume.name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && createdClaims.has(claim)) {
      const detail = "must not reference a PVC that gets created for an ephemeral volume";
      faults.push(fieldInvalid(`${at}.persistentVolumeClaim.claimName`, claim, detail));
    }
  });
  return byName;
}
