/** Rules of what a pod's status says of devices that its containers were given (KEP-4680). */
import {
  fieldDuplicate,
  fieldForbidden,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooLong,
  type DeepReadonly,
  type FieldError,
} from "@k8ts/api";
import type { Container, ContainerStatus, PodSpec, PodStatus, ResourceStatus } from "@k8ts/api/core/v1";

type In<T> = DeepReadonly<T>;

/** `allocatedResourcesStatus` of all of a pod's containers. */
export function checkAllocatedResources(status: In<PodStatus>, spec: In<PodSpec>, faults: FieldError[]): void {
  checkList(status.containerStatuses, spec.containers, "status.containerStatuses", faults);
  checkList(status.initContainerStatuses, spec.initContainers, "status.initContainerStatuses", faults);
  status.ephemeralContainerStatuses?.forEach((container, index) => {
    if (!container.allocatedResourcesStatus?.length) return;
    const path = `status.ephemeralContainerStatuses[${index}].allocatedResourcesStatus`;
    faults.push(fieldForbidden(path, "must not be specified in container status"));
  });
}

function checkList(
  statuses: readonly In<ContainerStatus>[] | undefined,
  containers: readonly In<Container>[] | undefined,
  path: string,
  faults: FieldError[],
): void {
  statuses?.forEach((status, index) => {
    const container = containers?.find(({ name }) => name === status.name);
    status.allocatedResourcesStatus?.forEach((resource, resourceIndex) => {
      const at = `${path}[${index}].allocatedResourcesStatus[${resourceIndex}]`;
      if (container) checkName(resource.name, container, `${at}.name`, faults);
      checkHealth(resource, at, faults);
    });
  });
}

function checkName(name: string, container: In<Container>, path: string, faults: FieldError[]): void {
  if (name.startsWith("claim:")) {
    const claims = (container.resources?.claims ?? []).map((claim) =>
      claim.request ? `claim:${claim.name}/${claim.request}` : `claim:${claim.name}`,
    );
    if (claims.includes(name)) return;
    const detail =
      "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
    faults.push(fieldInvalid(path, name, detail));
  } else if (container.resources?.requests?.[name] === undefined) {
    faults.push(fieldInvalid(path, name, "must match one of the container's resource requests"));
  }
}

function checkHealth(resource: In<ResourceStatus>, path: string, faults: FieldError[]): void {
  const seen = new Set<string>();
  const healths = ["Healthy", "Unhealthy", "Unknown"];
  resource.resources?.forEach(({ health, message, resourceID }, index) => {
    const at = `${path}.resources[${index}]`;
    if (!healths.includes(health ?? "")) faults.push(fieldNotSupported(`${at}.health`, health ?? "", healths));
    if (message === "") faults.push(fieldRequired(`${at}.message`, "must be non-empty if specified"));
    if ((message ?? "").length > 1024) faults.push(fieldTooLong(`${at}.message`, 1024));
    if (seen.has(resourceID)) faults.push(fieldDuplicate(`${at}.resourceID`, resourceID));
    seen.add(resourceID);
  });
}
