/** Rules of writes to a pod's status, mostly the kubelet's. */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldRequired,
  isDnsLabel,
  isDnsSubdomain,
  isQualifiedName,
  isUserId,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, ContainerStatus, Pod, PodCondition, PodSpec, PodStatus } from "@k8ts/api/core/v1";
import { checkLegacyIP, isDualStack } from "../meta/addresses.ts";
import { checkFormat, checkImmutable } from "../meta/field-checks.ts";
import { isNativeResource } from "../meta/resource-names.ts";
import { lent } from "../status-subresource.ts";
import { checkPodAnnotationsUpdate } from "./pod-annotations.ts";
import { checkAllocatedResources } from "./pod-status-resources.ts";

type In<T> = DeepReadonly<T>;

/** Keeps all but status; fields that an older client does not know (QoS class, observed generations) keep their values. */
export function preparePodStatus(pod: Pod, old: In<Pod>): void {
  pod.spec = lent(old.spec);
  pod.metadata.ownerReferences = lent(old.metadata.ownerReferences);
  const status = (pod.status ??= {});
  status.qosClass ||= old.status?.qosClass;
  status.observedGeneration ||= old.status?.observedGeneration;
  const before = new Map<string, (number | undefined)[]>();
  for (const { type, observedGeneration } of old.status?.conditions ?? []) {
    before.set(type, [...(before.get(type) ?? []), observedGeneration]);
  }
  for (const condition of status.conditions ?? []) {
    const generation = before.get(condition.type)?.shift();
    condition.observedGeneration ||= generation;
  }
}

/** A write of a pod's status. */
export function validatePodStatusUpdate(pod: In<Pod>, old: In<Pod>): FieldError[] {
  const faults: FieldError[] = [];
  const status: In<PodStatus> = pod.status ?? {};
  const was: In<PodStatus> = old.status ?? {};
  const spec: In<PodSpec> = old.spec ?? { containers: [] };
  checkPodAnnotationsUpdate(pod.metadata.annotations, old.metadata.annotations, "metadata.annotations", faults);
  checkConditions(status.conditions, faults);
  checkNominatedNode(status.nominatedNodeName, was.nominatedNodeName, spec.nodeName, faults);
  if ((status.observedGeneration ?? 0) < 0) {
    faults.push(fieldInvalid("status.observedGeneration", status.observedGeneration, "must be a non-negative integer"));
  }
  checkImmutable(status.qosClass, was.qosClass, "status.qosClass", faults);
  checkTransitions(status.containerStatuses, was.containerStatuses, spec, spec.containers, "containerStatuses", faults);
  checkTransitions(
    status.initContainerStatuses,
    was.initContainerStatuses,
    spec,
    spec.initContainers,
    "initContainerStatuses",
    faults,
  );
  checkTransitions(
    status.ephemeralContainerStatuses,
    was.ephemeralContainerStatuses,
    undefined,
    [],
    "ephemeralContainerStatuses",
    faults,
  );
  checkClaimStatuses(status, spec, faults);
  checkPodIPs(status, was, faults);
  checkHostIPs(status, was, faults);
  for (const field of ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] as const) {
    checkUsers(status[field], spec.os?.name ?? "linux", `status.${field}`, faults);
  }
  checkAllocatedResources(status, spec, faults);
  return faults;
}

const systemConditions = new Set(["PodScheduled", "Ready", "Initialized"]);

function checkConditions(conditions: readonly In<PodCondition>[] | undefined, faults: FieldError[]): void {
  conditions?.forEach(({ type, observedGeneration }, index) => {
    const path = `status.conditions[${index}]`;
    if ((observedGeneration ?? 0) < 0) {
      faults.push(fieldInvalid(`${path}.observedGeneration`, observedGeneration, "must be a non-negative integer"));
    }
    if (!systemConditions.has(type)) checkFormat(type ?? "", isQualifiedName, `${path}.Type`, faults);
  });
}

