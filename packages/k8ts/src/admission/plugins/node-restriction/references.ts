/** API objects that a pod needs: a mirror pod may need none, for its kubelet did not get it from the API. */
import type { DeepReadonly } from "@k8ts/api";
import type { PodSpec } from "@k8ts/api/core/v1";

/** The resource of the first such object. */
export function referencedKind(spec: DeepReadonly<PodSpec> | undefined): string | undefined {
  if (!spec) return undefined;
  if (spec.serviceAccountName) return "serviceaccounts";
  if (spec.imagePullSecrets?.length) return "secrets";
  const all = [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
  const env = all.flatMap((container) => container.env ?? []);
  const envFrom = all.flatMap((container) => container.envFrom ?? []);
  const sources = (spec.volumes ?? []).flatMap((volume) => volume.projected?.sources ?? []);
  if (
    [...envFrom, ...env.map(({ valueFrom }) => ({ secretRef: valueFrom?.secretKeyRef }))].some((one) => one.secretRef)
  )
    return "secrets";
  if (envFrom.some((one) => one.configMapRef) || env.some((one) => one.valueFrom?.configMapKeyRef)) return "configmaps";
  if (spec.volumes?.some((volume) => volume.secret) || sources.some((one) => one.secret)) return "secrets";
  if (spec.volumes?.some((volume) => volume.configMap) || sources.some((one) => one.configMap)) return "configmaps";
  if (sources.some((one) => one.serviceAccountToken)) return "serviceaccounts";
  if (sources.some((one) => one.clusterTrustBundle)) return "clustertrustbundles";
  if (sources.some((one) => one.podCertificate)) return "podcertificates";
  if (spec.volumes?.some((volume) => volume.persistentVolumeClaim || volume.ephemeral)) return "persistentvolumeclaims";
  if (spec.volumes?.some((volume) => volume.csi)) return "csidrivers";
  return spec.resourceClaims?.length ? "resourceclaims" : undefined;
}
