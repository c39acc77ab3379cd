/** Rules of projected volumes: secrets, config maps, downward API, tokens and certificates under one mount. */
import {
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  isDnsSubdomain,
  isQualifiedName,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type {
  ClusterTrustBundleProjection,
  DownwardAPIVolumeFile,
  KeyToPath,
  PodCertificateProjection,
  ProjectedVolumeSource,
  ServiceAccountTokenProjection,
  VolumeProjection,
} from "@k8ts/api/core/v1";
import { checkFileMode, checkRequired } from "../meta/field-checks.ts";
import { checkLabelSelector } from "../meta/labels.ts";
import { checkSignerName } from "../meta/signer-name.ts";
import { checkContainerResourceField, checkObjectField, volumeFieldPaths } from "./downward-api.ts";
import { checkNonReservedPath, checkRequiredNonReservedPath } from "./volume-paths.ts";

type In<T> = DeepReadonly<T>;

/** One key of a ConfigMap or Secret and the file it becomes. */
export function checkKeyToPath(item: In<KeyToPath>, path: string, faults: FieldError[]): void {
  checkRequired(item.key, `${path}.key`, faults);
  checkRequiredNonReservedPath(item.path, `${path}.path`, faults);
  checkFileMode(item.mode, `${path}.mode`, faults);
}

/** One file of the downward API. Upstream reports its faults at the volume, not at the item. */
export function checkDownwardFile(file: In<DownwardAPIVolumeFile>, path: string, faults: FieldError[]): void {
  checkRequiredNonReservedPath(file.path, `${path}.path`, faults);
  if (file.fieldRef) {
    checkObjectField(file.fieldRef, volumeFieldPaths, `${path}.fieldRef`, faults);
    if (file.resourceFieldRef) {
      faults.push(fieldInvalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"));
    }
  } else if (file.resourceFieldRef) {
    checkContainerResourceField(file.resourceFieldRef, `${path}.resourceFieldRef`, true, faults);
  } else faults.push(fieldRequired(path, "one of fieldRef and resourceFieldRef is required"));
  checkFileMode(file.mode, `${path}.mode`, faults);
}

/** Files already taken in the volume, and where to complain. */
interface TakenPaths {
  readonly seen: Set<string>;
  readonly volumePath: string;
}

function takePath(file: string, shown: string, taken: TakenPaths, faults: FieldError[]): void {
  if (taken.seen.has(file)) faults.push(fieldInvalid(taken.volumePath, shown, "conflicting duplicate paths"));
  else taken.seen.add(file);
}

/** A whole projected volume. */
export function checkProjectedVolume(volume: In<ProjectedVolumeSource>, path: string, faults: FieldError[]): void {
  checkFileMode(volume.defaultMode, `${path}.defaultMode`, faults);
  const taken: TakenPaths = { seen: new Set(), volumePath: path };
  volume.sources?.forEach((source, index) => checkProjection(source, `${path}.sources[${index}]`, taken, faults));
}

function checkProjection(source: In<VolumeProjection>, path: string, taken: TakenPaths, faults: FieldError[]): void {
  if (source.secret) checkKeys(source.secret, `${path}.secret`, taken, faults);
  if (source.configMap) checkKeys(source.configMap, `${path}.configMap`, taken, faults);
  for (const file of source.downwardAPI?.items ?? []) {
    checkDownwardFile(file, `${path}.downwardAPI`, faults);
    if (file.path) takePath(file.path, file.path, taken, faults);
  }
  if (source.serviceAccountToken) checkToken(source.serviceAccountToken, `${path}.serviceAccountToken`, taken, faults);
  if (source.clusterTrustBundle)
    checkTrustBundle(source.clusterTrustBundle, `${path}.clusterTrustBundle`, taken, faults);
  if (source.podCertificate) checkCertificate(source.podCertificate, `${path}.podCertificate`, taken, faults);
  if (Object.values(source).filter((value) => value !== undefined).length > 1) {
    faults.push(fieldForbidden(path, "may not specify more than 1 volume type per source"));
  }
}

function checkKeys(
  source: { readonly name?: string; readonly items?: readonly In<KeyToPath>[] },
  path: string,
  taken: TakenPaths,
  faults: FieldError[],
): void {
  checkRequired(source.name, `${path}.name`, faults);
  source.items?.forEach((item, index) => {
    checkKeyToPath(item, `${path}.items[${index}]`, faults);
    if (item.path) takePath(item.path, source.name ?? "", taken, faults);
  });
}

function checkToken(
  token: In<ServiceAccountTokenProjection>,
  path: string,
  taken: TakenPaths,
  faults: FieldError[],
): void {
  const seconds = token.expirationSeconds ?? 0;
  if (seconds < 600) {
    faults.push(fieldInvalid(`${path}.expirationSeconds`, seconds, "may not specify a duration less than 10 minutes"));
  }
  if (seconds > 2 ** 32) {
    faults.push(
      fieldInvalid(`${path}.expirationSeconds`, seconds, "may not specify a duration larger than 2^32 seconds"),
    );
  }
  if (!token.path) faults.push(fieldRequired(`${taken.volumePath}.path`));
  else checkNonReservedPath(token.path, `${taken.volumePath}.path`, faults);
}

function checkTrustBundle(
  bundle: In<ClusterTrustBundleProjection>,
  path: string,
  taken: TakenPaths,
  faults: FieldError[],
): void {
  if (bundle.name !== undefined && bundle.signerName !== undefined) {
    faults.push(fieldInvalid(path, bundle, "only one of name and signerName may be used"));
  } else if (bundle.name !== undefined) {
    checkBundleName(bundle.name, `${path}.name`, faults);
    if (bundle.labelSelector) {
      const detail = "labelSelector must be unset if name is specified";
      faults.push(fieldInvalid(`${path}.labelSelector`, bundle.labelSelector, detail));
    }
  } else if (bundle.signerName === undefined) {
    faults.push(fieldRequired(path, "either name or signerName must be specified"));
  } else {
    if (bundle.signerName === "") faults.push(fieldRequired(`${path}.signerName`, "must be a valid signer name"));
    checkSignerName(bundle.signerName, `${path}.signerName`, faults);
    checkLabelSelector(bundle.labelSelector, `${path}.labelSelector`, faults);
  }
  checkRequiredNonReservedPath(bundle.path, `${path}.path`, faults);
  takePath(bundle.path, bundle.path, taken, faults);
}

/** A bundle's name starts with its signer's, colons for slashes: "example.com:signer:name". */
function checkBundleName(name: string, path: string, faults: FieldError[]): void {
  if (name === "") faults.push(fieldRequired(path, "must be a valid object name"));
  const rest = name.slice(name.lastIndexOf(":") + 1);
  for (const detail of isDnsSubdomain(rest)) {
    faults.push(fieldInvalid(path, name, `not a valid clustertrustbundlename: ${detail}`));
  }
}

const keyTypes = ["RSA3072", "RSA4096", "ECDSAP256", "ECDSAP384", "ECDSAP521", "ED25519"];

function checkCertificate(
  certificate: In<PodCertificateProjection>,
  path: string,
  taken: TakenPaths,
  faults: FieldError[],
): void {
  checkSignerName(certificate.signerName, `${path}.signerName`, faults);
  for (const key in certificate.userAnnotations) {
    for (const detail of isQualifiedName(key.toLowerCase()))
      faults.push(fieldInvalid(`${path}.userAnnotations`, key, detail));
  }
  if (!keyTypes.includes(certificate.keyType)) {
    faults.push(fieldNotSupported(`${path}.keyType`, certificate.keyType ?? "", keyTypes));
  }
  checkCertificateAge(certificate, `${path}.maxExpirationSeconds`, faults);
  let paths = 0;
  for (const field of ["credentialBundlePath", "keyPath", "certificateChainPath"] as const) {
    const file = certificate[field];
    if (!file) continue;
    paths++;
    checkNonReservedPath(file, `${path}.${field}`, faults);
    takePath(file, file, taken, faults);
  }
  if (paths === 0) {
    faults.push(fieldRequired(path, "specify at least one of credentialBundlePath, keyPath, and certificateChainPath"));
  }
}

/** Longest life of a certificate: a day from Kubernetes' own signers, 91 days from others (KEP-4317). */
function checkCertificateAge(certificate: In<PodCertificateProjection>, path: string, faults: FieldError[]): void {
  const seconds = certificate.maxExpirationSeconds;
  if (seconds === undefined) return;
  if (seconds < 3600) faults.push(fieldInvalid(path, seconds, "if provided, maxExpirationSeconds must be >= 3600"));
  const domain = (certificate.signerName ?? "").split("/")[0] ?? "";
  const kubernetes = domain === "kubernetes.io" || domain.endsWith(".kubernetes.io");
  const most = kubernetes ? 86_400 : 7_862_400;
  if (seconds > most) faults.push(fieldInvalid(path, seconds, `if provided, maxExpirationSeconds must be <= ${most}`));
}