function checkNominatedNode(
  name: string | undefined,
  was: string | undefined,
  nodeName: string | undefined,
  faults: FieldError[],
): void {
  if (!name || name === was) return;
  checkFormat(name, isDnsSubdomain, "status.nominatedNodeName", faults);
  if (nodeName) {
    faults.push(fieldForbidden("status.nominatedNodeName", "may not be set on pods that are already bound to a node"));
  }
}

/** What has terminated may run again only where its restart policy says so. `spec` is undefined where nothing restarts. */
function checkTransitions(
  statuses: readonly In<ContainerStatus>[] = [],
  old: readonly In<ContainerStatus>[] = [],
  spec: In<PodSpec> | undefined,
  containers: readonly In<Container>[] = [],
  field: string,
  faults: FieldError[],
): void {
  if (spec && restartsTogether(spec)) return;
  old.forEach(({ name, state }, index) => {
    const terminated = state?.terminated;
    if (!terminated) return;
    const now = statuses.find((status) => status.name === name);
    if (!now || now.state?.terminated) return;
    const container = containers.find((candidate) => candidate.name === name);
    if (spec && container && mayRestart(container, spec, terminated.exitCode)) return;
    faults.push(fieldForbidden(`status.${field}[${index}].state`, "may not be transitioned to non-terminated state"));
  });
}

const restartsTogether = (spec: In<PodSpec>): boolean =>
  [...(spec.initContainers ?? []), ...(spec.containers ?? [])].some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === "RestartAllContainers"),
  );

function mayRestart(container: In<Container>, spec: In<PodSpec>, exitCode: number): boolean {
  if (container.restartPolicy !== undefined) {
    const matches = (container.restartPolicyRules ?? []).some(({ exitCodes }) => {
      const listed = exitCodes?.values?.includes(exitCode) ?? false;
      return exitCodes?.operator === "In" ? listed : exitCodes?.operator === "NotIn" && !listed;
    });
    if (matches) return true;
  }
  const policy = container.restartPolicy ?? spec.restartPolicy;
  return policy === "OnFailure" ? exitCode !== 0 : policy !== "Never";
}

function checkClaimStatuses(status: In<PodStatus>, spec: In<PodSpec>, faults: FieldError[]): void {
  const names = new Set<string>();
  status.resourceClaimStatuses?.forEach(({ name, resourceClaimName }, index) => {
    const path = `status.resourceClaimStatuses[${index}]`;
    if (!spec.resourceClaims?.some((claim) => claim.name === name)) {
      faults.push(fieldInvalid(`${path}.name`, name, "must match the name of an entry in `spec.resourceClaims`"));
    }
    if (names.has(name)) faults.push(fieldDuplicate(`${path}.name`, name));
    names.add(name);
    if (resourceClaimName !== undefined)
      checkFormat(resourceClaimName, isDnsSubdomain, `${path}.resourceClaimName`, faults);
  });
  checkExtendedClaim(status, spec, faults);
  checkNodeAllocatableClaims(status, spec, faults);
}

function checkExtendedClaim(status: In<PodStatus>, spec: In<PodSpec>, faults: FieldError[]): void {
  const claim = status.extendedResourceClaimStatus;
  if (!claim) return;
  const path = "status.extendedResourceClaimStatus";
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const mappings = claim.requestMappings ?? [];
  if (mappings.length === 0) {
    faults.push(fieldRequired(`${path}.requestMappings`, "at least one request mapping is required"));
  }
  const seen = new Set<string>();
  mappings.forEach(({ containerName, resourceName, requestName }, index) => {
    const at = `${path}.requestMappings[${index}]`;
    const container = containers.findLast(({ name }) => name === containerName);
    const where = "of an entry in spec.initContainers";
    if (!container) {
      faults.push(
        fieldInvalid(`${at}.containerName`, containerName, `must match the name ${where}.name or spec.containers.name`),
      );
    } else if (container.resources?.requests?.[resourceName] === undefined) {
      const detail = `must match the extended resource name ${where}.resources.requests or spec.containers.resources.requests`;
      faults.push(fieldInvalid(`${at}.resourceName`, resourceName, detail));
    }
    checkFormat(requestName, isDnsLabel, `${path}.requestName`, faults);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      faults.push(fieldDuplicate(`${at}.containerName`, containerName));
      faults.push(fieldDuplicate(`${at}.resourceName`, resourceName));
      faults.push(fieldDuplicate(`${at}.requestName`, requestName));
    }
    seen.add(key);
  });
  if (!claim.resourceClaimName) faults.push(fieldRequired(`${path}.resourceClaimName`));
  else checkFormat(claim.resourceClaimName, isDnsSubdomain, `${path}.resourceClaimName`, faults);
}

