/** The strategy of every resource that strategies.ts does not name: what its schema alone says. */
import type { ResourceSchema } from "@k8ts/api";
import { defaultColumns } from "./printing/columns.ts";
import { clearStatus, keepStatus, statusSubresource } from "./status-subresource.ts";
import type { Strategy } from "./strategy.ts";

/** Columns, and where the resource has a status subresource, spec and status kept apart. */
export function defaultStrategy(resource: Pick<ResourceSchema, "group" | "resource" | "subresources">): Strategy {
  const hasStatus = resource.subresources.some(({ name }) => name === "status");
  return {
    group: resource.group,
    resource: resource.resource,
    generation: true,
    columns: defaultColumns,
    ...(hasStatus && {
      prepareForCreate: clearStatus,
      prepareForUpdate: keepStatus,
      status: statusSubresource(),
    }),
  };
}
