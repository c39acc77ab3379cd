/** The strategy of every resource that strategies.ts does not name: what its schema alone says. */
import type { ResourceSchema } from "@k8ts/api";
import { defaultColumns } from "./printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "./status-subresource.ts";
import type { Strategy } from "./strategy.ts";

/** Resources whose updates must always say which version they are about. */
const conditionalOnly = new Set([
  "admissionregistration.k8s.io/mutatingadmissionpolicies",
  "admissionregistration.k8s.io/mutatingadmissionpolicybindings",
  "admissionregistration.k8s.io/validatingadmissionpolicies",
  "admissionregistration.k8s.io/validatingadmissionpolicybindings",
  "certificates.k8s.io/clustertrustbundles",
  "certificates.k8s.io/podcertificaterequests",
  "internal.apiserver.k8s.io/storageversions",
  "resource.k8s.io/resourcepoolstatusrequests",
  "storagemigration.k8s.io/storageversionmigrations",
]);

/** Columns, and where the resource has a status subresource, spec and status kept apart. */
export function defaultStrategy(resource: Pick<ResourceSchema, "group" | "resource" | "subresources">): Strategy {
  const hasStatus = resource.subresources.some(({ name }) => name === "status");
  return {
    group: resource.group,
    resource: resource.resource,
    generation: true,
    allowUnconditionalUpdate: !conditionalOnly.has(`${resource.group}/${resource.resource}`),
    columns: defaultColumns,
    ...(hasStatus && {
      prepareForCreate: clearStatus,
      prepareForUpdate: keepStatus,
      status: statusSubresource(),
    }),
  };
}
