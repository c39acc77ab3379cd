/**
 * Nothing comes into a namespace that is missing or on its way out, and the namespaces the cluster itself lives in cannot
 * be deleted.
 */
import { forbidden, fromStatus, notFound, type StatusError } from "@k8ts/api";
import type { Namespace } from "@k8ts/api/core/v1";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { find } from "../lookup.ts";
import type { AdmissionParts } from "../parts.ts";
import { refuse } from "../requests.ts";

const undeletable = new Set(["default", "kube-system", "kube-public"]);

const isNamespace = ({ resource }: AdmissionRequest): boolean =>
  resource.resource === "namespaces" && resource.group === "";

function terminating(request: AdmissionRequest): StatusError {
  const { namespace } = request;
  const detail = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const { status } = refuse(request, detail);
  const cause = {
    reason: "NamespaceTerminating",
    message: `namespace ${namespace} is being terminated`,
    field: "metadata.namespace",
  };
  return fromStatus({ ...status, details: { ...status.details, causes: [...(status.details?.causes ?? []), cause] } });
}

/** NamespaceLifecycle. */
export function namespaceLifecycle({ lookup }: AdmissionParts): AdmissionPlugin {
  return {
    name: "NamespaceLifecycle",
    handles: (request) => request.operation !== "CONNECT" && (request.namespace !== "" || isNamespace(request)),
    admit(request) {
      if (isNamespace(request)) {
        if (request.operation === "DELETE" && undeletable.has(request.name)) {
          throw forbidden(request.resource, request.name, "this namespace may not be deleted");
        }
        return;
      }
      // Deleting must work to the end; a review is no content.
      if (request.operation === "DELETE" || request.resource.resource === "localsubjectaccessreviews") return;
      const namespace = find<Namespace>(lookup, "", "namespaces", "", request.namespace);
      if (!namespace) throw notFound({ group: "", resource: "namespaces" }, request.namespace);
      if (request.operation === "CREATE" && namespace.status?.phase === "Terminating") throw terminating(request);
    },
  };
}
