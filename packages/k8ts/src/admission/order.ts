/**
 * The plugins in the order in which they are asked, with the reason for each one's place. The order is upstream's: it is
 * part of what users see, because the first to refuse is the one whose words they read.
 */
import type { AdmissionPlugin } from "./admission.ts";
import type { AdmissionParts } from "./parts.ts";
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from "./plugins/certificates.ts";
import { defaultIngressClass } from "./plugins/default-ingress-class.ts";
import { defaultStorageClass } from "./plugins/default-storage-class.ts";
import { defaultTolerationSeconds } from "./plugins/default-toleration-seconds.ts";
import { extendedResourceToleration } from "./plugins/extended-resource-toleration.ts";
import { limitRanger } from "./plugins/limit-ranger.ts";
import { namespaceLifecycle } from "./plugins/namespace-lifecycle.ts";
import { nodeRestriction } from "./plugins/node-restriction.ts";
import { ownerReferencesPermissionEnforcement } from "./plugins/owner-references-permission-enforcement.ts";
import { persistentVolumeClaimResize } from "./plugins/persistent-volume-claim-resize.ts";
import { podSecurity } from "./plugins/pod-security.ts";
import { priority } from "./plugins/priority.ts";
import { resourceQuota } from "./plugins/resource-quota.ts";
import { runtimeClass } from "./plugins/runtime-class.ts";
import { serviceAccount } from "./plugins/service-account.ts";
import { storageObjectInUseProtection } from "./plugins/storage-object-in-use-protection.ts";
import { taintNodesByCondition } from "./plugins/taint-nodes-by-condition.ts";

/** One place in the order. */
export interface OrderedPlugin {
  readonly make: (parts: AdmissionParts) => AdmissionPlugin;
  /** False: only where it is asked for by name. */
  readonly on: boolean;
  readonly why: string;
}

const on = (make: OrderedPlugin["make"], why: string): OrderedPlugin => ({ make, on: true, why });
const off = (make: OrderedPlugin["make"], why: string): OrderedPlugin => ({ make, on: false, why });

/** All plugins. */
export const order: readonly OrderedPlugin[] = [
  on(namespaceLifecycle, "first: nothing else matters where the namespace does not take the object"),
  on(limitRanger, "sets requests and limits, which quotas and the quality of service rest on"),
  on(serviceAccount, "adds volumes and mounts, which later plugins must see"),
  on(nodeRestriction, "before what costs more: a kubelet out of bounds is refused early"),
  on(taintNodesByCondition, "nodes only; meets no other plugin"),
  on(podSecurity, "after the plugins that add volumes; only refuses"),
  on(priority, "before plugins that treat pods by their priority"),
  on(defaultTolerationSeconds, "adds only what nobody before has set"),
  off(extendedResourceToleration, "clusters whose device nodes are tainted ask for it"),
  on(defaultStorageClass, "before claims are counted by their class"),
  on(storageObjectInUseProtection, "adds a finalizer; meets no other plugin"),
  off(ownerReferencesPermissionEnforcement, "costs questions to the authorizer on every write with owners"),
  on(persistentVolumeClaimResize, "after the class is known"),
  on(runtimeClass, "sets the overhead, which quotas count"),
  on(certificateApproval, "the three of certificates: meet no other plugin"),
  on(certificateSigning, "see CertificateApproval"),
  on(certificateSubjectRestriction, "see CertificateApproval"),
  on(defaultIngressClass, "meets no other plugin"),
  on(resourceQuota, "last: what any other plugin refuses must not be counted"),
];