function checkNodeAllocatableClaims(status: In<PodStatus>, spec: In<PodSpec>, faults: FieldError[]): void {
  const known = [...(spec.resourceClaims ?? []), ...(status.resourceClaimStatuses ?? [])].map(
    (claim) => claim.resourceClaimName,
  );
  status.nodeAllocatableResourceClaimStatuses?.forEach(({ resourceClaimName, containers, resources = {} }, index) => {
    const path = `status.nodeAllocatableResourceClaimStatuses[${index}]`;
    if (!resourceClaimName) faults.push(fieldRequired(`${path}.resourceClaimName`, "must not be empty"));
    if (!known.includes(resourceClaimName)) {
      faults.push(
        fieldInvalid(`${path}.resourceClaimName`, resourceClaimName ?? "", "no mapping found in pod reference"),
      );
    }
    if (!containers?.length) faults.push(fieldRequired(`${path}.containers`, "must not be empty"));
    if (Object.keys(resources).length === 0) faults.push(fieldRequired(`${path}.resources`, "must not be empty"));
    for (const name in resources) {
      if (isNativeResource(name)) continue;
      faults.push(fieldInvalid(`${path}.resources[${name}]`, name, "must be a node allocatable resource name"));
    }
  });
}

const onePerFamily = "may specify no more than one IP for each IP family";

function checkPodIPs(status: In<PodStatus>, was: In<PodStatus>, faults: FieldError[]): void {
  const ips = (status.podIPs ?? []).map(({ ip }) => ip ?? "");
  const old = (was.podIPs ?? []).map(({ ip }) => ip ?? "");
  ips.forEach((ip, index) => checkLegacyIP(ip, `status.podIPs[${index}]`, faults, old));
  if (ips.length > 1 && (!isDualStack(ips) || ips.length > 2)) {
    faults.push(fieldInvalid("status.podIPs", status.podIPs, onePerFamily));
  }
}

function checkHostIPs(status: In<PodStatus>, was: In<PodStatus>, faults: FieldError[]): void {
  const ips = (status.hostIPs ?? []).map(({ ip }) => ip ?? "");
  if (ips.length === 0) return;
  if (status.hostIP !== ips[0]) faults.push(fieldInvalid("status.hostIPs[0].ip", ips[0], "must be equal to `hostIP`"));
  const old = (was.hostIPs ?? []).map(({ ip }) => ip ?? "");
  ips.forEach((ip, index) => checkLegacyIP(ip, `status.hostIPs[${index}]`, faults, old));
  if (ips.length > 1 && (!isDualStack(ips) || ips.length > 2)) {
    faults.push(fieldInvalid("status.hostIPs", status.hostIPs, onePerFamily));
  }
}

function checkUsers(
  statuses: readonly In<ContainerStatus>[] | undefined,
  os: string,
  path: string,
  faults: FieldError[],
): void {
  statuses?.forEach(({ user }, index) => {
    const linux = user?.linux;
    if (!linux) return;
    const at = `${path}[${index}].user.linux`;
    if (os === "windows") {
      faults.push(fieldForbidden(at, "cannot be set for a windows pod"));
      return;
    }
    const ids: [string, number][] = [
      ["uid", linux.uid],
      ["gid", linux.gid],
    ];
    linux.supplementalGroups?.forEach((group, groupIndex) => ids.push([`supplementalGroups[${groupIndex}]`, group]));
    for (const [field, id] of ids) {
      for (const detail of isUserId(id)) faults.push(fieldInvalid(`${at}.${field}`, id, detail));
    }
  });
}
