/**
 * Every kind's strategy, in one list. A resource that is not here has the default strategy, which its schema alone
 * decides. Services need the cluster's ranges of addresses and ports, so the list is made for one cluster.
 */
import { scheme } from "@k8ts/api";
import { mutatingWebhookConfiguration, validatingWebhookConfiguration } from "./admissionregistration/webhooks.ts";
import { controllerRevision } from "./apps/controller-revision.ts";
import { daemonSet } from "./apps/daemon-set.ts";
import { deployment } from "./apps/deployment.ts";
import { replicaSet } from "./apps/replica-set.ts";
import { statefulSet } from "./apps/stateful-set.ts";
import { horizontalPodAutoscaler } from "./autoscaling/horizontal-pod-autoscaler.ts";
import { cronJob } from "./batch/cron-job.ts";
import { job } from "./batch/job.ts";
import { certificateSigningRequest } from "./certificates/certificate-signing-request.ts";
import { lease, leaseCandidate } from "./coordination/lease.ts";
import { configMap } from "./core/config-map.ts";
import { endpoints } from "./core/endpoints.ts";
import { event } from "./core/event.ts";
import { limitRange } from "./core/limit-range.ts";
import { namespace } from "./core/namespace.ts";
import { node } from "./core/node.ts";
import { persistentVolumeClaim } from "./core/persistent-volume-claim.ts";
import { persistentVolume } from "./core/persistent-volume.ts";
import { podTemplate } from "./core/pod-templates.ts";
import { pod } from "./core/pod.ts";
import { replicationController } from "./core/replication-controller.ts";
import { resourceQuota } from "./core/resource-quota.ts";
import { secret } from "./core/secret.ts";
import { serviceAccount } from "./core/service-account.ts";
import { ServiceAllocators, type ServiceNetwork } from "./core/service-allocators.ts";
import { serviceStrategy } from "./core/service.ts";
import { defaultStrategy } from "./default-strategy.ts";
import { endpointSlice } from "./discovery/endpoint-slice.ts";
import { flowSchema, priorityLevelConfiguration } from "./flowcontrol/flow-control.ts";
import { ingressClass } from "./networking/ingress-class.ts";
import { ingress } from "./networking/ingress.ts";
import { networkPolicy } from "./networking/network-policy.ts";
import { ipAddress, serviceCIDR } from "./networking/service-cidr.ts";
import { runtimeClass } from "./node/runtime-class.ts";
import { podDisruptionBudget } from "./policy/pod-disruption-budget.ts";
import { clusterRoleBinding, roleBinding } from "./rbac/bindings.ts";
import { clusterRole, role } from "./rbac/roles.ts";
import { priorityClass } from "./scheduling/priority-class.ts";
import {
  csiDriver,
  csiNode,
  csiStorageCapacity,
  volumeAttachment,
  volumeAttributesClass,
} from "./storage/attachments-and-drivers.ts";
import { storageClass } from "./storage/storage-class.ts";
import type { Strategy } from "./strategy.ts";

/** The strategies that need nothing of their cluster. */
export const strategies: readonly Strategy[] = [
  // core
  configMap,
  endpoints,
  event,
  limitRange,
  namespace,
  node,
  persistentVolume,
  persistentVolumeClaim,
  pod,
  podTemplate,
  replicationController,
  resourceQuota,
  secret,
  serviceAccount,
  // apps
  controllerRevision,
  daemonSet,
  deployment,
  replicaSet,
  statefulSet,
  // admissionregistration.k8s.io
  mutatingWebhookConfiguration,
  validatingWebhookConfiguration,
  // autoscaling
  horizontalPodAutoscaler,
  // batch
  cronJob,
  job,
  // certificates.k8s.io
  certificateSigningRequest,
  // coordination.k8s.io
  lease,
  leaseCandidate,
  // discovery.k8s.io
  endpointSlice,
  // flowcontrol.apiserver.k8s.io
  flowSchema,
  priorityLevelConfiguration,
  // networking.k8s.io
  ingress,
  ingressClass,
  ipAddress,
  networkPolicy,
  serviceCIDR,
  // node.k8s.io
  runtimeClass,
  // policy
  podDisruptionBudget,
  // rbac.authorization.k8s.io
  clusterRole,
  clusterRoleBinding,
  role,
  roleBinding,
  // scheduling.k8s.io
  priorityClass,
  // storage.k8s.io
  csiDriver,
  csiNode,
  csiStorageCapacity,
  storageClass,
  volumeAttachment,
  volumeAttributesClass,
] as readonly Strategy[];

/**
 * One strategy for every resource of one cluster: those above, Services with the addresses that `network` has to give, and
 * the default strategy for the rest.
 */
export function createStrategies(network: ServiceNetwork): readonly Strategy[] {
  const special = [...strategies, serviceStrategy(new ServiceAllocators(network)) as Strategy];
  const byResource = new Map(special.map((one) => [`${one.group}/${one.resource}`, one]));
  for (const resource of scheme.resources()) {
    const key = `${resource.group}/${resource.resource}`;
    if (!byResource.has(key)) byResource.set(key, defaultStrategy(resource));
  }
  return [...byResource.values()];
}
